"""The sentences of a recommendation: what was decided elsewhere, said plainly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ftcore.decision.case import Case, counts
from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS, Advice, Framework, Question
from ftcore.decision.questions import SAID
from ftcore.records import Action, Because, Confidence, Reply, Step

_UNSHOWN = "at a low volume it counts only once it was measured that the cheaper ways miss it"


class Wording:
    """Says one recommendation. `key` is the question that decided (None: none stood in the way), `walked` those that
    the advice rests on."""

    def __init__(
        self,
        case: Case,
        key: str | None,
        action: Action,
        walked: Sequence[str],
        confidence: Confidence,
        framework: Framework,
    ) -> None:
        self._case, self._key, self._action = case, key, action
        self._walked, self._confidence = walked, confidence
        self._framework = framework
        self._good = {reason.key: reason for reason in self._framework.good_reasons}
        self._bad = {reason.key: reason for reason in self._framework.bad_reasons}

    def headline(self) -> str:
        advice = self._framework.actions[self._action]
        if self._action is Action.MEASURE_FIRST and self._key not in self._case.answers and advice.headline_open:
            count = sum(1 for k in QUESTIONS if k not in self._case.answers and k not in self._case.findings)
            return advice.headline_open.replace("{open}", str(count)).replace("{are}", "is" if count == 1 else "are")
        if self._confidence is Confidence.MEASURED and advice.headline_measured:
            return advice.headline_measured
        return advice.headline

    def because(self) -> tuple[Because, ...]:
        """The deciding point first, then the reasons, then the rest of what the advice rests on."""
        on_reasons = list(self._reason_sentences())
        if self._key is None:
            return (*on_reasons, *(self._answered(k) for k in self._walked))
        rest = [self._answered(k) for k in self._walked if k != self._key]
        deciding = self._answered(self._key)
        if (
            self._key == "high_volume_narrow"
            and self._case.never_pays
            and "efficiency_at_scale" not in self._case.reasons
        ):
            deciding = Because(
                f"It does not pay. {self._claims('efficiency_at_scale', 'no')}", "evidence", "efficiency_at_scale"
            )
        if self._reasons_decide():
            return (*on_reasons, deciding, *rest)
        return (deciding, *on_reasons, *rest)

    def next_steps(self, further: Sequence[Action]) -> tuple[Step, ...]:
        """The action itself, then the further ones."""
        actions = self._framework.actions
        return tuple(
            Step(action, actions[action].name, self._what(actions[action])) for action in (self._action, *further)
        )

    def _what(self, advice: Advice) -> str:
        """Nobody is told to train what they have trained: that examples teach is only seen where a model was trained on them."""
        on = {
            e.practice
            for e in self._case.evidence
            if e.question == "quality_training_data" and e.comparison and e.supports == "yes"
        }
        if False in on and advice.what_trained:
            return advice.what_trained
        return advice.what_practised if on and advice.what_practised else advice.what

    def reverses_if(self) -> tuple[str, ...]:
        advice = self._framework.actions[self._action]
        said = [advice.would_change.replace("{short}", self._question(self._key).short.lower() if self._key else "")]
        if self._action is Action.MEASURE_FIRST and self._key:
            said.append(self._question(self._key).settle)
        if self._reasons_decide() and self._action is Action.USE_RAG:
            said.append(
                "A good reason beside the facts (voice, terms, form, or cost at scale) would reopen the question."
            )
        if self._action is Action.DO_NOT_FINE_TUNE:
            said += [
                f"What to measure for “{self._good[key].name}”: {self._good[key].measured_by}"
                for key in self._case.good
            ]
        if self._key in self._case.findings:
            said.append("It was measured: only another measurement, not another opinion, reverses that.")
        return tuple(said)

    def alternatives(self) -> tuple[str, ...]:
        good = [f"{self._good[r].name}: {self._good[r].alternative}" for r in self._given(GOOD_REASONS)]
        bad = [f"{self._bad[r].name}: {self._bad[r].solution}" for r in self._given(BAD_REASONS)]
        return (*good, *bad)

    def risks(self) -> tuple[str, ...]:
        return tuple(self._risks())

    def _risks(self) -> Iterator[str]:
        case = self._case
        if case.good:
            for reason in self._given(BAD_REASONS):
                yield f"“{self._bad[reason].name}” is no reason to fine-tune. {self._bad[reason].problem}"
        if self._action is Action.FINE_TUNE and case.findings.get("efficiency_at_scale") == "no":
            yield f"It must be worth it for the quality alone. {self._claims('efficiency_at_scale', 'no')}"
        if self._action is not Action.DO_NOT_FINE_TUNE and case.stop("high_volume_narrow") is Action.DO_NOT_FINE_TUNE:
            why = f"{_UNSHOWN}." if case.good else "no good reason for it holds."
            yield f"Even after that, fine-tuning would hardly pay here: {why}"
        if self._action is Action.FINE_TUNE:
            yield from self._tuning_warnings()
        only = [
            e.claim
            for e in case.evidence
            if e.practice
            and e.measured
            and e.question in self._walked
            and not (counts(e) and e.question in case.findings)
        ]
        if only:
            told = " ".join(dict.fromkeys(only))
            yield f"Seen on the practice model only, which does not show what a larger model needs: {told}"

    def _tuning_warnings(self) -> Iterator[str]:
        if self._confidence is not Confidence.MEASURED:
            yield "Some of this is belief. Train small, and let the comparison decide before anything depends on it."
        if self._case.replies["high_volume_narrow"] == "no":
            yield "At a low volume the effort must be worth it for the quality alone: no saving will pay for it."
        yield "Tuning can weaken a model's safety, even with harmless examples. Test for that before it meets customers."

    def _answered(self, key: str) -> Because:
        measured = key in self._case.findings or key in self._case.undecided
        return Because(self._answer_sentence(key), "evidence" if measured else "answer", key)

    def _answer_sentence(self, key: str) -> str:
        question, answer = self._question(key), self._case.answers.get(key)
        finding = self._case.findings.get(key)
        if finding is not None:
            text = self._claims(key, finding)
            if answer is not None and answer != finding:
                return f"{question.short}: you answered “{SAID[answer]}”, but it was measured. {text}"
            return f"{question.short}: measured. {text}"
        if key in self._case.undecided and answer is not None:
            told = " ".join(e.claim for e in self._case.evidence if e.question == key and e.measured and not e.practice)
            return f"{question.short}: you answered “{SAID[answer]}”, but a measurement could not tell. {told}"
        if answer is None:
            return f"{question.short}: not answered yet. {question.question}"
        notes = " ".join(e.claim for e in self._case.evidence if e.question == key and not e.measured)
        said = f"{question.short}: you answered “{SAID[answer]}”. {question.meaning[answer]}"
        return f"{said} Noted: {notes}" if notes else said

    def _reason_sentences(self) -> Iterator[Because]:
        case = self._case
        for reason in self._given(GOOD_REASONS):
            name = self._good[reason].name
            if reason in case.good and self._key == "high_volume_narrow" and self._action is Action.DO_NOT_FINE_TUNE:
                yield Because(f"“{name}” can be a good reason, but {_UNSHOWN}.", "reason", reason)
            elif reason in case.good:
                yield Because(f"“{name}” can be a good reason. {self._good[reason].description}", "reason", reason)
            elif case.findings.get(reason) == "no":
                texts = self._claims(reason, "no")
                yield Because(f"“{name}” does not hold here. {texts}", "evidence", reason)
            else:
                yield Because(f"“{name}” needs many calls, and you have few.", "reason", reason)
        if not case.good:
            for reason in self._given(BAD_REASONS):
                said = f"“{self._bad[reason].name}” is no reason to fine-tune. {self._bad[reason].problem}"
                yield Because(said, "reason", reason)

    def _claims(self, about: str, supports: Reply) -> str:
        """What was measured of a question or a reason and speaks so."""
        return " ".join(
            e.claim for e in self._case.evidence if e.question == about and e.supports == supports and counts(e)
        )

    def _reasons_decide(self) -> bool:
        by_reason = self._key in ("rag_would_solve", "high_volume_narrow")
        return self._case.unfounded and by_reason and self._action is not Action.MEASURE_FIRST

    def _given(self, keys: Sequence[str]) -> list[str]:
        return [key for key in keys if key in self._case.reasons]

    def _question(self, key: str) -> Question:
        return self._framework.question(key)
