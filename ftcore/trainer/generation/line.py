"""The waiting line: bounded, and fair between askers."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Answering

WAITING = 512
REMEMBERED = 64
LONGEST_RETRY = 120
SHARE = 0.75


Fits = Callable[[Answering, list[Answering]], bool]


def _always(one: Answering, taken: list[Answering]) -> bool:
    return True


class Line:
    """Filled from any thread, emptied by the engine's. Next is whoever has the fewest answers in progress; among those,
    whoever came first. So neither many questions of one asker nor the sixteen choices of one question hold others up."""

    def __init__(self, room: int = WAITING):
        self._room = room
        self._changed = threading.Condition()
        self._models: OrderedDict[str, OrderedDict[str, deque[Answering]]] = OrderedDict()
        self._finished: deque[float] = deque(maxlen=REMEMBERED)
        self._count = 0
        self._woken = False

    def put(self, answers: list[Answering]) -> None:
        """All of them or none. Raises `TrainerError` 429, with the seconds after which to ask again, when it is full."""
        with self._changed:
            if self._count + len(answers) > self._room:
                raise self._full()
            for answer in answers:
                askers = self._models.setdefault(answer.ask.model, OrderedDict())
                askers.setdefault(answer.asker, deque()).append(answer)
            self._count += len(answers)
            self._changed.notify_all()

    def wait(self, seconds: float | None) -> bool:
        """Until somebody waits; False when nobody came in that time."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > 0 or self._woken, seconds)
            return self._count > 0

    def wake(self) -> None:
        """Nobody waits for questions any more."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def models(self) -> list[str]:
        """Those with questions that wait; the one that was served longest ago first."""
        with self._changed:
            return list(self._models)

    def take(self, model: str, places: int, busy: Counter[str], fits: Fits = _always) -> list[Answering]:
        """At most so many of a model's questions, in fair order; who has left is dropped.

        `fits(one, those taken already)`: whether there is room for one more; the first that does not fit waits.

        `busy`: how many answers of each asker are in progress. One asker never gets more than three quarters of
        `places` plus what is in progress, so that the next asker finds a place without waiting for a long answer.
        """
        with self._changed:
            askers = self._models.get(model, OrderedDict())
            self._drop_left(askers)
            most = math.floor((places + busy.total()) * SHARE)
            busy, found = busy.copy(), list[Answering]()
            while len(found) < places:
                free = [asker for asker in askers if busy[asker] < max(1, most)]
                if not free:
                    break
                asker = min(free, key=lambda one: busy[one])
                if not fits(askers[asker][0], found):
                    break
                found.append(askers[asker].popleft())
                busy[asker] += 1
                if not askers[asker]:
                    del askers[asker]
            self._count -= len(found)
            if not askers:
                self._models.pop(model, None)
            else:
                self._models.move_to_end(model)
            return found

    def drop(self, model: str) -> list[Answering]:
        """All of a model's questions: it cannot answer."""
        with self._changed:
            gone = [answer for answers in self._models.pop(model, {}).values() for answer in answers]
            self._count -= len(gone)
            return gone

    def note_finished(self, count: int) -> None:
        """So many answers are done: the pace tells when it is worth asking again."""
        with self._changed:
            self._finished.extend([time.monotonic()] * count)

    def _drop_left(self, askers: OrderedDict[str, deque[Answering]]) -> None:
        for asker, answers in list(askers.items()):
            staying = deque(answer for answer in answers if not answer.left.is_set())
            self._count -= len(answers) - len(staying)
            if staying:
                askers[asker] = staying
            else:
                del askers[asker]

    def _full(self) -> TrainerError:
        message = f"{self._count} questions are waiting already, and {self._room} is the most: ask again later."
        return TrainerError(message, status=429, code="queue_full", retry_after=self._retry_after())

    def _retry_after(self) -> int:
        """Whole seconds in which half of the line is answered, at the pace of late."""
        if len(self._finished) < 2:
            return 5
        pace = len(self._finished) / max(0.1, time.monotonic() - self._finished[0])
        return max(1, min(LONGEST_RETRY, math.ceil(self._count / 2 / pace)))
