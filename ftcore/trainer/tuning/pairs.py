"""Two encoded conversations of which one is preferred, beside the single one of supervised training."""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.trainer.tuning.encoding import Encoded


@dataclass(frozen=True, slots=True)
class EncodedPair:
    """`index` is its place among all pairs of the job: there its reference log-probabilities stand."""

    chosen: Encoded
    rejected: Encoded
    line: int
    index: int

    @property
    def answer_tokens(self) -> int:
        return self.chosen.answer_tokens + self.rejected.answer_tokens


Item = Encoded | EncodedPair


def sides(item: Item) -> tuple[Encoded, ...]:
    """The conversations of one example."""
    return (item.chosen, item.rejected) if isinstance(item, EncodedPair) else (item,)


def length(item: Item) -> int:
    """All tokens of an example."""
    return sum(len(side.ids) for side in sides(item))
