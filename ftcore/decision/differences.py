"""What changed between two decision records, in sentences, and whether the evidence of today would change the older one's advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ftcore.decision.document import answers_in, evidence_in
from ftcore.decision.known import sound
from ftcore.decision.questions import SAID
from ftcore.decision.recommendation import recommend
from ftcore.decision.shape import clean
from ftcore.records import Evidence, Recommendation

Kind = Literal["decision", "advice", "answer", "evidence", "reason", "words"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change, as a sentence; `kind` says what it is about."""

    kind: Kind
    text: str


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What the newer record says otherwise: the decision first, then the advice, the answers, the evidence, the reasons, and the
    framework's edition. Empty when they say the same."""
    one, other = clean(older), clean(newer)
    found: list[Difference] = []
    parts: tuple[tuple[Kind, Iterator[str]], ...] = (
        ("decision", _decision(one, other)),
        ("advice", _advice(one["recommendation"], other["recommendation"])),
        ("answer", _answers(one["questions"], other["questions"])),
        ("evidence", _evidence(one["evidence"], other["evidence"])),
        ("reason", _reasons(one["reasons"], other["reasons"])),
        ("words", _words(one, other)),
    )
    for kind, sentences in parts:
        found += [Difference(kind, text) for text in sentences]
    return tuple(found)


def changed_by_evidence(document: Mapping[str, Any], today: Sequence[Evidence]) -> Recommendation | None:
    """The advice that the record's answers would get with the evidence of today, where that is another than with its own
    evidence; else None. Both are judged by the rules of today, so that only the evidence can make the difference."""
    kept = clean(document)
    answers, reasons = sound(answers_in(kept), [one["key"] for one in kept["reasons"]])
    try:
        then = recommend(answers, reasons, evidence_in(kept))
    except ValueError:  # a record from elsewhere that names what we do not know
        return None
    now = recommend(answers, reasons, today)
    return now if now.action is not then.action else None


def only_missing(document: Mapping[str, Any], today: Sequence[Evidence]) -> bool:
    """Whether measurements that the record rests on are not there today, and no new one is: a project that came in a file brings its
    records without the runs."""
    kept = {(one["question"], one["claim"]) for one in clean(document)["evidence"] if one["measured"]}
    there = {(one.question, one.claim) for one in today if one.measured}
    return there < kept


def _decision(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    old, new = one["decided"], other["decided"]
    if old["choice"] != new["choice"]:
        yield f"Decided: {_quoted(_name(old), 'nothing yet')} became {_quoted(_name(new), 'nothing yet')}."
    if old["why"] != new["why"]:
        yield f"The reason given for the decision: {_became(old['why'], new['why'])}"
    if one["review_on"] != other["review_on"]:
        yield f"The review: {one['review_on'] or 'no date'} became {other['review_on'] or 'no date'}."


def _advice(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if old["action"] != new["action"]:
        yield f"The advice was “{bare(old['headline'])}”. It is now “{bare(new['headline'])}”."
    elif old["headline"] != new["headline"]:
        yield f"The advice is the same, and is put otherwise: “{bare(new['headline'])}”."
    if old["confidence"] != new["confidence"]:
        yield f"The advice was {old['confidence'] or 'without a stamp'}, and is now {new['confidence'] or 'without a stamp'}."


def _answers(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    before, after = ({one["key"]: one for one in records} for records in (old, new))
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, {}), after.get(key, {})
        short = now.get("short") or was.get("short") or key
        if was.get("answer", "") != now.get("answer", ""):
            yield f"{short}: “{_said(was)}” became “{_said(now)}”."
        if was.get("standing", "") != now.get("standing", "") and was.get("standing") and now.get("standing"):
            yield f"{short}: {was['standing']} became {now['standing']}."
        for name, called in (("note", "the note"), ("link", "the link")):
            if was.get(name, "") != now.get(name, ""):
                yield f"{short}, {called}: {_became(was.get(name, ''), now.get(name, ''))}"
        yield from _follow_ups(short, was.get("follow_ups", []), now.get("follow_ups", []))


def _follow_ups(short: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    before, after = ({one["key"]: one for one in records} for records in (old, new))
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, {}), after.get(key, {})
        if was.get("answer", "") != now.get("answer", ""):
            ask = now.get("ask") or was.get("ask") or key
            yield f"{short}, “{ask}”: {_became(was.get('answer', ''), now.get('answer', ''))}"


def _evidence(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    """Notes and links are told with the answers that they stand under."""
    before, after = ({_mark(one): one for one in records if one["measured"]} for records in (old, new))
    for mark, one in after.items():
        if mark not in before:
            yield f"New evidence ({_from(one)}): {one['claim']}"
    for mark, one in before.items():
        if mark not in after:
            yield f"No longer there ({_from(one)}): {one['claim']}"


def _reasons(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    before, after = ({one["key"]: one["name"] for one in records} for records in (old, new))
    yield from (f"New reason: “{name}”." for key, name in after.items() if key not in before)
    yield from (f"No longer a reason: “{name}”." for key, name in before.items() if key not in after)


def _words(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    old, new = one["framework"]["edition"], other["framework"]["edition"]
    if old != new:
        yield f"The questions are those of {new or 'an unnamed version'}, before of {old or 'an unnamed version'}."
    if one["break_even"] != other["break_even"]:
        yield f"What it costs: {_became(one['break_even'], other['break_even'])}"


def _mark(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["question"], one["claim"], one["source"], one["supports"]


def _from(one: dict[str, Any]) -> str:
    practice = "measured on the practice model" if one["practice"] else "measured"
    return ", ".join(part for part in (practice, one["source"]) if part)


def _name(decided: dict[str, Any]) -> str:
    return str(decided["name"] or decided["choice"])


def _said(question: Mapping[str, Any]) -> str:
    answer = str(question.get("answer", ""))
    return SAID.get(answer, answer)


def _quoted(text: str, otherwise: str) -> str:
    return f"“{text}”" if text else otherwise


def _became(old: str, new: str) -> str:
    if not old:
        return f"new: “{bare(new)}”."
    return f"“{bare(old)}” became “{bare(new)}”." if new else f"“{bare(old)}” was taken out."


def bare(sentence: str) -> str:
    """Without its full stop, to be quoted inside another one."""
    return sentence.strip().removesuffix(".")
