"""The way to one endpoint: how many questions are under way there, how long to wait, and when to give up."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from ftcore.endpoints import EndpointError, retry_after

_RECOVERY = 4
"""After four rounds without a complaint, one more question at a time."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a question is asked again, and after how many seconds. `longest_asked` is the longest pause that a
    server may demand by Retry-After; beyond it the run stops and keeps what it has."""

    attempts: int = 6
    first_wait: float = 0.5
    longest_wait: float = 20.0
    longest_asked: float = 120.0
    refusals: int = 3
    """So many refusals of the key or the model in a row stop the run."""
    rejections: int = 10
    """So many requests in a row that the server does not accept stop the run."""
    failures: int = 5
    """So many questions in a row that failed every time stop the run."""

    def wait(self, attempt: int) -> float:
        """Seconds before the next attempt, spread so that the questions do not come back all at once."""
        return float(min(self.longest_wait, self.first_wait * 2**attempt) * random.uniform(0.5, 1.0))


class Kind(Enum):
    AGAIN = "asked again"
    SLOWER = "asked again, and fewer at a time"
    REJECTED = "this question is not accepted"
    REFUSED = "nothing will be answered: the key, the model or the address"


def kind_of(error: Exception) -> Kind:
    """What to do after a failed call."""
    import openai

    if _is_ours(error):
        return Kind.REFUSED
    if not isinstance(error, openai.APIStatusError):
        return Kind.AGAIN  # no connection, no answer in time, or half an answer
    if error.status_code == 429:
        return Kind.REFUSED if error.code == "insufficient_quota" else Kind.SLOWER
    if error.status_code in (408, 409) or error.status_code >= 500:
        return Kind.AGAIN
    return Kind.REFUSED if error.status_code in (401, 402, 403, 404) or error.status_code < 400 else Kind.REJECTED


def _is_ours(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, EndpointError):
        error = error.__cause__
    return error is not None


class Line:
    """Bounds the questions under way at one endpoint. All its methods belong to one event loop."""

    def __init__(self, most: int, patience: Patience) -> None:
        self.limit = self._most = max(1, most)
        self._patience = patience
        self._running = 0
        self._free = asyncio.Condition()
        self._resumes_at = 0.0
        self._halved_at = 0.0
        self._good = 0
        self._in_a_row = {Kind.REFUSED: 0, Kind.REJECTED: 0, Kind.AGAIN: 0}

    @asynccontextmanager
    async def place(self, stopped: asyncio.Event) -> AsyncIterator[None]:
        """Waits for a free place, and for the end of a pause that the server asked for."""
        async with self._free:
            await self._free.wait_for(lambda: self._running < self.limit)
            self._running += 1
        try:
            while (left := self._resumes_at - time.monotonic()) > 0 and not stopped.is_set():
                await pause(left, stopped)
            yield
        finally:
            async with self._free:
                self._running -= 1
                self._free.notify_all()

    def succeeded(self) -> None:
        self._in_a_row = dict.fromkeys(self._in_a_row, 0)
        self._good += 1
        if self.limit < self._most and self._good >= _RECOVERY * self.limit:
            self.limit += 1
            self._good = 0

    def slow_down(self, error: Exception, started: float) -> float:
        """Halves the questions under way, once for all that were sent together, and returns the seconds to wait."""
        if started >= self._halved_at:
            self.limit = max(1, self.limit // 2)
            self._halved_at, self._good = time.monotonic(), 0
        asked = retry_after(error)
        if asked is not None and asked <= self._patience.longest_asked:
            self._resumes_at = max(self._resumes_at, time.monotonic() + asked)
        return asked or 0.0

    def gave_up(self, kind: Kind) -> bool:
        """Counts a question without an answer; True when the run should stop."""
        counted = Kind.AGAIN if kind is Kind.SLOWER else kind
        self._in_a_row[counted] += 1
        bound = {
            Kind.REFUSED: self._patience.refusals,
            Kind.REJECTED: self._patience.rejections,
            Kind.AGAIN: self._patience.failures,
        }
        return self._in_a_row[counted] >= bound[counted]


async def pause(seconds: float, stopped: asyncio.Event) -> None:
    """Sleeps, and wakes when the run stops."""
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except TimeoutError:
        return
