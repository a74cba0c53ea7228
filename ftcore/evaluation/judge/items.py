"""Who judges, and what is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from ftcore.evaluation.arms.arm import SYSTEM_ROLES
from ftcore.evaluation.call import with_ids
from ftcore.evaluation.judge.criteria import Criteria, judge_name
from ftcore.records import Answer, Endpoint, TestCase, text_of
from ftcore.store.judgements import Judgement

MAX_TOKENS = 512
SAME = "The two answers are the same to the letter, so nobody was asked."


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


def single_items(cases: Iterable[TestCase], answers: Iterable[Answer]) -> list[Item]:
    """Every answer that arrived (the first repeat), to be judged by itself."""
    by_id = {case.id: case for case in with_ids(cases)}
    return [
        Item(one.case_id, asked(by_id[one.case_id]), by_id[one.case_id].expected, one.arm, one.text)
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
                found.append(Item(case.id, asked(case), case.expected, first, one, second, other))
    return found


def asked(case: TestCase) -> str:
    """What the judge is shown as the question: the input, or, where turns came before it, the whole conversation. System
    messages are left out: they are instructions to those that are judged."""
    turns = [message for message in case.messages if message.get("role") not in SYSTEM_ROLES]
    if len(turns) < 2:
        return case.input
    return "\n\n".join(f"{message.get('role')}: {text_of(message)}" for message in turns)


def judgement_key(call_key: str, item: Item) -> str:
    """The call's key with what it was asked for: equal answers of two arms are judged by one call, and counted twice."""
    content = "\0".join((call_key, item.case_id, item.arm, item.other_arm))
    return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()


def same(item: Item) -> bool:
    return bool(item.other_arm) and item.answer == item.other


def tie(judge: Judge, item: Item) -> Judgement:
    """What is said of two equal answers without a call."""
    key = judgement_key(judge.name, item)
    return Judgement(key, judge.name, item.case_id, item.arm, item.other_arm, 0.5, SAME)
