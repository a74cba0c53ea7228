"""Cross-entropy over a large vocabulary, without ever holding all its probabilities.

The output layer is not trained, so its gradient is not needed: the gradient of the hidden states is computed in the
same pass over the vocabulary as the loss, a slice of tokens at a time.
"""

from __future__ import annotations

from typing import Any

import torch

SLICE = 128


class HeadLoss(torch.autograd.Function):
    """(hidden [N, D], weight [V, D], answers [N], total) -> (sum of the losses / total, how many were right).

    `total` is the number of answer tokens of the whole batch, of which these N may be a part.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, answers: torch.Tensor, total: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        backward = torch.empty_like(hidden)
        loss, right = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.long)
        for at in range(0, len(hidden), SLICE):
            part, wanted = hidden[at : at + SLICE], answers[at : at + SLICE]
            scores = (part @ weight.t()).float()
            right += (scores.argmax(1) == wanted).sum()
            whole = torch.logsumexp(scores, 1)
            loss += (whole - scores.gather(1, wanted[:, None])[:, 0]).sum()
            probable = scores.sub_(whole[:, None]).exp_()
            probable[torch.arange(len(wanted)), wanted] -= 1
            backward[at : at + SLICE] = (probable / total).to(hidden.dtype) @ weight
        ctx.save_for_backward(backward)
        ctx.mark_non_differentiable(right)
        return (loss / total).float(), right

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (backward,) = ctx.saved_tensors
        return backward * gradients[0].to(backward.dtype), None, None, None
