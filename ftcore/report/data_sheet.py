"""The data sheet of the training set: what, from where, how cleaned, how divided, and what is known to be wrong with it.

The questions are those of "Datasheets for Datasets" (arXiv 1803.09010), as far as the app can answer them; where it can't, it says so.
"""

from __future__ import annotations

from ftcore.dataset.problem_names import name_of
from ftcore.records import DataSheet, Story
from ftcore.report import facts, markdown, words
from ftcore.report.markdown import bullets, plain, section, table
from ftcore.report.plain import set_aside

NO_PERMISSION = (
    "Nobody has said whether these examples may be used to train a model. It can be answered on the Report page."
)
DUPLICATES = ("exact_duplicate", "near_duplicate")


def essentials(story: Story) -> list[tuple[str, str]]:
    """(what, as it is known), for a slide: a sentence each. Empty when there is no data."""
    sheet = story.sheet
    if sheet is None or not (story.read or story.train or story.test):
        return [("Data", " ".join(words.data_sentences(story)))] if words.data_sentences(story) else []
    why = set_aside(sheet.reasons)
    of = f"{story.rejected:,} of {story.read:,} read"
    aside = (f"{of}: {why}" if why else f"{of}.") if story.rejected else f"None of {story.read:,} read."
    return [
        ("From", _from(sheet)),
        ("Set aside", aside),
        ("Divided", words.data_sentences(story)[-1]),
        ("Known problems", problems_sentence(sheet)),
        ("Private", private_sentence(sheet)),
        ("Permission", sheet.permission or NO_PERMISSION),
    ]


def as_markdown(story: Story) -> str:
    """The whole sheet."""
    sheet = story.sheet or DataSheet()
    lines = [
        f"# Data sheet: {plain(story.project)}",
        "",
        f"Written by Tuneworthy on {plain(facts.day(story.made_at)) or 'a day that is not known'}. "
        "What is not known is said to be not known.",
        "",
        *section("What it is for", [_purpose(story), ""]),
        *section("What it is", _what(story, sheet)),
        *section("Where it is from", _sources(sheet)),
        *section("What was set aside on the way in, and why", _set_aside(story, sheet)),
        *section("How it was cleaned", _cleaned(sheet)),
        *section(
            "How it is divided", bullets(words.data_sentences(story)[-1:]), table(("Part", "Examples"), _parts(story))
        ),
        *section("Known problems", _problems(sheet)),
        *section("Private rows, and permission", bullets((private_sentence(sheet), _permission(sheet)))),
        *section("Where it went", bullets((words.where_data_goes(story),))),
        *section("Not known", bullets(_not_known(sheet))),
    ]
    return markdown.page(lines)


def problems_sentence(sheet: DataSheet) -> str:
    if not sheet.problems:
        return "The checks find none today."
    told = ", ".join(f"{named(code_)} in {number:,}" for code_, _, number in sheet.problems[:5])
    more = f", and {len(sheet.problems) - 5} more kinds" if len(sheet.problems) > 5 else ""
    return f"Found by the checks today: {told}{more}."


def private_sentence(sheet: DataSheet) -> str:
    if not sheet.private:
        return "No row is marked private."
    rows = "1 row is" if sheet.private == 1 else f"{sheet.private:,} rows are"
    return f"{rows} marked private. They are used like every other, and their text is in no report."


def named(code_: str) -> str:
    """What a check finds, in words that fit before "in 3": its name without the capital."""
    name = name_of(code_)
    return f"{name[:1].lower()}{name[1:]}"


def _purpose(story: Story) -> str:
    return plain(f"To train a language model for “{story.project}”, and to measure it against the cheaper ways.")


def _from(sheet: DataSheet) -> str:
    if not sheet.sources:
        return "No file was imported: the examples were written by hand, or their files are no longer on record."
    shown = [
        f"{one.file or 'a file without a name'} ({one.read:,} read{f', {one.on}' if one.on else ''})"
        for one in sheet.sources[:3]
    ]
    more = f", and {len(sheet.sources) - 3} more imports" if len(sheet.sources) > 3 else ""
    return f"{', '.join(shown)}{more}."


def _what(story: Story, sheet: DataSheet) -> list[str]:
    frozen = (
        f"Frozen on {sheet.taken_on}, sha256 {story.snapshot}."
        if sheet.frozen
        else "Not frozen: no training has used it."
    )
    said = [
        "Conversations: what somebody asks, and the answer that is wanted.",
        f"{story.train + story.validation + story.test:,} examples, {story.tokens:,} tokens.",
        frozen,
        f"What a good answer looks like, in the curators' words: {sheet.good_note}" if sheet.good_note else "",
    ]
    return bullets(said)


def _sources(sheet: DataSheet) -> list[str]:
    if not sheet.sources:
        return bullets((_from(sheet),))
    rows = [
        (
            one.file or "a file without a name",
            one.on or "not known",
            f"{one.read:,}",
            f"{one.kept:,}",
            f"{one.set_aside:,}",
            one.sha256 or "not kept",
        )
        for one in sheet.sources
    ]
    return [
        *table(("File", "Imported on", "Read", "Kept", "Set aside", "sha256"), rows),
        "Who wrote the examples, when, and for what, is not recorded beyond the file's name.",
        "",
    ]


def _set_aside(story: Story, sheet: DataSheet) -> list[str]:
    if not story.rejected:
        return bullets(("Nothing was set aside.",))
    return table(("Why", "Rows"), [(reason, f"{number:,}") for reason, number in sheet.reasons])


def _cleaned(sheet: DataSheet) -> list[str]:
    return bullets(
        (
            f"{sheet.approved:,} examples stand approved today, {sheet.rejected:,} were rejected by people, {sheet.drafts:,} have not been "
            f"looked at, {sheet.trashed:,} are in the trash. Only approved ones are learnt from.",
            f"{sheet.edited:,} of the approved ones were changed by somebody after the import; each change is in the project's history.",
            "Every example was looked at by the checks; they change nothing by themselves.",
        )
    )


def _parts(story: Story) -> list[tuple[str, str]]:
    named_ = (("To learn from", story.train), ("To watch the training", story.validation), ("For the test", story.test))
    return [(name, f"{number:,}") for name, number in named_]


def _problems(sheet: DataSheet) -> list[str]:
    rows = [(named(code_), severity, f"{number:,}") for code_, severity, number in sheet.problems]
    twice = sum(number for code_, _, number in sheet.problems if code_ in DUPLICATES)
    said = (
        f"{twice:,} examples are like another one (exact and near duplicates together)."
        if twice
        else "No duplicates are open."
    )
    return [*bullets((problems_sentence(sheet), said)), *table(("What the checks found", "How bad", "Examples"), rows)]


def _permission(sheet: DataSheet) -> str:
    return f"Whether these may be used, as it was answered: {sheet.permission}" if sheet.permission else NO_PERMISSION


def _not_known(sheet: DataSheet) -> tuple[str, ...]:
    return (
        "Whether the people in the examples agreed to this use." if not sheet.permission else "",
        "Whether the examples stand for everybody who will ask: the app sees only what was imported.",
        "Who wrote the wanted answers, and how well they agree with each other.",
    )
