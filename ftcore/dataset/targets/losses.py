"""What an export loses, counted for a screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ftcore.dataset.targets.row import Fate, Line, Loss

SHOWN_IDS = 5


@dataclass(frozen=True, slots=True)
class LossCount:
    """`rows` rows share this loss; `first_ids` are the first few of them."""

    sentence: str
    fate: Fate
    rows: int
    first_ids: tuple[int, ...]


class Tally:
    """Counts losses as they pass by: the memory that it takes does not grow with the rows."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Fate, str], tuple[int, tuple[int, ...]]] = {}

    def add(self, loss: Loss) -> None:
        rows, ids = self._counts.get((loss.fate, loss.sentence), (0, ()))
        ids = (*ids, loss.row_id) if len(ids) < SHOWN_IDS else ids
        self._counts[loss.fate, loss.sentence] = (rows + 1, ids)

    def counts(self) -> list[LossCount]:
        """Left out before changed, the most frequent first."""
        found = [LossCount(sentence, fate, *count) for (fate, sentence), count in self._counts.items()]
        return sorted(found, key=lambda count: (count.fate is not Fate.LEFT_OUT, -count.rows, count.sentence))


def losses_of(row_id: int, line: Line) -> Iterator[Loss]:
    if line.left_out:
        yield Loss(row_id, line.left_out, Fate.LEFT_OUT)
    for sentence in line.changed:
        yield Loss(row_id, sentence, Fate.CHANGED)


def summary(losses: Iterable[Loss]) -> list[LossCount]:
    """The losses, counted by sentence: what a screen lists before an export."""
    tally = Tally()
    for loss in losses:
        tally.add(loss)
    return tally.counts()
