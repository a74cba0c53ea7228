"""A batch without padding: all its tokens in one row, and what its examples begin with in common only once.

The linear layers (nearly all the arithmetic) see each token once; attention alone lays the examples out as rows again.
A beginning is computed once for all examples that have it: a system prompt for the whole batch, a question for both
answers of a pair. The result and the gradient are the same, because a token depends on what stands before it alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch.nn import functional

from ftcore.trainer.tuning.encoding import Encoded
from ftcore.trainer.tuning.pairs import Item, length

ATTENTION = "tuneworthy_packed"
MICRO_TOKENS = 2_048
Kind = TypeVar("Kind", bound=Item)


@dataclass(frozen=True, slots=True)
class Pack:
    """`ids`, `positions`: [1, T]. `rows`: [B, L], which token stands where in the padded layout; `places`: [T], the
    way back. `asked`: [N], the tokens whose successor is learnt; `answers`: [N], those successors; `owners`: [N], the
    examples that they belong to."""

    ids: torch.Tensor
    positions: torch.Tensor
    rows: torch.Tensor
    places: torch.Tensor
    asked: torch.Tensor
    answers: torch.Tensor
    owners: torch.Tensor


def pack(examples: Sequence[Encoded], device: torch.device | str = "cpu") -> Pack:
    """In the order of their tokens every example has most in common with the one before it."""
    width = max(len(example.ids) for example in examples)
    ids: list[int] = []
    positions: list[int] = []
    places: list[int] = []
    lines: list[list[int]] = [[] for _ in examples]
    before: tuple[list[int], list[int]] = ([], [])
    for row in sorted(range(len(examples)), key=lambda row: examples[row].ids):
        own = examples[row].ids
        shared = common(before[0], own)
        lines[row] = before[1][:shared] + list(range(len(ids), len(ids) + len(own) - shared))
        places += range(row * width + shared, row * width + len(own))
        positions += range(shared, len(own))
        ids += own[shared:]
        before = own, lines[row]
    rows = torch.tensor([line + [0] * (width - len(line)) for line in lines])
    wanted = [(row, at) for row, e in enumerate(examples) for at in range(1, len(e.ids)) if e.learnt[at]]
    asked = torch.tensor([lines[row][at - 1] for row, at in wanted], dtype=torch.long)
    answers = torch.tensor([examples[row].ids[at] for row, at in wanted], dtype=torch.long)
    owners = torch.tensor([row for row, _ in wanted], dtype=torch.long)
    single = torch.tensor([ids]), torch.tensor([positions]), rows, torch.tensor(places)
    return Pack(*(tensor.to(device) for tensor in (*single, asked, answers, owners)))


def common(one: list[int], other: list[int]) -> int:
    """How many tokens at the beginning are the same."""
    limit = min(len(one), len(other))
    if one[:limit] == other[:limit]:
        return limit
    return next(at for at in range(limit) if one[at] != other[at])


def attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: Any,
    scaling: float | None = None,
    dropout: float = 0.0,
    packing: Pack | None = None,
    **ignored: Any,
) -> tuple[torch.Tensor, None]:
    """Causal attention within each example of a `Pack`; the signature is that of transformers' attention functions."""
    if packing is None:
        raise ValueError("packed attention needs a pack")
    rows = packing.rows
    groups = query.shape[1] // key.shape[1]

    def laid_out(states: torch.Tensor) -> torch.Tensor:
        heads, size = states.shape[1], states.shape[3]
        flat = states[0].transpose(0, 1).reshape(-1, heads * size)
        return flat.index_select(0, rows.flatten()).view(*rows.shape, heads, size).transpose(1, 2)

    q, k, v = laid_out(query), laid_out(key), laid_out(value)
    if groups > 1:
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    # Padding stands at the end of a row, where causal attention never looks from inside the row.
    seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scaling, dropout_p=dropout)
    flat = seen.transpose(1, 2).reshape(-1, query.shape[1] * query.shape[3]).index_select(0, packing.places)
    return flat.view(1, -1, query.shape[1], query.shape[3]), None


def batches(examples: Sequence[Kind], size: int, seed: int, epoch: int) -> list[list[Kind]]:
    """One epoch's batches, by chance alone: without padding in the layers, examples of like length need not stand together,
    and a batch of like ones teaches less."""
    order = list(examples)
    random.Random(f"{seed}-{epoch}").shuffle(order)
    return [order[at : at + size] for at in range(0, len(order), size)]


def micro_batches(batch: Sequence[Kind], tokens: int = MICRO_TOKENS) -> list[list[Kind]]:
    """A batch in parts of at most so many tokens (or one example), so that memory does not grow with the batch. In the order
    given: sorted by length, a long example widens the attention of few others."""
    parts: list[list[Kind]] = [[]]
    held = 0
    for example in batch:
        if parts[-1] and held + length(example) > tokens:
            parts.append([])
            held = 0
        parts[-1].append(example)
        held += length(example)
    return [part for part in parts if part]
