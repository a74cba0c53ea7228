"""How often servers are asked about jobs: our own often, others seldom while nothing changes, silent ones ever more seldom.

All of it is kept in memory: a worker that is new asks once, and is then as patient as the one before.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ftcore.records import JobState

LOCAL_SECONDS = 0.7
PAUSED_SECONDS = 3.0
FIRST_SECONDS = 5.0
LONGEST_SECONDS = 60.0
GROWTH = 1.5
"""Each look that brings nothing makes the next wait so many times longer."""
APART = 1.0
"""Looks at providers are so many seconds apart: of a hundred jobs each is looked at every hundred seconds, even
while all have news."""
QUIET_SECONDS = 30.0
"""A job whose looks have grown so far apart has had no news for a while."""
AFTER_FAULT = 3.0
LONGEST_AFTER_FAULT = {True: 3.0, False: 300.0}
"""How long the wait grows while a server does not answer: our own trainer (True) is soon started again."""
AT_ONE_ENDPOINT = 3
"""So many threads may wait for one server: one that never answers must not keep the others from being asked."""


class Pace:
    """What this worker remembers of jobs and endpoints, by their ids. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waits: dict[int, float] = {}
        self._faults: Counter[tuple[str, int]] = Counter()
        self._closed: dict[int, float] = {}
        self._busy: Counter[int] = Counter()
        self._looks: Counter[int] = Counter()

    def closed(self, endpoint_id: int) -> float:
        """Seconds until an endpoint that did not answer is asked again; 0 = now."""
        with self._lock:
            return max(0.0, self._closed.get(endpoint_id, 0.0) - time.monotonic())

    def is_quiet(self, job_id: int) -> bool:
        """Whether a look at this job may leave out its events: nothing has happened for some looks. Every third is whole."""
        with self._lock:
            self._looks[job_id] += 1
            return self._waits.get(job_id, 0.0) >= QUIET_SECONDS and self._looks[job_id] % 3 != 0

    @contextmanager
    def asking(self, endpoint_id: int) -> Iterator[bool]:
        """Whether one more may ask this endpoint now."""
        with self._lock:
            free = self._busy[endpoint_id] < AT_ONE_ENDPOINT
            self._busy[endpoint_id] += free
        try:
            yield free
        finally:
            with self._lock:
                self._busy[endpoint_id] -= free

    def next(self, job_id: int, endpoint_id: int, *, state: JobState, changed: bool, ours: bool) -> float:
        """Seconds until the next look at a job whose server has answered."""
        with self._lock:
            self._closed.pop(endpoint_id, None)
            for what in (("endpoint", endpoint_id), ("job", job_id)):
                self._faults.pop(what, None)
            if ours:
                return PAUSED_SECONDS if state == JobState.PAUSED else LOCAL_SECONDS
            before = self._waits.get(job_id, FIRST_SECONDS / GROWTH)
            self._waits[job_id] = FIRST_SECONDS if changed else min(LONGEST_SECONDS, before * GROWTH)
            return _about(max(self._waits[job_id], APART * len(self._waits)))

    def after_fault(self, job_id: int, endpoint_id: int, *, asked: float | None, everywhere: bool, ours: bool) -> float:
        """Seconds until the next try: what the server asked for, or ever longer. A fault that holds `everywhere` keeps all jobs of
        the endpoint from asking meanwhile."""
        with self._lock:
            what = ("endpoint", endpoint_id) if everywhere else ("job", job_id)
            longest = LONGEST_AFTER_FAULT[ours]
            wait = min(longest, AFTER_FAULT * 2.0 ** min(self._faults[what], 20))
            if time.monotonic() >= self._closed.get(endpoint_id, 0.0):  # those who asked at the same time count as one
                self._faults[what] += 1
            wait = _about(wait) if asked is None else asked
            if everywhere:
                self._closed[endpoint_id] = max(self._closed.get(endpoint_id, 0.0), time.monotonic() + wait)
            return wait

    def forget(self, job_id: int) -> None:
        with self._lock:
            self._waits.pop(job_id, None)
            self._looks.pop(job_id, None)
            self._faults.pop(("job", job_id), None)


def _about(seconds: float) -> float:
    """Jobs that were launched together are not asked for together for ever."""
    return seconds * random.uniform(0.85, 1.15)
