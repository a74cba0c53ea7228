"""The situation that a recommendation judges: answers, reasons and evidence, checked and weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS
from ftcore.records import Action, Evidence, Reply
from ftcore.records.decision import AHEAD

READY: dict[str, Reply] = {
    "best_base_model": "yes",
    "prompt_optimized": "yes",
    "rag_would_solve": "no",
    "high_volume_narrow": "yes",
    "quality_training_data": "yes",
}
"""The reply with which a question lets the next one speak. A yes to the third is no good news."""

STEP_ACTION = {
    "best_base_model": Action.TRY_BETTER_MODEL,
    "prompt_optimized": Action.IMPROVE_PROMPT,
    "rag_would_solve": Action.USE_RAG,
    "high_volume_narrow": Action.DO_NOT_FINE_TUNE,
    "quality_training_data": Action.COLLECT_DATA,
}

_PRACTICE_CAN_SHOW: dict[str, Reply] = {"rag_would_solve": "yes", "quality_training_data": "yes"}
"""The practice model can show that examples teach and that looking up helps: what helps a tiny model helps a large
one. Its failures, and its gains over its own prompt, say nothing about a large model."""

_REPLIES = ("yes", "no", "unsure")


@dataclass(frozen=True, slots=True)
class Case:
    """The situation after evidence has been weighed: `findings` are the replies that were measured, `replies` those
    that hold (measured before answered; "unsure" when there is neither)."""

    answers: Mapping[str, Reply]
    reasons: frozenset[str]
    evidence: tuple[Evidence, ...]
    findings: Mapping[str, Reply]
    replies: Mapping[str, Reply]
    good: tuple[str, ...]
    """The good reasons that hold."""
    undecided: frozenset[str] = frozenset()
    """Questions whose answer was ready until a measurement could not tell: a test that sees nothing makes of a belief no more
    than a belief, and an open one."""

    @property
    def unfounded(self) -> bool:
        """Reasons were given and not one of them is good and holds."""
        return bool(self.reasons) and not self.good

    @property
    def gain(self) -> bool:
        """A tuned model was measured to do better than the prompt. A trial in which examples in the prompt brought nothing speaks
        for the same answer, and shows no gain of training."""
        about = [e for e in self.evidence if e.question == "prompt_optimized" and e.supports == "yes" and counts(e)]
        trained = any(e.comparison is None or e.comparison.verdict in AHEAD for e in about)
        return self.findings.get("prompt_optimized") == "yes" and trained

    @property
    def never_pays(self) -> bool:
        """It was worked out that it never pays, and neither a good reason nor a measured gain in quality stands beside it."""
        return self.findings.get("efficiency_at_scale") == "no" and not self.good and not self.gain

    @property
    def worth_it(self) -> bool:
        """A good reason stands in for a low volume: it was measured to hold, or training was measured to bring a gain."""
        return bool(self.good) and (self.gain or any(self.findings.get(reason) == "yes" for reason in self.good))

    def stop(self, key: str) -> Action | None:
        """What a question says to do before the next one; None when it lets that one speak."""
        reply, finding = self.replies[key], self.findings.get(key)
        if key == "rag_would_solve" and self.unfounded and "adding_knowledge" in self.reasons and finding != "no":
            return Action.USE_RAG
        if key == "high_volume_narrow":
            if self.unfounded or self.never_pays:
                return Action.DO_NOT_FINE_TUNE
            if reply == "no" and self.worth_it:
                return None
        if reply == READY[key]:
            return None
        return Action.MEASURE_FIRST if reply == "unsure" else STEP_ACTION[key]


def counts(evidence: Evidence) -> bool:
    """Whether this evidence replaces an answer: measured, decided, and not beyond what the practice model can show."""
    if not evidence.measured or evidence.supports == "unsure":
        return False
    return not evidence.practice or _PRACTICE_CAN_SHOW.get(evidence.question) == evidence.supports


def weigh(answers: Mapping[str, Reply], reasons: Sequence[str], evidence: Sequence[Evidence]) -> Case:
    """Checks the input and lets what counts replace answers. Raises ValueError on an unknown question, reply or reason."""
    _check(answers, reasons, evidence)
    findings: dict[str, Reply] = {}
    for item in evidence:
        cautious = item.supports != READY.get(item.question, "yes")
        if item.practice and not cautious and answers.get(item.question) == "no":
            continue  # training nearly always helps the practice model: whoever says that the examples are not good knows more
        if counts(item) and (cautious or item.question not in findings):
            findings[item.question] = item.supports
    vague = {item.question for item in evidence if item.measured and not item.practice and item.supports == "unsure"}
    undecided = frozenset(key for key in vague - findings.keys() if answers.get(key) == READY.get(key))
    replies: dict[str, Reply] = {
        key: "unsure" if key in undecided else findings.get(key) or answers.get(key, "unsure") for key in QUESTIONS
    }

    def holds(reason: str) -> bool:
        idle = reason == "efficiency_at_scale" and replies["high_volume_narrow"] == "no"
        return reason in reasons and findings.get(reason) != "no" and not idle

    good = tuple(reason for reason in GOOD_REASONS if holds(reason))
    return Case(dict(answers), frozenset(reasons), tuple(evidence), findings, replies, good, undecided)


def _check(answers: Mapping[str, Reply], reasons: Sequence[str], evidence: Sequence[Evidence]) -> None:
    known_reasons = (*GOOD_REASONS, *BAD_REASONS)
    for key, reply in answers.items():
        _known("question", key, QUESTIONS)
        _known(f"reply to {key}", reply, _REPLIES)
    if isinstance(reasons, str):
        raise ValueError(f"The reasons must be a list of names, not one text ({reasons!r}).")
    for reason in reasons:
        _known("reason", reason, known_reasons)
    for item in evidence:
        _known("question or reason", item.question, (*QUESTIONS, *known_reasons))
        _known(f"reply that evidence on {item.question} supports", item.supports, _REPLIES)


def _known(what: str, found: object, among: Sequence[str]) -> None:
    if found not in among:
        raise ValueError(f"There is no {what} called {found!r}. Known: {', '.join(among)}.")
