"""The engine: one thread that answers everybody. Requests that wait together are computed together, and an answer that
is done leaves its place at once, so one long answer holds nobody up."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.trainer import catalogue, starter
from ftcore.trainer.catalogue import Model
from ftcore.trainer.database import Database
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Answering, Ask, Piece

if TYPE_CHECKING:
    from ftcore.trainer.generation.model import Speaker

log = logging.getLogger(__name__)

WINDOW = 0.015
TOGETHER = 32
WAITING = 512
KEPT = 3
ADMIT_EVERY = 4


class Engine:
    """`ask` may be called from any thread; everything that touches torch happens in the engine's own."""

    def __init__(self, database: Database):
        self._database = database
        self._arrivals: queue.Queue[Answering] = queue.Queue(WAITING)
        self._waiting: dict[str, list[Answering]] = {}
        self._speakers: OrderedDict[str, Speaker] = OrderedDict()
        self._bases: dict[Path, Any] = {}
        self._forget: set[str] = set()
        self._tokenizer: Any = None
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def forget(self, model_id: str) -> None:
        """The model was deleted: its weights go when nobody is being answered."""
        self._forget.add(model_id)

    def prepare(self, ask: Ask) -> tuple[Ask, list[int]]:
        """The question, its answer no longer than the context has room, and the prompt's tokens. Raises `TrainerError`: unknown model, no room for an answer."""
        from ftcore.trainer.tuning.encoding import render

        model = catalogue.find(self._database, ask.model)
        with self._lock:
            tokenizer, context = self._reader(model)
            prompt = tokenizer(render(tokenizer, ask.messages, ask=True), add_special_tokens=False)["input_ids"]
        if len(prompt) + 1 > context:
            message = (
                f"The conversation has {len(prompt):,} tokens; this model's context holds {context:,} with the answer."
            )
            raise TrainerError(message, code="context_length_exceeded", param="messages")
        return replace(ask, max_tokens=min(ask.max_tokens, context - len(prompt))), list(prompt)

    def ask(self, ask: Ask, prompt: list[int], tell: Callable[[Piece], None], *, streamed: bool) -> Answering:
        """Queues a prepared question. `tell` is called in the engine's thread. Raises `TrainerError` 429 when full."""
        answering = Answering(ask, prompt, tell, streamed)
        try:
            self._arrivals.put_nowait(answering)
        except queue.Full:
            raise TrainerError(
                f"{WAITING} questions are waiting already; ask again in a few seconds.", status=429, code="queue_full"
            ) from None
        return answering

    def _reader(self, model: Model) -> tuple[Any, int]:
        if self._tokenizer is None:
            from transformers import AutoConfig, AutoTokenizer

            self._tokenizer = (
                AutoTokenizer.from_pretrained(model.folder, local_files_only=True),
                int(AutoConfig.from_pretrained(model.folder, local_files_only=True).max_position_embeddings),
            )
        found: tuple[Any, int] = self._tokenizer
        return found

    def _decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer[0].decode(ids, skip_special_tokens=True)
        return text

    def _work(self) -> None:
        """Warms up, then: let in who waits, one token for everybody, again."""
        self._warm_up()
        steps = 0
        while True:
            busy = any(speaker.answers for speaker in self._speakers.values())
            if not busy and not self._waiting:
                self._sort_in(self._arrivals.get())
                time.sleep(WINDOW)
            while not self._arrivals.empty():
                self._sort_in(self._arrivals.get())
            if self._waiting and (not busy or steps % ADMIT_EVERY == 0):
                for name in list(self._waiting):
                    self._guarded(name, self._admit)
            for name in [name for name, speaker in self._speakers.items() if speaker.answers]:
                self._guarded(name, self._step)
            steps += 1

    def _warm_up(self) -> None:
        """Imports torch in the background, so that the first question does not wait for it."""
        try:
            # Two threads that import transformers at once break it: nobody reads a prompt before this is done.
            with self._lock:
                import ftcore.trainer.generation.model  # noqa: F401

                if starter.is_ready():
                    self._reader(catalogue.bases()[0])
                    self._base(starter.folder())
        except Exception:
            log.exception("The starter model could not be loaded; a question to it will say so")

    def _sort_in(self, answering: Answering) -> None:
        self._waiting.setdefault(answering.ask.model, []).append(answering)

    def _guarded(self, name: str, work: Callable[[str], None]) -> None:
        """A failure ends the answers of this model only; the engine goes on."""
        try:
            work(name)
        except Exception as error:
            log.exception("Answering with %s failed", name)
            speaker = self._speakers.pop(name, None)
            for answering in [*(speaker.answers if speaker else []), *self._waiting.pop(name, [])]:
                if answering.finish is None:
                    answering.fail(error)

    def _admit(self, name: str) -> None:
        speaker = self._speaker(name)
        waiting = [answering for answering in self._waiting.pop(name) if not answering.left.is_set()]
        free = TOGETHER - len(speaker.answers)
        if waiting[free:]:
            self._waiting[name] = waiting[free:]
        arrived = waiting[:free]
        if arrived:
            before = len(speaker.answers)
            # Known to the speaker before the work, so that a failure reaches them too.
            self._waiting.setdefault(name, [])[:0] = arrived
            logits = speaker.admit(arrived)
            self._waiting[name] = self._waiting[name][len(arrived) :]
            self._take(speaker, logits, before)
        if not self._waiting.get(name):
            self._waiting.pop(name, None)

    def _step(self, name: str) -> None:
        speaker = self._speakers[name]
        self._take(speaker, speaker.step(), 0)

    def _take(self, speaker: Speaker, logits: Any, start: int) -> None:
        """Chosen tokens go to the answers from row `start` on; rows that are done leave when it pays to move the rest."""
        from ftcore.trainer.generation.model import choose

        tokens = choose(logits, speaker.answers[start:])
        speaker.put(tokens, start)
        for answering, token in zip(speaker.answers[start:], tokens, strict=True):
            if answering.finish is None:
                answering.add(token, self._ends(speaker), self._decode)
        open_rows = [i for i, a in enumerate(speaker.answers) if a.finish is None and not a.left.is_set()]
        if (len(speaker.answers) - len(open_rows)) * 4 >= len(speaker.answers):
            speaker.keep(open_rows)

    def _ends(self, speaker: Speaker) -> frozenset[int]:
        named = speaker.model.generation_config.eos_token_id
        return frozenset((self._tokenizer[0].eos_token_id, *(named if isinstance(named, list) else [named])))

    def _base(self, folder: Path) -> Any:
        from ftcore.trainer.generation.model import load_base

        if folder not in self._bases:
            self._bases = {folder: load_base(folder)}
        return self._bases[folder]

    def _speaker(self, name: str) -> Speaker:
        """The model in memory; the ones that were used longest ago make room."""
        from ftcore.trainer.generation.model import Speaker, merged

        for gone in [n for n in self._forget if n in self._speakers and not self._speakers[n].answers]:
            del self._speakers[gone]
        self._forget -= set(self._forget) - set(self._speakers)
        if name not in self._speakers:
            model = catalogue.find(self._database, name)
            with self._lock:
                base = self._base(model.folder)
            self._speakers[name] = Speaker(merged(base, model.adapter) if model.adapter else base)
        self._speakers.move_to_end(name)
        idle = [n for n, speaker in self._speakers.items() if n != name and not speaker.answers]
        for oldest in idle[: max(0, len(self._speakers) - KEPT)]:
            del self._speakers[oldest]
        return self._speakers[name]
