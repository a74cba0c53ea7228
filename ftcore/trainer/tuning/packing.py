"""A batch without padding: all its tokens in one row, and a beginning that all its examples share only once.

The linear layers (nearly all the arithmetic) see each token once; attention alone lays the examples out as rows again.
A shared system prompt is computed once a batch instead of once an example: the result and the gradient are the same,
because no token of an example looks at another example, and nothing in the shared part is learnt.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch.nn import functional

from ftcore.trainer.tuning.encoding import Encoded

ATTENTION = "tuneworthy_packed"
WINDOW = 8
MICRO_TOKENS = 2_048


@dataclass(frozen=True, slots=True)
class Pack:
    """`ids`, `positions`: [1, T]. `rows`: [B, L], which token stands where in the padded layout; `places`: [T], the
    way back. `asked`: [N], the tokens whose successor is learnt; `answers`: [N], those successors."""

    ids: torch.Tensor
    positions: torch.Tensor
    rows: torch.Tensor
    places: torch.Tensor
    asked: torch.Tensor
    answers: torch.Tensor


def pack(examples: list[Encoded]) -> Pack:
    shared = shared_length(examples)
    width = max(len(example.ids) for example in examples)
    ids, positions, places = examples[0].ids[:shared], list(range(shared)), list(range(shared))
    rows = torch.zeros(len(examples), width, dtype=torch.long)
    rows[:, :shared] = torch.arange(shared)
    asked, answers = [], []
    for row, example in enumerate(examples):
        start, length = len(ids), len(example.ids)
        rows[row, shared:length] = torch.arange(start, start + length - shared)
        places += range(row * width + shared, row * width + length)
        positions += range(shared, length)
        ids = ids + example.ids[shared:]
        for at in range(max(shared, 1), length):
            if example.learnt[at]:
                asked.append(at - 1 if at == shared else start + at - 1 - shared)
                answers.append(example.ids[at])
    tensor = torch.tensor
    return Pack(tensor([ids]), tensor([positions]), rows, tensor(places), tensor(asked), tensor(answers))


def shared_length(examples: list[Encoded]) -> int:
    """How many tokens at the beginning are the same in all examples and learnt in none."""
    first = examples[0]
    limit = min(min(len(example.ids) for example in examples), first.learnt.index(True))
    length = 0
    while length < limit and all(e.ids[length] == first.ids[length] and not e.learnt[length] for e in examples):
        length += 1
    return length if len(examples) > 1 else 0


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


def batches(examples: list[Encoded], size: int, seed: int, epoch: int) -> list[list[Encoded]]:
    """One epoch's batches: shuffled, with examples of like length together (within windows, so that chance remains)."""
    rng = random.Random(f"{seed}-{epoch}")
    order = list(examples)
    rng.shuffle(order)
    reach = size * WINDOW
    windows = (sorted(order[at : at + reach], key=lambda e: len(e.ids)) for at in range(0, len(order), reach))
    lined = list(chain.from_iterable(windows))
    found = [lined[at : at + size] for at in range(0, len(lined), size)]
    rng.shuffle(found)
    return found


def micro_batches(batch: list[Encoded], tokens: int = MICRO_TOKENS) -> list[list[Encoded]]:
    """A batch in parts of at most so many tokens (or one example), so that memory does not grow with the batch."""
    parts: list[list[Encoded]] = [[]]
    held = 0
    for example in batch:
        if parts[-1] and held + len(example.ids) > tokens:
            parts.append([])
            held = 0
        parts[-1].append(example)
        held += len(example.ids)
    return parts
