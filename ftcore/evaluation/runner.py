"""Asks every arm every test case: many at a time, patiently, and never twice for the same answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ftcore.endpoints import connect_async, explain
from ftcore.evaluation.arms import Arm
from ftcore.evaluation.call import Asking, Call, answer_limit, call_key, read_reply, with_ids
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.keeping import Keep, Keeper
from ftcore.evaluation.line import Kind, Line, Patience, kind_of, pause
from ftcore.records import Answer, Endpoint, TestCase

CONCURRENCY = 32
"""Questions under way at an endpoint. Also for the local trainer: it answers them in batches."""

Allow = Callable[[Call], str]
"""Whether a call may be made, looked at right before it is: "" = yes, else why the run stops."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answers` are in the order of the cases, then of the arms, then of the repeats; `text` None = none arrived.

    `stopped` says in a sentence why the run ended before all was asked ("" = it did not); `unasked` counts the
    answers that are therefore not in the list. `calls` counts the questions that were sent, repetitions not included.
    """

    answers: tuple[Answer, ...]
    keys: tuple[str, ...]
    """The call's key of each answer."""
    calls: int = 0
    unasked: int = 0
    cancelled: bool = False
    stopped: str = ""


def plan(
    arms: Sequence[Arm], cases: Sequence[TestCase], endpoint: Endpoint, asking: Asking, *, repeats: int = 1
) -> list[Call]:
    """Every call of a run, in the order of `Outcome.answers`. Calls with the same key are made once."""
    if len({arm.name for arm in arms}) < len(arms):
        raise EvaluationError("Two arms of this run have the same name.")
    calls = []
    for case in with_ids(cases):
        for arm in arms:
            where = arm.endpoint or endpoint
            messages, extras, sources = arm.messages(case), arm.extras(case), arm.sources(case)
            for repeat in range(repeats):
                asked = replace(asking, seed=asking.seed + repeat)
                request = asked.request(arm.model, messages, extras)
                key = call_key(request, where.identity, repeat)
                calls.append(Call(key, case.id, arm, where.base_url, request, repeat, sources))
    return calls


async def run(
    arms: Sequence[Arm],
    cases: Sequence[TestCase],
    endpoint: Endpoint,
    *,
    asking: Asking | None = None,
    repeats: int = 1,
    concurrency: int = CONCURRENCY,
    seed: int = 0,
    known: Mapping[str, Answer] | None = None,
    keep: Keep | None = None,
    allow: Allow | None = None,
    cancelled: Callable[[], bool] | None = None,
    patience: Patience | None = None,
    timeout: float = 600.0,
    grace: float = 10.0,
    api_key: str | None = None,
) -> Outcome:
    """Asks `arms` x `cases` x `repeats` and returns the answers, unscored.

    `known` are finished calls by key: those with a text are not asked again. `keep` is given every answer that comes,
    missing ones included, and whatever came while it was at work at once. A few answers may wait for it while others
    are asked; all are kept when the run ends. `allow` is asked before every call; what it says ends the run. `cancelled()` is looked at twice a second; what is under way then has `grace` seconds to arrive.
    `timeout` is for one attempt, in seconds. The order in which an item's arms are asked is shuffled by `seed`, so that
    no arm always waits behind another. Raises EndpointError when an endpoint's address or key is not usable, and
    whatever `keep` raises.
    """
    asking = asking or Asking(seed=seed, max_tokens=answer_limit(case.expected for case in cases))
    calls = plan(arms, cases, endpoint, asking, repeats=repeats)
    finished = {key: answer for key, answer in (known or {}).items() if answer.text is not None}
    session = _Session(patience or Patience(), timeout, Keeper(keep), allow)
    async with AsyncExitStack() as stack:
        lines: dict[str, tuple[Line, Any]] = {}
        for address in {arm.name: arm.endpoint or endpoint for arm in arms}.values():
            if address.base_url not in lines:
                key = api_key if address is endpoint else None
                client = connect_async(address, timeout=timeout, max_retries=0, api_key=key)
                lines[address.base_url] = Line(concurrency, session.patience), await stack.enter_async_context(client)
        waiting = _queues([call for call in calls if call.key not in finished], len(arms) * repeats, seed)
        workers = [
            (line, client, waiting[base_url])
            for base_url, (line, client) in lines.items()
            for _ in range(min(concurrency, len(waiting.get(base_url, ()))))
        ]
        was_cancelled = await _work(session, workers, cancelled, grace)
    return _outcome(calls, {**finished, **session.answers}, session, was_cancelled)


def _queues(calls: list[Call], per_case: int, seed: int) -> dict[str, deque[Call]]:
    """The calls to be made at each address, case by case, each once, the arms of a case shuffled."""
    shuffle = random.Random(seed)
    by_case: dict[str, list[Call]] = {}
    for call in calls:
        by_case.setdefault(call.case_id, []).append(call)
    queues: dict[str, deque[Call]] = {}
    seen: set[str] = set()
    for of_case in by_case.values():
        for call in shuffle.sample(of_case, len(of_case)):
            if call.key not in seen:
                seen.add(call.key)
                queues.setdefault(call.base_url, deque()).append(call)
    return queues


@dataclass
class _Session:
    """What the workers of one run share."""

    patience: Patience
    timeout: float
    keeper: Keeper
    allow: Allow | None
    answers: dict[str, Answer] = field(default_factory=dict)
    calls: int = 0
    reason: str = ""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.stopped.set()

    async def work(self, line: Line, client: Any, waiting: deque[Call]) -> None:
        while waiting and not self.stopped.is_set():
            call = waiting.popleft()
            if self.allow is not None and (refused := self.allow(call)):
                self.stop(refused)
                return
            answer = await self.ask(line, client, call)
            if answer is None:
                return
            self.answers[call.key] = answer
            await self.keeper.keep(call.key, answer)

    async def ask(self, line: Line, client: Any, call: Call) -> Answer | None:
        """The answer, or a missing one with its reason; None when the run stopped meanwhile."""
        self.calls += 1
        for attempt in range(self.patience.attempts):
            async with line.place(self.stopped):
                if self.stopped.is_set():
                    return None
                started = time.monotonic()
                try:
                    async with asyncio.timeout(self.timeout):
                        reply = await client.chat.completions.create(**call.request)
                    answer = read_reply(call, reply, time.monotonic() - started)
                except Exception as caught:  # noqa: BLE001 - whatever a server can do; sorted out below
                    error = caught
                else:
                    line.succeeded()
                    return answer
            kind = kind_of(error)
            wait = self.patience.wait(attempt)
            if kind is Kind.SLOWER:
                asked = line.slow_down(error, started)
                if asked > self.patience.longest_asked:
                    self.stop(f"The server asks for a pause of {_minutes(asked)} (rate limit).")
                    return None
                wait = max(wait, asked)
            if kind in (Kind.REFUSED, Kind.REJECTED) or attempt == self.patience.attempts - 1:
                if line.gave_up(kind):
                    self.stop(explain(error))
                return replace(_missing(call), error=explain(error))
            await pause(wait, self.stopped)
        return None


async def _work(
    session: _Session,
    workers: list[tuple[Line, Any, deque[Call]]],
    cancelled: Callable[[], bool] | None,
    grace: float,
) -> bool:
    """Runs the workers to their end; True when the run was cancelled."""
    if cancelled is not None and cancelled():
        return True
    tasks = [asyncio.ensure_future(session.work(*worker)) for worker in workers]
    was_cancelled = False
    try:
        pending = set(tasks)
        while pending:
            done, pending = await asyncio.wait(pending, timeout=0.5, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()  # an error of `keep` ends the run
            if pending and not was_cancelled and cancelled is not None and cancelled():
                was_cancelled = True
                session.stopped.set()
                done, pending = await asyncio.wait(pending, timeout=grace)
                for task in done:
                    task.result()
                break
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        await session.keeper.close()
    return was_cancelled


def _outcome(calls: list[Call], answers: dict[str, Answer], session: _Session, was_cancelled: bool) -> Outcome:
    there = [call for call in calls if call.key in answers]
    return Outcome(
        # A reply that serves two arms or two equal questions bears the name of each.
        answers=tuple(
            replace(
                answers[call.key],
                case_id=call.case_id,
                arm=call.arm.name,
                model=call.arm.model,
                repeat=call.repeat,
                sources=call.sources,
            )
            for call in there
        ),
        keys=tuple(call.key for call in there),
        calls=session.calls,
        unasked=len(calls) - len(there),
        cancelled=was_cancelled,
        stopped=session.reason,
    )


def _missing(call: Call) -> Answer:
    return Answer(
        case_id=call.case_id,
        arm=call.arm.name,
        model=call.arm.model,
        text=None,
        repeat=call.repeat,
        sources=call.sources,
    )


def _minutes(seconds: float) -> str:
    minutes = -(-int(min(seconds, 1e9)) // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
