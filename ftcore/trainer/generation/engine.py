"""The engine: one thread that answers everybody. Requests that wait together are computed together, and an answer that
is done leaves its place at once, so one long answer holds nobody up."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ftcore.trainer.database import Database
from ftcore.trainer.generation.asking import Answering, Ask, Piece
from ftcore.trainer.generation.line import Line
from ftcore.trainer.generation.shelf import Shelf

if TYPE_CHECKING:
    from ftcore.trainer.generation.model import Speaker
    from ftcore.trainer.generation.readers import Reader

log = logging.getLogger(__name__)

WINDOW = 0.015
TOGETHER = 32
ADMIT_EVERY = 4
CLEAR_EVERY = 8
MEMORY = 0.4
IDLE = 600.0
"""Seconds without a question after which the models leave the memory; TUNEWORTHY_TRAINER_IDLE names others."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question that can be asked: `prompt` its tokens, `matcher` the form of its answer (None: any text)."""

    ask: Ask
    prompt: list[int]
    reader: Reader
    matcher: Any = None


class Engine:
    """`prepare` and `ask` may be called from any thread; everything that touches torch happens in the engine's own."""

    def __init__(self, database: Database, *, idle: float | None = None):
        self._idle = float(os.environ.get("TUNEWORTHY_TRAINER_IDLE") or IDLE) if idle is None else idle
        self._shelf = Shelf(database)
        self._line = Line()
        self._reading: dict[str, list[Answering]] = {}
        self._steps = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Ends after the step that is under way: a process that ends in the middle of one may crash on its way out."""
        self._stopping.set()
        self._line.wake()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def forget(self, model_id: str) -> None:
        """The model was deleted: its weights go when nobody is being answered."""
        self._shelf.forget(model_id)

    def prepare(self, ask: Ask) -> Prepared:
        """Raises `TrainerError`: unknown model, no room for an answer, a form or tools that the model cannot do."""
        reader = self._shelf.reader(ask.model)
        ask, prompt, matcher = reader.prepare(ask)
        return Prepared(ask, prompt, reader, matcher)

    def ask(
        self, prepared: Prepared, tells: Sequence[Callable[[Piece], None]], *, streamed: bool, asker: str
    ) -> list[Answering]:
        """Queues a question for as many answers as there are `tells`, which are called in the engine's thread.

        With a seed, each answer has the next one. Raises `TrainerError` 429 when the line is full.
        """
        answers = [
            Answering(_seeded(prepared.ask, at), prepared.prompt, tell, streamed, _copy(prepared.matcher), asker)
            for at, tell in enumerate(tells)
        ]
        self._line.put(answers)
        return answers

    def in_progress(self) -> int:
        """How many answers have a place in a batch (those that nobody waits for any more leave within a second)."""
        reading = sum(map(len, list(self._reading.values())))
        return reading + sum(len(speaker.answers) for speaker in list(self._shelf.speakers.values()))

    def in_memory(self) -> list[str]:
        """The names of the models that are loaded."""
        return list(self._shelf.speakers)

    def _work(self) -> None:
        """Until it is stopped: let in who waits, one token for everybody, again."""
        while not self._stopping.is_set():
            self._turn()

    def _turn(self) -> None:
        busy = self._busy() or self._reading
        if not busy:
            if not self._line.wait(None if self._shelf.is_empty else self._idle):
                if not self._stopping.is_set():
                    self._shelf.clear()
                return
            time.sleep(WINDOW)
        if not busy or self._steps % ADMIT_EVERY == 0:
            for name in self._line.models():
                self._guarded(name, self._admit)
        for name in list(self._reading):
            self._guarded(name, self._read_on)
        for name in self._busy():
            self._guarded(name, self._step)
        self._steps += 1

    def _busy(self) -> list[str]:
        return [name for name, speaker in self._shelf.speakers.items() if speaker.answers]

    def _guarded(self, name: str, work: Callable[[str], None]) -> None:
        """A failure ends the answers of this model only; the engine goes on."""
        try:
            work(name)
        except BaseException as error:  # a panic of a library in Rust is no `Exception`, and must not end the thread
            log.exception("Answering with %s failed", name)
            speaker = self._shelf.speakers.pop(name, None)
            known = speaker.answers if speaker else []
            for answering in [*known, *self._reading.pop(name, []), *self._line.drop(name)]:
                if answering.finish is None:
                    answering.fail(error)

    def _admit(self, name: str) -> None:
        speaker = self._shelf.speaker(name)
        held = self._reading.get(name, [])
        # Askers are counted within the model: another model's answers take no place in its batch.
        busy = Counter(answer.asker for answer in [*speaker.answers, *held])
        fits = partial(_fits, speaker, held, int(speaker.free_bytes * MEMORY))
        arrived = self._line.take(name, TOGETHER - busy.total(), busy, fits)
        self._join(name, speaker, arrived)

    def _join(self, name: str, speaker: Speaker, arrived: list[Answering]) -> None:
        """Those whose prompts are short, or read for the most part, get their place in the batch."""
        ready = [answering for answering in arrived if not speaker.is_long(answering.prompt)]
        later = [answering for answering in arrived if answering not in ready]
        if later:
            self._reading.setdefault(name, []).extend(later)
        if not ready:
            return
        before = len(speaker.answers)
        try:
            with speaker.here():
                self._take(speaker, speaker.admit(ready), before)
        except BaseException as error:
            for answering in ready:
                if answering not in speaker.answers and answering.finish is None:
                    answering.fail(error)
            raise

    def _read_on(self, name: str) -> None:
        """One part more of one long prompt; whoever is ready with it joins."""
        speaker = self._shelf.speaker(name)
        waiting = [answering for answering in self._reading.pop(name) if answering.is_open]
        if waiting:
            self._reading[name] = waiting
            with speaker.here():
                speaker.read_on(waiting[0].prompt)
            if not speaker.is_long(waiting[0].prompt):
                self._join(name, speaker, self._reading.pop(name))

    def _step(self, name: str) -> None:
        speaker = self._shelf.speakers[name]
        with speaker.here():
            self._take(speaker, speaker.step(), 0)

    def _take(self, speaker: Speaker, logits: Any, start: int) -> None:
        """Chosen tokens go to the answers from row `start` on; rows that are done leave when it pays to move the rest,
        or after a few steps."""
        from ftcore.trainer.generation.choosing import choose

        reader = speaker.reader
        answers = speaker.answers[start:]
        chosen = choose(logits, answers)
        speaker.put([one.id for one in chosen], start)
        for answering, one in zip(answers, chosen, strict=True):
            if answering.is_open:
                answering.add(one.id, reader.ends, reader.decode, one)
                if answering.finish is not None:
                    self._line.note_finished(1)
        stay = [row for row, answering in enumerate(speaker.answers) if answering.is_open]
        gone = len(speaker.answers) - len(stay)
        if gone * 4 >= len(speaker.answers) or (gone and self._steps % CLEAR_EVERY == 0):
            speaker.keep(stay)


def _fits(speaker: Speaker, held: list[Answering], memory: int, one: Answering, taken: list[Answering]) -> bool:
    """Whether the batch still fits the memory with one answer more, were all of them to become as long as they may.
    An answer alone always does."""
    rows = [*speaker.answers, *held, *taken, one]
    width = max(len(answer.prompt) + answer.ask.max_tokens for answer in rows)
    return len(rows) == 1 or (width * len(rows) - speaker.columns) * speaker.token_bytes <= memory


def _seeded(ask: Ask, at: int) -> Ask:
    return ask if ask.seed is None else replace(ask, seed=(ask.seed + at) % 2**63)


def _copy(matcher: Any) -> Any:
    return None if matcher is None else matcher.deep_copy()
