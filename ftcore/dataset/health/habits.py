"""What rows with each problem would teach a model, and how bad that would be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Habit:
    """What rows with a problem would teach: "1 answer stops ...: so that ...", "12% of answers stop ...: so that ..."."""

    weight: float
    noun: str
    one: str
    many: str
    learnt: str


HABITS: dict[str, Habit] = {
    "broken_json": Habit(
        1.0, "answer", "cannot be read as JSON", "cannot be read as JSON", "the model would write such JSON too"
    ),
    "empty": Habit(
        1.0, "example", "is empty on one side", "are empty on one side", "the model would learn to say nothing"
    ),
    "contradiction": Habit(
        0.9,
        "example",
        "has the question of another and a different answer",
        "have the question of another and a different answer",
        "the model cannot learn both, and would guess",
    ),
    "truncated": Habit(
        0.9, "answer", "stops in the middle", "stop in the middle", "the model would learn to stop there"
    ),
    "refusal": Habit(0.8, "answer", "declines to help", "decline to help", "the model would learn to decline"),
    "personal_data": Habit(
        0.8,
        "example",
        "holds personal data or a secret",
        "hold personal data or secrets",
        "the model may tell it to others",
    ),
    "placeholder": Habit(
        0.7, "example", "has a gap to be filled in", "have gaps to be filled in", "the model would write such gaps"
    ),
    "template_mark": Habit(
        0.7,
        "example",
        "holds marks of a chat template",
        "hold marks of a chat template",
        "the model may break off or run on at them",
    ),
    "label_variant": Habit(
        0.7,
        "label",
        "is written in an unusual way",
        "are written in an unusual way",
        "the model would mix the spellings",
    ),
    "odd_shape": Habit(
        0.6,
        "answer",
        "has another shape than most",
        "have another shape than most",
        "the model would change its shape now and then",
    ),
    "encoding_damage": Habit(
        0.6, "example", "has damaged letters", "have damaged letters", "the model would write such letters"
    ),
    "repetition": Habit(0.6, "answer", "repeats itself", "repeat themselves", "the model would learn to go in circles"),
    "echo": Habit(
        0.5, "answer", "repeats the question", "repeat the question", "the model would learn to repeat what it is asked"
    ),
    "other_language": Habit(
        0.5,
        "answer",
        "is in another language than the question",
        "are in another language than the question",
        "the model would change the language now and then",
    ),
    "other_script": Habit(
        0.5,
        "answer",
        "is in another script than the question",
        "are in another script than the question",
        "the model would change the script now and then",
    ),
    "exact_duplicate": Habit(
        0.4,
        "example",
        "is there twice",
        "are there more than once",
        "they count double, and the model would learn them by heart",
    ),
    "near_duplicate": Habit(
        0.3, "example", "is nearly the same as another", "are nearly the same as another", "they count double"
    ),
    "other_system": Habit(
        0.3,
        "example",
        "has another system prompt than most",
        "have another system prompt than most",
        "what they teach may not show under the usual one",
    ),
    "html_tag": Habit(0.3, "example", "holds HTML", "hold HTML", "the model would write it into its answers"),
    "html_entity": Habit(
        0.3, "example", "holds leftovers of HTML", "hold leftovers of HTML", "the model would write them too"
    ),
    "leading_label": Habit(
        0.3,
        "text",
        "begins with a label such as “Answer:”",
        "begin with a label such as “Answer:”",
        "the model would begin so too",
    ),
    "too_long": Habit(
        0.3,
        "answer",
        "is longer than the limit",
        "are longer than the limit",
        "a server may cut them, and the model would learn to stop there",
    ),
    "too_short": Habit(0.2, "answer", "is very short", "are very short", "the model would learn to be brief"),
    "shouting": Habit(0.2, "text", "is all in capitals", "are all in capitals", "the model would learn to shout"),
    "length_outlier": Habit(
        0.2,
        "example",
        "has an unusual length",
        "have unusual lengths",
        "the model would sometimes write far more or less",
    ),
    "invisible_characters": Habit(
        0.2,
        "example",
        "holds characters that nobody sees",
        "hold characters that nobody sees",
        "the model would write them too",
    ),
    "outer_spaces": Habit(
        0.1, "example", "has spaces around a text", "have spaces around a text", "the model would write them too"
    ),
    "no_user": Habit(0.7, "example", "asks nothing", "ask nothing", "the model would learn to speak unasked"),
    "no_answer": Habit(
        0.9, "example", "does not end with an answer", "do not end with an answer", "there is nothing to learn"
    ),
    "empty_tool_result": Habit(
        0.1,
        "example",
        "has a tool that gives nothing back",
        "have tools that give nothing back",
        "look whether that is meant",
    ),
    "empty_system": Habit(
        0.1, "example", "has empty instructions", "have empty instructions", "write them, or take them out"
    ),
    "order": Habit(
        0.2,
        "example",
        "has an unusual order of turns",
        "have an unusual order of turns",
        "some models cannot learn that",
    ),
    "not_text": Habit(
        0.9,
        "example",
        "holds a picture, a sound or a file",
        "hold pictures, sounds or files",
        "only text can be trained on here",
    ),
    **{
        code: Habit(0.9, "example", f"has {what}", f"have {what}", "a server may refuse the whole file")
        for code, what in (
            ("broken_character", "half a character in a text"),
            ("content", "a turn that is no text"),
            ("deprecated", "a turn written in an outdated way"),
            ("name", "a speaker's name that is no text"),
            ("no_messages", "no conversation in it"),
            ("role", "a turn whose speaker is unknown"),
            ("system_not_first", "instructions that are not the first turn"),
            ("tool_arguments", "a call of a tool that cannot be read"),
            ("tool_calls", "a call of a tool in a wrong form"),
            ("tool_pair", "a call of a tool without its answer"),
            ("tool_unknown", "a call of a tool that is not described"),
            ("tools", "a tool that is not described in the usual form"),
            ("unknown_key", "a field that servers do not know"),
            ("weight", "a wrong weight"),
        )
    },
}
