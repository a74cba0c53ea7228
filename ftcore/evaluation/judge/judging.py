"""Asks a judge: each verdict is kept before it is used, and none is paid for twice."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ftcore.evaluation.arms.arm import Plain
from ftcore.evaluation.call import Asking, Call, with_ids
from ftcore.evaluation.judge.criteria import Criteria, Pairs, judge_name, read_reply
from ftcore.evaluation.judge.quoting import prompt
from ftcore.evaluation.line import Patience
from ftcore.evaluation.runner import Allow, plan, run
from ftcore.records import Answer, Endpoint, Message, TestCase
from ftcore.store.judgements import Judgement

MAX_TOKENS = 512
CONCURRENCY = 16
SAME = "The two answers are the same to the letter, so nobody was asked."
KeepJudgements = Callable[[Sequence[Judgement]], None]
"""Commits judgements; called in a thread, once at a time."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges, and by what. `temperature` 0 and the seed make a judge repeat itself where the server can."""

    criteria: Criteria
    model: str
    endpoint: Endpoint
    seed: int = 0
    max_tokens: int = MAX_TOKENS

    @property
    def name(self) -> str:
        return judge_name(self.criteria, self.model, self.endpoint.identity)


@dataclass(frozen=True, slots=True)
class Item:
    """What one call judges. `other_arm` and `other` only for pairs: the answer that is shown second."""

    case_id: str
    question: str
    expected: str
    arm: str
    answer: str
    other_arm: str = ""
    other: str = ""

    def material(self) -> dict[str, str]:
        shown = {"question": self.question, "expected": self.expected}
        if self.other_arm:
            return {**shown, "first": self.answer, "second": self.other}
        return {**shown, "answer": self.answer}


@dataclass(frozen=True, slots=True)
class Judged:
    """`judgements` in the order of the items; one without a value says why in `error`. `stopped` says why the judging
    ended early ("" = it did not); `unasked` counts the items that therefore have no judgement."""

    judgements: tuple[Judgement, ...]
    calls: int = 0
    unasked: int = 0
    cancelled: bool = False
    stopped: str = ""


def single_items(cases: Iterable[TestCase], answers: Iterable[Answer]) -> list[Item]:
    """Every answer that arrived (the first repeat), to be judged by itself."""
    by_id = {case.id: case for case in with_ids(cases)}
    return [
        Item(one.case_id, by_id[one.case_id].input, by_id[one.case_id].expected, one.arm, one.text)
        for one in answers
        if one.text is not None and one.repeat == 0 and one.case_id in by_id
    ]


def pair_items(cases: Iterable[TestCase], answers: Iterable[Answer], arms: tuple[str, str]) -> list[Item]:
    """Both orders of every case that both arms answered (the first repeat)."""
    texts = {(one.case_id, one.arm): one.text for one in answers if one.repeat == 0}
    found = []
    for case in with_ids(cases):
        for first, second in (arms, arms[::-1]):
            one, other = texts.get((case.id, first)), texts.get((case.id, second))
            if one is not None and other is not None:
                found.append(Item(case.id, case.input, case.expected, first, one, second, other))
    return found


async def ask_judge(
    judge: Judge,
    items: Sequence[Item],
    *,
    known: Mapping[str, Judgement] | None = None,
    keep: KeepJudgements | None = None,
    allow: Allow | None = None,
    cancelled: Callable[[], bool] | None = None,
    patience: Patience | None = None,
    concurrency: int = CONCURRENCY,
    timeout: float = 600.0,
    api_key: str | None = None,
) -> Judged:
    """Asks the judge about every item.

    `known` are the kept judgements of earlier by key (`store.judgements.finished`): what has a text is not asked again.
    `keep` is given every judgement before anything is made of it. Where a server refuses a form for the reply, it is
    asked without one. Pairs whose answers are the same are ties without a call. Raises EndpointError when the endpoint
    cannot be used, and whatever `keep` raises.
    """
    known = known or {}
    kept = set(known)

    def keep_new(came: Sequence[Judgement]) -> None:
        new = [one for one in came if one.key not in kept]
        if keep is not None and new:
            keep(new)
        kept.update(one.key for one in new)

    different = [item for item in items if not _same(item)]
    settings: dict[str, Any] = {
        "allow": allow,
        "cancelled": cancelled,
        "patience": patience,
        "concurrency": concurrency,
        "timeout": timeout,
        "api_key": api_key,
    }
    sheet, calls = _Sheet(judge, different, formed=True), 0
    if different and not sheet.anything_of(known):
        plain = _Sheet(judge, different, formed=False)
        if plain.anything_of(known):
            sheet = plain
        else:  # one question tells whether the server knows forms; its answer is kept like any other
            first = _Sheet(judge, different[:1], formed=True)
            tried = await first.ask({}, keep_new, settings)
            calls += tried.calls
            came = {one.key: one for one in tried.judgements if one.text is not None}
            known = {**known, **came}
            if not came and not tried.stopped and not tried.cancelled:
                sheet = plain
    found = await sheet.ask(known, keep_new, settings)
    same = [_tie(judge, item) for item in items if _same(item)]
    # Ties without a call, and items whose call had been made for another one.
    came_without = [*(one for one in found.judgements if one.text is not None), *same]
    await asyncio.to_thread(keep_new, came_without)
    by_place = {(one.case_id, one.arm, one.other_arm): one for one in (*found.judgements, *same)}
    ordered = [by_place[place] for item in items if (place := (item.case_id, item.arm, item.other_arm)) in by_place]
    return replace(found, judgements=tuple(ordered), calls=found.calls + calls)


class _JudgeArm(Plain):
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


class _Sheet:
    """The items with the calls that judge them. Two items with the same question and answers share one call, and each has
    a judgement of its own."""

    def __init__(self, judge: Judge, items: Sequence[Item], *, formed: bool) -> None:
        self._judge = judge
        self._by_id = {str(at): item for at, item in enumerate(items)}
        self._arm = _JudgeArm(judge, self._by_id, formed=formed)
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


def judgement_key(call_key: str, item: Item) -> str:
    """The call's key with what it was asked for: equal answers of two arms are judged by one call, and counted twice."""
    content = "\0".join((call_key, item.case_id, item.arm, item.other_arm))
    return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()


def _same(item: Item) -> bool:
    return bool(item.other_arm) and item.answer == item.other


def _tie(judge: Judge, item: Item) -> Judgement:
    assert isinstance(judge.criteria, Pairs)
    key = judgement_key(judge.name, item)
    return Judgement(key, judge.name, item.case_id, item.arm, item.other_arm, 0.5, SAME)
