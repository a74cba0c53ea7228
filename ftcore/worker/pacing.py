"""How often servers are asked about jobs: our own often, others seldom while nothing changes, silent ones ever more seldom.

All of it is kept in memory: a worker that is new asks once, and is then as patient as the one before.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ftcore.records import JobState

LOCAL_SECONDS = 0.7
PAUSED_SECONDS = 3.0
FIRST_SECONDS = 5.0
LONGEST_SECONDS = 60.0
GROWTH = 1.5
"""Each look that brings nothing makes the next wait so many times longer."""
APART = 1.0
"""Single looks at providers are so many seconds apart: of a hundred jobs each is looked at every hundred seconds, even
while all have news. Those that have none for a while are looked at in rounds, by one listing."""
QUIET_SECONDS = 30.0
"""A job whose looks have grown so far apart has had no news for a while."""
ROUND_SECONDS = 48.0
"""From one round to the next: every quiet job is looked at within a minute."""
EVENTS_SECONDS, EVENTS_APART = 180.0, 3.0
"""A quiet job is asked for its events so often; where there are many, so many seconds lie between two of them."""
NO_LIST_SECONDS = 900.0
"""A server whose list does not show our jobs is not asked for it again for so long."""
AFTER_FAULT = 3.0
LONGEST_AFTER_FAULT = {True: 3.0, False: 300.0}
"""How long the wait grows while a server does not answer: our own trainer (True) is soon started again."""
AT_ONE_ENDPOINT = 3
"""So many threads may wait for one server: one that never answers must not keep the others from being asked."""


class Pace:
    """What this worker remembers of jobs and endpoints, by their ids. May be used by several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waits: dict[int, float] = {}
        self._faults: Counter[tuple[str, int]] = Counter()
        self._closed: dict[int, float] = {}
        self._busy: Counter[int] = Counter()
        self._events: dict[int, float] = {}
        self._unlisted: dict[tuple[str, int], float] = {}
        self._in_round: set[int] = set()

    def closed(self, endpoint_id: int) -> float:
        """Seconds until an endpoint that did not answer is asked again; 0 = now."""
        with self._lock:
            return max(0.0, self._closed.get(endpoint_id, 0.0) - self._clock())

    def is_quiet(self, job_id: int) -> bool:
        """Whether a look at this job may leave out its events: nothing has happened for some looks, and they were asked for not
        long ago. Where it may not, they count as asked for now."""
        with self._lock:
            moment = self._clock()
            if self._quiet(job_id) and moment < self._events.get(job_id, -math.inf):
                return True
            self._events[job_id] = moment + self._events_wait()
            return False

    def _quiet(self, job_id: int) -> bool:
        return self._waits.get(job_id, 0.0) >= QUIET_SECONDS

    def _events_wait(self) -> float:
        return max(EVENTS_SECONDS, EVENTS_APART * len(self._waits))

    def is_due(self, job_id: int) -> None:
        """The next look at this job is a whole one."""
        with self._lock:
            self._events[job_id] = self._clock()

    def rota(self, job_ids: Collection[int]) -> tuple[list[int], list[int]]:
        """Of the jobs that a round found unchanged: (those that have been quiet, those of them whose events are asked for until
        the next round). The latter are the ones that have waited for longest, so few that all looks are evenly apart."""
        with self._lock:
            quiet = [one for one in job_ids if self._quiet(one)]
            share = math.ceil(len(quiet) * ROUND_SECONDS / self._events_wait())
            due = sorted(quiet, key=lambda one: self._events.get(one, -math.inf))[:share]
            self._events |= dict.fromkeys(due, self._clock())
            return [one for one in quiet if one not in due], due

    @contextmanager
    def listing(self, endpoint_id: int) -> Iterator[bool]:
        """Whether a round may be made there now: nobody else makes one."""
        with self._lock:
            free = endpoint_id not in self._in_round
            if free:
                self._in_round.add(endpoint_id)
        try:
            yield free
        finally:
            with self._lock:
                self._in_round -= {endpoint_id} if free else set()

    def is_listed(self, job_id: int, endpoint_id: int) -> bool:
        """Whether, as far as we know, the endpoint's list shows its jobs, and this one."""
        with self._lock:
            return self._listed(job_id, endpoint_id)

    def _listed(self, job_id: int, endpoint_id: int) -> bool:
        both = (("job", job_id), ("endpoint", endpoint_id))
        return all(self._clock() >= self._unlisted.get(what, -math.inf) for what in both)

    def lists_nothing(self, endpoint_id: int) -> None:
        with self._lock:
            self._unlisted["endpoint", endpoint_id] = self._clock() + NO_LIST_SECONDS

    def is_left_out(self, job_ids: Collection[int]) -> None:
        """The list of their endpoint did not show these jobs: they are looked at singly for a while."""
        with self._lock:
            self._unlisted |= dict.fromkeys((("job", one) for one in job_ids), self._clock() + NO_LIST_SECONDS)

    def after_round(self, endpoint_id: int) -> float:
        """Seconds until the next round at an endpoint that has answered."""
        with self._lock:
            self._heard(endpoint_id)
            return ROUND_SECONDS

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
            self._heard(endpoint_id)
            self._faults.pop(("job", job_id), None)
            if ours:
                return PAUSED_SECONDS if state == JobState.PAUSED else LOCAL_SECONDS
            before = self._waits.get(job_id, FIRST_SECONDS / GROWTH)
            self._waits[job_id] = FIRST_SECONDS if changed else min(LONGEST_SECONDS, before * GROWTH)
            if self._quiet(job_id) and self._listed(job_id, endpoint_id):
                return self._waits[job_id] * random.uniform(0.85, 1.0)  # most often a round comes before it
            return _about(max(self._waits[job_id], APART * len(self._waits)))

    def _heard(self, endpoint_id: int) -> None:
        self._closed.pop(endpoint_id, None)
        self._faults.pop(("endpoint", endpoint_id), None)

    def after_fault(self, job_id: int, endpoint_id: int, *, asked: float | None, everywhere: bool, ours: bool) -> float:
        """Seconds until the next try: what the server asked for, or ever longer. A fault that holds `everywhere` keeps all jobs of
        the endpoint from asking meanwhile."""
        with self._lock:
            what = ("endpoint", endpoint_id) if everywhere else ("job", job_id)
            longest = LONGEST_AFTER_FAULT[ours]
            wait = min(longest, AFTER_FAULT * 2.0 ** min(self._faults[what], 20))
            if self._clock() >= self._closed.get(endpoint_id, 0.0):  # those who asked at the same time count as one
                self._faults[what] += 1
            wait = _about(wait) if asked is None else asked
            if everywhere:
                self._closed[endpoint_id] = max(self._closed.get(endpoint_id, 0.0), self._clock() + wait)
            return wait

    def forget(self, job_id: int) -> None:
        with self._lock:
            self._waits.pop(job_id, None)
            self._events.pop(job_id, None)
            self._unlisted.pop(("job", job_id), None)
            self._faults.pop(("job", job_id), None)


def _about(seconds: float) -> float:
    """Jobs that were launched together are not asked for together for ever."""
    return seconds * random.uniform(0.85, 1.15)
