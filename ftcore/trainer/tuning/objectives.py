"""What is made smaller: the loss of a part of a batch, and its figures by the protocol's names.

Supervised: cross-entropy of the answers' tokens. Preferences: direct preference optimisation (Rafailov et al. 2023),
-log sigmoid(beta * ((chosen - its reference) - (rejected - its reference))), each the sum of the log-probabilities of
an answer's tokens, the references those of the model before its training. The protocol has no name of its own for the
share of pairs in which the preferred answer gained more: it is told as `mean_token_accuracy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch.nn import functional

from ftcore.trainer.tuning.learner import Learner
from ftcore.trainer.tuning.packing import micro_batches, pack
from ftcore.trainer.tuning.pairs import EncodedPair, Item, length, sides
from ftcore.trainer.tuning.ranks import Ranks

Figures = dict[str, float]


class Objective(Protocol):
    """`share` gives (share of the batch's mean loss, figures to be added up); `figures` what the sums mean."""

    names: tuple[str, ...]

    def amount(self, batch: Sequence[Any]) -> int:
        """What the loss of a batch is divided by."""

    def share(self, part: Sequence[Any], amount: int) -> tuple[torch.Tensor, Figures]: ...

    def figures(self, sums: Figures, amount: int, kind: str) -> dict[str, float]: ...


class Supervised:
    names: tuple[str, ...] = ("loss", "right")

    def __init__(self, learner: Learner):
        self._learner = learner

    def amount(self, batch: Sequence[Item]) -> int:
        return sum(item.answer_tokens for item in batch)

    def share(self, part: Sequence[Any], amount: int) -> tuple[torch.Tensor, Figures]:
        found, right = self._learner.scores(pack(part, self._learner.device.name))
        loss = -found.sum() / amount
        return loss, {"loss": float(loss.detach()), "right": float(right.sum())}

    def figures(self, sums: Figures, amount: int, kind: str) -> dict[str, float]:
        return {f"{kind}_loss": sums["loss"], f"{kind}_mean_token_accuracy": sums["right"] / amount}


class Preferences:
    """`reference`: [pairs of the job, 2], from `references`."""

    names: tuple[str, ...] = ("loss", "right", "margin")

    def __init__(self, learner: Learner, reference: torch.Tensor):
        self._learner, self._reference, self._beta = learner, reference, learner.order.beta

    def amount(self, batch: Sequence[Item]) -> int:
        return len(batch)

    def share(self, part: Sequence[Any], amount: int) -> tuple[torch.Tensor, Figures]:
        gained = answers(self._learner, part) - self._reference[[pair.index for pair in part]].to(
            self._learner.device.name
        )
        margin = self._beta * (gained[:, 0] - gained[:, 1])
        loss = -functional.logsigmoid(margin).sum() / amount
        known = margin.detach()
        return loss, {"loss": float(loss.detach()), "right": float((known > 0).sum()), "margin": float(known.sum())}

    def figures(self, sums: Figures, amount: int, kind: str) -> dict[str, float]:
        return {
            f"{kind}_loss": sums["loss"],
            f"{kind}_mean_token_accuracy": sums["right"] / amount,
            f"{kind}_reward_margin": sums["margin"] / amount,
        }


def answers(learner: Learner, part: Sequence[EncodedPair]) -> torch.Tensor:
    """The summed log-probabilities of both answers of each pair: [pairs, 2]. What they begin with is computed once."""
    packed = pack([side for pair in part for side in sides(pair)], learner.device.name)
    found, _ = learner.scores(packed)
    sums = torch.zeros(2 * len(part), dtype=found.dtype, device=found.device)
    return sums.index_add(0, packed.owners, found).view(-1, 2)


def references(learner: Learner, pairs: Sequence[EncodedPair], ranks: Ranks) -> torch.Tensor:
    """`answers` of all pairs by the model as it was before its training: [pairs, 2], in the order of their `index`."""
    found = torch.zeros(len(pairs), 2)
    with torch.no_grad(), learner.as_before():
        for part in micro_batches(sorted(ranks.mine(pairs), key=length)):
            found[[pair.index for pair in part]] = answers(learner, part).float().cpu()
    moved = found.to(learner.device.name)
    ranks.add_up([moved])
    return moved.cpu()
