"""Log-probabilities of answers over a large vocabulary, without ever holding all its probabilities.

Where the output layer is not trained, its gradient is not needed: the gradient of the hidden states is computed in the
same pass over the vocabulary as the log-probability, a slice of tokens at a time, and only scaled on the way back.
"""

from __future__ import annotations

from typing import Any

import torch

SLICE = 128


class TokenScores(torch.autograd.Function):
    """(hidden [N, D], weight [V, D], answers [N]) -> (log-probability of each answer [N], whether it was guessed [N])."""

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, answers: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        at_once = ctx.needs_input_grad[0] and not ctx.needs_input_grad[1]
        backward = torch.empty_like(hidden) if at_once else None
        found = torch.empty(len(hidden), dtype=torch.float32, device=hidden.device)
        right = torch.empty(len(hidden), dtype=torch.bool, device=hidden.device)
        for at in range(0, len(hidden), SLICE):
            here = slice(at, at + SLICE)
            scores, wanted = (hidden[here] @ weight.t()).float(), answers[here]
            right[here] = scores.argmax(1) == wanted
            whole = torch.logsumexp(scores, 1)
            found[here] = scores.gather(1, wanted[:, None])[:, 0] - whole
            if backward is not None:
                backward[here] = _slope(scores, whole, wanted).to(hidden.dtype) @ weight
        ctx.save_for_backward(*((backward,) if at_once else (hidden, weight, answers)))
        ctx.mark_non_differentiable(right)
        return found, right

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None, None]:
        if len(ctx.saved_tensors) == 1:
            (ready,) = ctx.saved_tensors
            return ready * gradients[0][:, None].to(ready.dtype), None, None
        hidden, weight, answers = ctx.saved_tensors
        below = torch.empty_like(hidden)
        above = torch.zeros(weight.shape, dtype=torch.float32, device=weight.device)
        for at in range(0, len(hidden), SLICE):
            here = slice(at, at + SLICE)
            scores = (hidden[here] @ weight.t()).float()
            slope = _slope(scores, torch.logsumexp(scores, 1), answers[here])
            slope = (slope * gradients[0][here, None]).to(hidden.dtype)
            below[here] = slope @ weight
            above += slope.t() @ hidden[here]
        return below, above.to(weight.dtype), None


def _slope(scores: torch.Tensor, whole: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """How the log-probabilities change with the scores, which are overwritten."""
    slope = scores.sub_(whole[:, None]).exp_().neg_()
    slope[torch.arange(len(wanted), device=wanted.device), wanted] += 1
    return slope
