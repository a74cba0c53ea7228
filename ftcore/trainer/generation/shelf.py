"""The models in memory: loaded at their first question, the ones that were used longest ago leave."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from ftcore.trainer import catalogue
from ftcore.trainer.catalogue import Model
from ftcore.trainer.database import Database

if TYPE_CHECKING:
    from ftcore.trainer.generation.model import Speaker
    from ftcore.trainer.generation.readers import Reader

log = logging.getLogger(__name__)

KEPT = 4
BASES = 2
SPARE = 1.5
"""Loading a model of so many bytes wants this many times as much free memory."""


class Shelf:
    """Speakers (a model that answers) by name, base weights and readers by folder. `reader` may be called from any
    thread, everything else in the engine's only."""

    def __init__(self, database: Database):
        self._database = database
        self.speakers: OrderedDict[str, Speaker] = OrderedDict()
        self._bases: OrderedDict[Path, Any] = OrderedDict()
        self._readers: dict[Path, Reader] = {}
        self._forget: set[str] = set()
        # Two threads that import transformers at once break it.
        self._lock = threading.RLock()

    @property
    def is_empty(self) -> bool:
        return not (self.speakers or self._bases or self._readers)

    def forget(self, name: str) -> None:
        """The model was deleted: its weights go when nobody is being answered. May be called from any thread."""
        self._forget.add(name)

    def reader(self, name: str) -> Reader:
        """Raises `TrainerError`: unknown model."""
        return self._reader(catalogue.find(self._database, name).folder)

    def _reader(self, folder: Path) -> Reader:
        with self._lock:
            from ftcore.trainer.generation.readers import Reader

            if folder not in self._readers:
                self._readers[folder] = Reader(folder)
            return self._readers[folder]

    def speaker(self, name: str) -> Speaker:
        """The model in memory. Raises `TrainerError`: unknown model."""
        self._drop_forgotten()
        if name not in self.speakers:
            self.speakers[name] = self._load(catalogue.find(self._database, name))
        self.speakers.move_to_end(name)
        idle = [one for one, speaker in self.speakers.items() if one != name and not speaker.answers]
        for oldest in idle[: max(0, len(self.speakers) - KEPT)]:
            del self.speakers[oldest]
        return self.speakers[name]

    def clear(self) -> None:
        """Everything goes, and the memory goes back to the machine."""
        with self._lock:
            names = len(self.speakers)
            self.speakers.clear()
            self._bases.clear()
            self._readers.clear()
        give_back()
        log.info("Idle: %d models left the memory; the next question loads its model again", names)

    def _load(self, model: Model) -> Speaker:
        with self._lock:  # the imports
            from ftcore.trainer.generation.model import Speaker, merged

            base = self._base(model.folder)
        self._make_room(_size(model.folder) if model.adapter else 0, model.folder)
        weights = merged(base, model.adapter) if model.adapter else base
        return Speaker(weights, model.folder, self._reader(model.folder))

    def _base(self, folder: Path) -> Any:
        from ftcore.trainer.generation.model import load_base

        if folder not in self._bases:
            self._make_room(_size(folder), folder)
            self._bases[folder] = load_base(folder)
        self._bases.move_to_end(folder)
        return self._bases[folder]

    def _make_room(self, wanted: int, folder: Path) -> None:
        """Idle bases beyond the newest few go, with their tuned models; then idle models, until the memory will do."""
        used = {speaker.folder for speaker in self.speakers.values() if speaker.answers}
        for idle in [one for one in self._bases if one not in used and one != folder][: -(BASES - 1) or None]:
            self._drop_base(idle)
        while psutil.virtual_memory().available < wanted * SPARE:
            name = next((one for one, speaker in self.speakers.items() if not speaker.answers), None)
            idle_base = next((one for one in self._bases if one not in used and one != folder), None)
            if name is not None:
                del self.speakers[name]
            elif idle_base is not None:
                self._drop_base(idle_base)
            else:
                return
            give_back()

    def _drop_base(self, folder: Path) -> None:
        self._bases.pop(folder)
        for name in [one for one, speaker in self.speakers.items() if speaker.folder == folder]:
            del self.speakers[name]

    def _drop_forgotten(self) -> None:
        for gone in [name for name in self._forget if name in self.speakers and not self.speakers[name].answers]:
            del self.speakers[gone]
        self._forget &= set(self.speakers)


def give_back() -> None:
    """Freed memory goes back to the machine, where the C library would keep it (glibc only)."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _size(folder: Path) -> int:
    """Bytes of the weights on the disk."""
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))
