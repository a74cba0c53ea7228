"""Each problem that a check finds in the curator's words: its name, and what it means and what to do about it. Screens and reports
say it with these."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # The words of an example
    "empty": (
        "Empty",
        "The question or the answer is empty. There is nothing to learn from it: fill it in, or reject it.",
    ),
    "too_short": ("Short answer", "The answer is very short. If your answers are labels, that is right: keep them."),
    "too_long": ("Long", "The answer is longer than your limit, or the example is longer than a server accepts."),
    "length_outlier": (
        "Unusual length",
        "A text is many times longer or shorter than the others. Look whether it is all there, and nothing else.",
    ),
    "truncated": ("Cut off", "The answer seems to stop in the middle. The model would learn to stop there."),
    "broken_json": (
        "Broken JSON",
        "The other answers are JSON; this one cannot be read as such. The model would learn to break the form.",
    ),
    "odd_shape": (
        "Another form",
        "The answer has another form than the others: a list, a missing field, a text among labels.",
    ),
    "refusal": ("Refusal", "The answer declines to help. The model would learn to decline."),
    "placeholder": ("Placeholder", "Something was left to be filled in, such as TODO or {{name}}."),
    "echo": ("Repeats the question", "The answer says the question again. The model would learn to do so each time."),
    "repetition": ("Goes round in circles", "The answer says the same sentence or words again and again."),
    "shouting": (
        "All in capitals",
        "This text is in capitals, the others are not. Customers do write so; answers should not.",
    ),
    "encoding_damage": (
        "Damaged letters",
        "Letters were damaged on the way, such as Ã© for é. Often they can be restored.",
    ),
    "outer_spaces": (
        "Spaces around it",
        "There are spaces or empty lines that nobody sees. A model learns them all the same.",
    ),
    "invisible_characters": (
        "Invisible characters",
        "There are characters without width in the text, often from a web page or a PDF. They can be taken out.",
    ),
    "html_tag": ("Web page tag", "A tag such as <br> was left from a web page. The model would learn to write it."),
    "html_entity": (
        "Web page character",
        "A character is written as on a web page, such as &amp; for &. It can be put right.",
    ),
    "leading_label": (
        "Label before the text",
        "A word such as \u201cAnswer:\u201d stands before the text, and not in most others. It can be taken away.",
    ),
    "template_mark": (
        "Mark of a template",
        "A mark such as <|im_end|> was left from another tool. The server puts in its own: take it out.",
    ),
    "other_script": (
        "Other letters",
        "Question and answer are written in different letters, and elsewhere they are not.",
    ),
    "other_language": (
        "Another language",
        "Question and answer seem to be in different languages, and elsewhere they are not.",
    ),
    "label_variant": (
        "Label written otherwise",
        "The label is mostly written in another way. The model would learn both.",
    ),
    "rare_label": ("Label used once", "No other example has this label. One example is hardly enough to learn it."),
    "other_system": (
        "Other instructions",
        "The system message is not that of nearly all others. The model would learn two ways and be asked in one.",
    ),
    "personal_data": (
        "Personal data",
        "There is a card number, an address or the like. A model may repeat it to others.",
    ),
    # Examples compared with each other
    "exact_duplicate": ("Duplicate", "The same example is there twice. It would count double."),
    "near_duplicate": (
        "Nearly the same",
        "Another example is almost the same. Trained on one and tested on the other, a model looks better than it is.",
    ),
    "contradiction": ("Contradiction", "The same question has two different answers. The model cannot learn both."),
    # The conversation
    "no_messages": ("No conversation", "There is nothing in this example."),
    "no_answer": ("No answer", "The conversation does not end with an answer, so there is nothing to learn."),
    "no_user": ("No question", "Nobody asks anything: the model would learn to speak unasked."),
    "role": ("Unknown speaker", "A turn does not say who speaks, or names somebody whom no server knows."),
    "name": ("Name of a speaker", "A speaker's name is no text. Servers refuse the file."),
    "content": ("No text", "A turn holds something that is no text. Servers refuse the file."),
    "not_text": ("Picture or sound", "A turn holds a picture, a sound or a file. Only text can be trained on here."),
    "broken_character": (
        "Half a character",
        "A text holds half a character, which no file can store. Type that place again.",
    ),
    "unknown_key": ("Unknown field", "A turn has a field that servers do not know. They refuse the file."),
    "weight": ("Weight", "A turn's weight says whether it is learnt. Here it is wrong, or it leaves nothing to learn."),
    "deprecated": ("Out of date", "The turn is written in a way that servers are giving up."),
    "order": ("Order of turns", "The turns stand in an unusual order. Some models want question and answer in turn."),
    "empty_system": ("Empty instructions", "The system message is empty: write it, or take it out."),
    "system_not_first": (
        "Instructions not first",
        "The system message is not the first turn, or there are several. Some servers refuse that.",
    ),
    "tools": ("Description of a tool", "A tool is not described in the way that servers read."),
    "tool_calls": ("Call of a tool", "A tool is called in a way that servers do not read."),
    "tool_pair": (
        "Tool without its answer",
        "A tool is called and gives nothing back, or something comes back that was not called.",
    ),
    "tool_arguments": ("Tool arguments", "What a tool is called with cannot be read as JSON."),
    "tool_unknown": ("Unknown tool", "A tool is called that the example does not describe."),
    "empty_tool_result": (
        "Empty tool result",
        "A tool gave nothing back. That happens; only look whether it is meant.",
    ),
}


def name_of(code: str) -> str:
    """ "Broken JSON"; of a code that is not known, its own words."""
    return WORDS[code][0] if code in WORDS else code.replace("_", " ").capitalize()


def explain(code: str) -> str:
    return WORDS[code][1] if code in WORDS else "Open the rows to see what was found."
