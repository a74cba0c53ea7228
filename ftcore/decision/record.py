"""The decision record as Markdown: what was asked, answered, advised and decided, by whom and when, and on what evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ftcore.decision.questions import SAID
from ftcore.decision.shape import clean
from ftcore.records import Confidence

CONFIDENCE_WORDS = {
    Confidence.BELIEVED: "believed (nothing that it rests on was measured)",
    Confidence.PARTLY_MEASURED: "partly measured",
    Confidence.MEASURED: "measured",
}


def markdown(record: Mapping[str, Any], number: int = 0, digest: str = "") -> str:
    """A record (`document`) as Markdown; `number` and `digest` are its version's, 0 and "" for how things stand. Everything in it is escaped: what people typed
    can't become a heading, a link or HTML."""
    return "\n".join(_lines(clean(record), number, digest)).rstrip() + "\n"


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """A record in lines for a terminal: the advice, why, what next, the answers, the decision. No control characters."""
    found = clean(record)
    advice, decided = found["recommendation"], found["decided"]
    yield _one_line(advice["headline"])
    yield f"It is {CONFIDENCE_WORDS.get(advice['confidence'], _one_line(advice['confidence']))}."
    yield from (f"Why: {_one_line(one['text'])}" for one in advice["because"])
    yield from (f"Next: {_one_line(one['name'])}. {_one_line(one['what'])}" for one in advice["next_steps"])
    yield from (f"Risk: {_one_line(one)}" for one in advice["risks"])
    yield from (f"It would be reversed: {_one_line(one)}" for one in advice["reverses_if"])
    for one in found["questions"]:
        rests = f" ({_one_line(one['standing'])})" if one["standing"] else ""
        yield f"{_one_line(one['short'])}: {SAID.get(one['answer'], _one_line(one['answer']))}{rests}"
    if decided["choice"]:
        yield f"Decided: {_one_line(decided['name'] or decided['choice'])}. {_one_line(decided['why'])}".rstrip()


def _lines(record: dict[str, Any], number: int, digest: str) -> Iterator[str]:
    advice, decided = record["recommendation"], record["decided"]
    named = f", version {number}" if number else ""
    what = "Decision record" if number else "Decision"
    yield from (f"# {what}: {plain(record['project']) or 'fine-tuning'}{named}", "")
    at, who = _moment(record["recorded_at"]), plain(record["recorded_by"]) or "somebody unnamed"
    yield from (f"Recorded by {who} on {at}." if number else f"As things stood on {at}. Not recorded as a version.", "")
    if decided["choice"] or decided["why"]:
        yield from ("## Decided", "")
        if decided["choice"]:
            by = f" ({plain(decided['by'])})" if decided["by"] else ""
            yield from (f"**{plain(decided['name'] or decided['choice'])}**{by}", "")
        if decided["why"]:
            yield from (plain(decided["why"]), "")
    if record["review_on"]:
        yield from (f"To be looked at again on {plain(record['review_on'])}.", "")
    yield from ("## Advice", "", f"**{plain(advice['headline'])}**", "")
    yield from (f"It is {CONFIDENCE_WORDS.get(advice['confidence'], plain(advice['confidence']))}.", "")
    yield from _list("Why", [one["text"] for one in advice["because"]])
    yield from _list("Next", [f"{one['name']}. {one['what']}" for one in advice["next_steps"]])
    yield from _list("Cheaper ways", advice["alternatives"])
    yield from _list("Risks", advice["risks"])
    yield from _list("What would reverse it", advice["reverses_if"])
    if record["break_even"]:
        yield from ("## What it costs", "", plain(record["break_even"]), "")
    yield from ("## Questions and answers", "", "| Question | Answer | Rests on |", "|---|---|---|")
    for one in record["questions"]:
        answer = SAID.get(one["answer"], one["answer"])
        yield f"| {plain(one['question'])} | {plain(answer)} | {plain(one['standing'])} |"
    yield ""
    yield from _list("How it is known", [line for one in record["questions"] for line in _known(one)])
    yield from _list("Reasons given", [one["name"] for one in record["reasons"]])
    names = {one["key"]: one["short"] for one in record["questions"]}
    names |= {one["key"]: one["name"] for one in record["reasons"]}
    yield from _list("Evidence", [_evidence(one, names) for one in record["evidence"]])
    edition = plain(record["framework"]["edition"])
    mark = f" SHA-256 of this version: {plain(digest)}." if digest else ""
    yield f"The questions are those of {edition or 'an unnamed version'} of the framework.{mark}"


def _list(title: str, items: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {plain(item)}" for item in items), ""] if items else []


def _known(question: dict[str, Any]) -> Iterator[str]:
    short = question["short"]
    if question["note"]:
        yield f"{short}: {question['note']}"
    if question["link"]:
        yield f"{short}: {question['link']}"
    yield from (f"{short}. {one['ask']} {one['answer']}" for one in question["follow_ups"])


def _evidence(one: dict[str, Any], names: Mapping[str, str]) -> str:
    kind = "measured" if one["measured"] else "believed"
    kind += " on the practice model" if one["practice"] else ""
    about = names.get(one["question"]) or one["question"].replace("_", " ")
    parts = [f"{about} ({kind}, supports “{SAID.get(one['supports'], 'nothing')}”): {one['claim']}"]
    parts += [f"Model: {one['model']}."] if one["model"] else []
    parts += [f"Source: {one['source']}."] if one["source"] else []
    if one["comparison"]:
        parts.append(_comparison(one["comparison"]))
    parts += [f"Ways asked: SHA-256 {one['arms']}."] if one["arms"] else []
    parts += [f"Examples: SHA-256 {one['snapshot']}."] if one["snapshot"] else []
    return " ".join(part for part in parts if part)


def _comparison(found: dict[str, Any]) -> str:
    values = [found.get(name) for name in ("mean_difference", "low", "high", "n")]
    if not all(isinstance(value, int | float) for value in values):
        return ""
    difference, low, high, n = values
    return f"Difference {difference:+.3f} ({low:+.3f} to {high:+.3f}) on {n:,.0f} examples: {found.get('verdict', '')}."


def _moment(said: str) -> str:
    try:
        return f"{datetime.fromisoformat(said):%Y-%m-%d at %H:%M}"
    except ValueError:
        return plain(said) or "an unknown day"


def plain(text: str) -> str:
    """One line in which nothing is Markdown: control characters and line breaks become spaces, marks are escaped. Angle
    brackets are written as entities, so that the file is harmless as HTML too, and an address is no link."""
    line = re.sub(r"([\\`*_\[\]|#~&!@$])", r"\\\1", _one_line(text)).replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"^([-+=]|\d+(?=[.)]))", lambda at: f"\\{at[0]}" if at[0] in "-+=" else f"{at[0]}\\", line)
    return re.sub(r":(?=//)|(?<=[wW]{3})\.", lambda at: f"\\{at[0]}", line)


def _one_line(text: str) -> str:
    """Control characters, line breaks and signs that turn the direction of writing become spaces."""
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", text).strip()
    return line.encode("utf-8", "replace").decode("utf-8")
