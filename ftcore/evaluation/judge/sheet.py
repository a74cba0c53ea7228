"""What a judge is asked, call by call, as the runner knows those it asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.arms.arm import Plain
from ftcore.evaluation.call import Asking, Call
from ftcore.evaluation.judge.criteria import read_reply
from ftcore.evaluation.judge.items import Item, Judge, judgement_key
from ftcore.evaluation.judge.quoting import prompt
from ftcore.evaluation.runner import plan, run
from ftcore.records import Answer, Message, TestCase
from ftcore.store.judgements import Judgement

KeepJudgements = Callable[[Sequence[Judgement]], None]
"""Commits judgements; called in a thread, once at a time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """`judgements` in the order of the items; one without a value says why in `error`. `stopped` says why the judging
    ended early ("" = it did not); `unasked` counts the items that therefore have no judgement."""

    judgements: tuple[Judgement, ...]
    calls: int = 0
    unasked: int = 0
    cancelled: bool = False
    stopped: str = ""


class JudgeArm(Plain):
    """The judge as the runner knows those it asks."""

    name, label, system_prompt, endpoint = "judge", "Judge", None, None

    def __init__(self, judge: Judge, items: Mapping[str, Item], *, formed: bool) -> None:
        self.model = judge.model
        self._judge, self._items, self._formed = judge, items, formed

    def messages(self, case: TestCase) -> list[Message]:
        return prompt(self._judge.criteria, self._items[case.id].material(), self._judge.seed)

    def extras(self, case: TestCase) -> dict[str, Any]:
        if not self._formed:
            return {}
        form = {"name": "verdict", "strict": True, "schema": self._judge.criteria.schema()}
        return {"response_format": {"type": "json_schema", "json_schema": form}}

    def content(self) -> dict[str, Any]:
        return {"judge": self._judge.name, "formed": self._formed}


class Sheet:
    """The items with the calls that judge them. Two items with the same question and answers share one call, and each has
    a judgement of its own."""

    def __init__(self, judge: Judge, items: Sequence[Item], *, formed: bool) -> None:
        self._judge = judge
        self._by_id = {str(at): item for at, item in enumerate(items)}
        self._arm = JudgeArm(judge, self._by_id, formed=formed)
        self._cases = [TestCase("", "", id=id_) for id_ in self._by_id]
        self._asking = Asking(seed=judge.seed, max_tokens=judge.max_tokens)
        self._calls: dict[str, list[Call]] = {}
        for call in plan([self._arm], self._cases, judge.endpoint, self._asking):
            self._calls.setdefault(call.key, []).append(call)

    def anything_of(self, known: Mapping[str, Judgement]) -> bool:
        return any(self._key(call) in known for calls in self._calls.values() for call in calls)

    async def ask(self, known: Mapping[str, Judgement], keep: KeepJudgements, settings: dict[str, Any]) -> Judged:
        def keep_answers(came: Sequence[tuple[str, Answer]]) -> None:
            keep([one for key, answer in came if answer.text is not None for one in self._read(key, answer)])

        outcome = await run(
            [self._arm],
            self._cases,
            self._judge.endpoint,
            asking=self._asking,
            seed=self._judge.seed,
            known=self._finished(known),
            keep=keep_answers,
            **settings,
        )
        found = [
            self._judgement(self._by_id[answer.case_id], key, answer)
            for key, answer in zip(outcome.keys, outcome.answers, strict=True)
        ]
        return Judged(tuple(found), outcome.calls, outcome.unasked, outcome.cancelled, outcome.stopped)

    def _finished(self, known: Mapping[str, Judgement]) -> dict[str, Answer]:
        found = {}
        for key, calls in self._calls.items():
            kept = next((known[own] for call in calls if (own := self._key(call)) in known), None)
            if kept is not None and kept.text is not None:
                found[key] = Answer(
                    kept.case_id,
                    "judge",
                    self._judge.model,
                    kept.text,
                    seconds=kept.seconds,
                    tokens_in=kept.tokens_in,
                    tokens_out=kept.tokens_out,
                )
        return found

    def _read(self, key: str, answer: Answer) -> list[Judgement]:
        return [self._judgement(self._by_id[call.case_id], key, answer) for call in self._calls[key]]

    def _key(self, call: Call) -> str:
        return judgement_key(call.key, self._by_id[call.case_id])

    def _judgement(self, item: Item, key: str, answer: Answer) -> Judgement:
        value, error = (None, answer.error) if answer.text is None else read_reply(self._judge.criteria, answer.text)
        return Judgement(
            key=judgement_key(key, item),
            judge=self._judge.name,
            case_id=item.case_id,
            arm=item.arm,
            other_arm=item.other_arm,
            value=value,
            text=answer.text,
            error=error,
            seconds=answer.seconds,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
        )
