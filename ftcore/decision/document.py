"""The decision record as a value that can be written as JSON: it stands alone, whoever reads it, and whenever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ftcore.decision.case import counts
from ftcore.decision.findings import comparison_of
from ftcore.decision.framework import GOOD_REASONS, FollowUp, Framework, Question
from ftcore.decision.known import standing
from ftcore.decision.shape import clean
from ftcore.records import Comparison, Evidence, Recommendation, Reply


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a measurement is from: the run's number, the sha256 over its arms' digests, and the sha256 of its examples."""

    run: int = 0
    arms: str = ""
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the people say of a decision: `known` and `details` as in `store.decisions`, `choice` the key of an action,
    `review_on` a day as ISO 8601, `by` who decided ("" = not known)."""

    answers: Mapping[str, Reply]
    reasons: Sequence[str] = ()
    evidence: Sequence[Evidence] = ()
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    choice: str = ""
    why: str = ""
    review_on: str = ""
    by: str = ""


def document(
    told: Told,
    recommendation: Recommendation,
    framework: Framework,
    *,
    project: str,
    who: str,
    at: datetime,
    origins: Mapping[str, Origin] | None = None,
    break_even: str = "",
) -> dict[str, Any]:
    """The record of what is asked, answered, known, advised and decided at this moment. `origins` are by an evidence's source,
    `break_even` a sentence or ""."""
    found = {
        "project": project,
        "recorded_at": at.isoformat(timespec="seconds"),
        "recorded_by": who,
        "framework": {
            "version": framework.version,
            "read_on": framework.read_on.isoformat(),
            "edition": framework.edition,
        },
        "questions": [_question(one, told) for one in framework.questions],
        "reasons": [
            {"key": key, "name": framework.reason_name(key), "good": key in GOOD_REASONS} for key in told.reasons
        ],
        "evidence": [_evidence(one, (origins or {}).get(one.source) or Origin()) for one in told.evidence],
        "recommendation": {
            **asdict(recommendation),
            "name": framework.actions[recommendation.action].name,
        },
        "decided": {
            "choice": told.choice,
            "name": next((advice.name for action, advice in framework.actions.items() if action == told.choice), ""),
            "why": told.why,
            "by": told.by if told.choice or told.why else "",
        },
        "review_on": told.review_on,
        "break_even": break_even,
    }
    return clean(found)


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two records say the same, but for when they were made and by whom they were written down."""

    def said(document: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in clean(document).items() if not key.startswith("recorded_")}

    return said(one) == said(other)


def evidence_in(document: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """The evidence of a record, as far as `recommend` needs it. Raises ValueError where a reply in it is none."""
    return tuple(
        Evidence(
            one["question"],
            one["claim"],
            one["source"],
            one["model"],
            one["practice"],
            _compared(one["comparison"]),
            supports=one["supports"],
            measured=one["measured"],
        )
        for one in clean(document)["evidence"]
    )


def _compared(kept: Mapping[str, Any]) -> Comparison | None:
    try:
        return comparison_of(kept)
    except (KeyError, ValueError):  # none, or one that somebody made up
        return None


def answers_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that were given, by question."""
    return {one["key"]: one["answer"] for one in clean(document)["questions"] if one["answer"]}


def _question(question: Question, told: Told) -> dict[str, Any]:
    known = told.known.get(question.key, {})
    found = standing(question.key, told.evidence)
    said = bool(told.answers.get(question.key)) or found.word != "believed"
    return {
        "key": question.key,
        "short": question.short,
        "question": question.question,
        "answer": told.answers.get(question.key, ""),
        "standing": found.word if said else "",
        "standing_why": found.why if said else "",
        **{name: known.get(name, "") for name in ("note", "link")},
        "attached": list(known.get("attached") or []),
        "follow_ups": [
            {"key": one.key, "ask": one.ask, "answer": answer}
            for one in question.follow_ups
            if (answer := follow_up_words(one, told.details.get(one.key)))
        ],
    }


def follow_up_words(asked: FollowUp, value: Any) -> str:
    """What was answered to a follow-up, in words: "8,000 questions a month"; "" where nothing was."""
    if value in (None, "", []):
        return ""
    if asked.kind == "choice":
        return asked.choices.get(str(value), str(value))
    if asked.kind == "number" and isinstance(value, int | float):
        number = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
        return f"{number} {asked.unit}".strip()
    if isinstance(value, list):
        return "\n".join(f"{number}. {one}" for number, one in enumerate(value, 1) if str(one).strip())
    return str(value)


def _evidence(item: Evidence, origin: Origin) -> dict[str, Any]:
    return {
        "question": item.question,
        "claim": item.claim,
        "source": item.source,
        "model": item.model,
        "practice": item.practice,
        "measured": item.measured,
        "counts": counts(item),
        "supports": item.supports,
        **asdict(origin),
        "comparison": asdict(item.comparison) if item.comparison else {},
    }
