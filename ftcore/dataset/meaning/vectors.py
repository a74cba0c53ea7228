"""A project's vectors on disk: appended to, never changed in place, so that a killed process leaves what was there before.

The folder holds `keys-N.bin` (id, digest of the text, scale), `vectors-N.bin` (256 int8 a record, in the same order) and
`state.json`, which says what N is and how many records count. It is replaced last: what lies beyond its count is not there
yet. A later record of an id stands for the earlier one; one with digest 0 takes it away. When most records are
outdated, the rest is written to the files of N + 1.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.dataset.meaning.records import KEY_BYTES, KEYS, Records, cosines, decode, encode
from ftcore.embedding import DIMENSIONS, MODEL, embed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATE = "state.json"
BLOCK = 4096
TRIES = 20
WASTE = 1000
"""Outdated records that are left alone in any case."""
Progress = Callable[[int], None]


class MeaningError(Exception):
    """What was asked cannot be answered; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Updated:
    """How many texts were new or changed and have been read, and how many were as before."""

    embedded: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _State:
    generation: int = 0
    count: int = 0


class Vectors:
    """The vectors in `folder`, which is made when something is written. One process writes at a time; any may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = (_State(), Records.none())

    def __len__(self) -> int:
        return len(self.ids())

    def ids(self) -> NDArray[np.int64]:
        """The ids that have a vector, rising."""
        return self.records().ids

    def update(self, ids: Iterable[int], texts: Iterable[str], *, progress: Progress | None = None) -> Updated:
        """Embeds the texts that are new or differ from the last time. Rows come in any number; every 4,096 of them are saved
        as they are done, and `progress` is told how many have been gone through. Raises ValueError for lengths that differ."""
        rows = zip(ids, texts, strict=True)
        embedded = done = 0
        while block := list(islice(rows, BLOCK)):
            with self._writing():  # for each block, so that a single row need not wait for a million
                embedded += self._update(dict(block))
            done += len(block)
            if progress is not None:
                progress(done)
        with self._writing():
            self._tidy()
        return Updated(embedded, done - embedded)

    def remove(self, ids: Iterable[int]) -> int:
        """Takes the vectors of these examples away, as far as there are any; gives their number."""
        import numpy as np

        with self._writing():
            known = np.intersect1d(np.fromiter(ids, np.int64), self.records().ids)
            if len(known):
                keys = np.zeros(len(known), list(KEYS))
                keys["id"] = known
                self._append(keys, np.zeros((len(known), DIMENSIONS), np.int8))
            self._tidy()
        return len(known)

    def of(self, ids: Iterable[int]) -> NDArray[np.float32]:
        """The vectors of these examples, float32 of shape (ids, 256), length 1. Raises MeaningError for an id without one."""
        import numpy as np

        records, wanted = self.records(), np.fromiter(ids, np.int64)
        at, known = records.find(wanted)
        if not known.all():
            raise MeaningError(f"Example {int(wanted[~known][0])} has not been read for its meaning yet. Update first.")
        return decode(records, at)

    def similar(
        self, to: int | NDArray[np.float32], *, k: int = 20, floor: float = -1.0, exclude: Collection[int] = ()
    ) -> list[tuple[int, float]]:
        """(id, cosine) of the `k` rows nearest to an example or to a vector of `embed`, the nearest first.

        The example itself, those in `exclude`, those without a word and those below `floor` are left out. Raises MeaningError
        for an example that has no vector.
        """
        import numpy as np

        records = self.records()
        itself = [int(to)] if np.ndim(to) == 0 else []
        found = cosines(records, self.of(itself)[0] if itself else np.asarray(to, np.float32))
        away = [*exclude, *itself]
        at, known = records.find(np.asarray(away, np.int64))
        found[at[known]] = -np.inf
        found[records.scales[records.rows] == 0] = -np.inf
        many = max(0, min(k, len(found)))
        best = np.argpartition(-found, many - 1)[:many] if many else np.empty(0, np.int64)
        best = best[np.lexsort((records.ids[best], -found[best]))]
        return [(int(records.ids[b]), float(found[b])) for b in best if found[b] >= floor and np.isfinite(found[b])]

    def records(self) -> Records:
        """Everything that is committed now; later changes do not touch it. Only what came since the last look is read."""
        for _ in range(TRIES):
            try:
                state = self._committed()
                before, records = self._seen
                if state != before:
                    start = records if state.generation == before.generation else Records.none()
                    records = start.extended(*self._files(state), state.count)
                    self._seen = (state, records)
                return records
            except FileNotFoundError:  # another process tidied up since the state was read
                continue
        raise MeaningError("The vectors of this project keep changing. Nothing was lost: try again in a moment.")

    def _update(self, texts: dict[int, str]) -> int:
        import numpy as np

        ids = np.fromiter(texts, np.int64, len(texts))
        digests = np.fromiter(map(_digest, texts.values()), np.uint64, len(texts))
        changed = np.flatnonzero(self.records().digests_of(ids) != digests)
        if len(changed):
            every = list(texts.values())
            values, scales = encode(embed([every[at] for at in changed.tolist()]))
            keys = np.empty(len(changed), list(KEYS))
            keys["id"], keys["digest"], keys["scale"] = ids[changed], digests[changed], scales
            self._append(keys, values)
        return len(changed)

    def _append(self, keys: NDArray[Any], values: NDArray[np.int8]) -> None:
        state, _ = self._seen
        for path, rows in zip(self._files(state), (keys, values), strict=True):
            size = state.count * rows[0].nbytes
            with path.open("r+b" if path.exists() else "w+b") as file:
                file.truncate(size)  # what a killed process left behind
                file.seek(size)
                file.write(rows.tobytes())
                file.flush()
                os.fsync(file.fileno())
        self._commit(_State(state.generation, state.count + len(keys)))

    def _commit(self, state: _State) -> None:
        path = self._folder / STATE
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"model": MODEL, "generation": state.generation, "count": state.count}))
        os.replace(new, path)

    def _tidy(self) -> None:
        """Leaves outdated records behind once they are more than those that count, and deletes files of earlier times."""
        records = self.records()
        state, _ = self._seen
        if state.count > 2 * len(records.ids) + WASTE:
            state = _State(state.generation + 1, len(records.rows))
            keys, vectors = self._files(state)
            records.keys[records.rows].tofile(keys)
            with vectors.open("wb") as file:
                for start in range(0, len(records.rows), BLOCK):
                    file.write(records.vectors[records.rows[start : start + BLOCK]].tobytes())
            self._commit(state)
        for path in self._folder.glob("*-*.bin"):
            if path not in self._files(state):
                with suppress(PermissionError):  # Windows keeps a file that somebody still reads; the next time, then
                    path.unlink()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        from filelock import FileLock

        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / "lock"):
            self.records()
            yield

    def _committed(self) -> _State:
        said = self._read_state()
        if said is None:
            return _State()
        state = _State(said["generation"], said["count"])
        if said["model"] == MODEL and self._whole(state):
            return state
        if self._read_state() != said:
            raise FileNotFoundError
        # Of another model, or cut short by a full disk: all of it can be made again from the texts.
        return _State(state.generation + 1)

    def _read_state(self) -> dict[str, Any] | None:
        try:
            said: dict[str, Any] = json.loads((self._folder / STATE).read_text())
        except FileNotFoundError:
            return None
        return said

    def _whole(self, state: _State) -> bool:
        sizes = (KEY_BYTES, DIMENSIONS)
        return all(
            path.exists() and path.stat().st_size >= state.count * size
            for path, size in zip(self._files(state), sizes, strict=True)
        )

    def _files(self, state: _State) -> tuple[Path, Path]:
        return self._folder / f"keys-{state.generation}.bin", self._folder / f"vectors-{state.generation}.bin"


def _digest(text: str) -> int:
    """64 bits of a text; never 0, which says that there is none."""
    found = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(found, "little") or 1
