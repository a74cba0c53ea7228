"""Keys and values of the conversations that are being answered, side by side in one tensor a layer.

Columns are positions in the tensor, not in the text: a row may have empty columns anywhere (`filled` says which count),
so rows of different lengths can join and leave at any step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

ROOM = 64


@dataclass(slots=True)
class Rows:
    """The cache that a transformers model fills by `update`. Tensors are [B, heads, capacity, size], of which `used`
    columns hold something; `filled` is [B, used]."""

    keys: list[torch.Tensor] = field(default_factory=list)
    values: list[torch.Tensor] = field(default_factory=list)
    used: int = 0
    filled: torch.Tensor = field(default_factory=lambda: torch.zeros(0, 0, dtype=torch.bool))

    def update(
        self, key: torch.Tensor, value: torch.Tensor, layer: int, *ignored: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Called by the model in each layer; `advance` counts the columns once the model is through."""
        end = self.used + key.shape[2]
        if layer == len(self.keys):
            self.keys.append(_room(key, 0))
            self.values.append(_room(value, 0))
        elif end > self.keys[layer].shape[2]:
            self.keys[layer] = _room(self.keys[layer], key.shape[2])
            self.values[layer] = _room(self.values[layer], value.shape[2])
        self.keys[layer][:, :, self.used : end] = key
        self.values[layer][:, :, self.used : end] = value
        return self.keys[layer][:, :, :end], self.values[layer][:, :, :end]

    def advance(self, filled: torch.Tensor) -> None:
        """`filled`: [B, new columns]."""
        self.filled = torch.cat([self.filled, filled], 1) if self.used else filled
        self.used += filled.shape[1]

    def keep(self, rows: list[int]) -> None:
        """Only these rows stay, and columns that none of them needs at the beginning go."""
        index = torch.tensor(rows)
        filled = self.filled.index_select(0, index)
        start = int(filled.any(0).int().argmax())
        self.keys = [k.index_select(0, index)[:, :, start:] for k in self.keys]
        self.values = [v.index_select(0, index)[:, :, start:] for v in self.values]
        self.filled = filled[:, start:]
        self.used -= start

    def first(self, columns: int) -> Rows:
        """A view of the first columns."""
        keys = [k[:, :, :columns] for k in self.keys]
        return Rows(keys, [v[:, :, :columns] for v in self.values], columns, self.filled[:, :columns])

    def repeated(self, times: int, room: int) -> Rows:
        """A copy of a single row, `times` over, with room for more columns."""

        def spread(old: torch.Tensor) -> torch.Tensor:
            new = old.new_empty(times, old.shape[1], self.used + room, old.shape[3])
            new[:, :, : self.used] = old[:, :, : self.used]
            return new

        filled = self.filled.expand(times, self.used)
        return Rows([spread(k) for k in self.keys], [spread(v) for v in self.values], self.used, filled)


def joined(parts: list[Rows]) -> Rows:
    """The rows of all parts, their last columns in line."""
    if len(parts) == 1:
        return parts[0]
    used = max(part.used for part in parts)
    count = sum(part.filled.shape[0] for part in parts)
    filled = torch.zeros(count, used, dtype=torch.bool)

    def together(tensors: list[torch.Tensor]) -> torch.Tensor:
        one = tensors[0]
        # Zeros, not leftovers: a masked column still takes part in 0 x value, and leftovers may be NaN.
        new = one.new_zeros(count, one.shape[1], used + ROOM, one.shape[3])
        at = 0
        for part, tensor in zip(parts, tensors, strict=True):
            new[at : at + len(tensor), :, used - part.used : used] = tensor[:, :, : part.used]
            at += len(tensor)
        return new

    layers = range(len(parts[0].keys))
    keys = [together([part.keys[layer] for part in parts]) for layer in layers]
    values = [together([part.values[layer] for part in parts]) for layer in layers]
    at = 0
    for part in parts:
        filled[at : at + len(part.filled), used - part.used :] = part.filled
        at += len(part.filled)
    return Rows(keys, values, used, filled)


def _room(old: torch.Tensor, more: int) -> torch.Tensor:
    """The same tensor with room for `more` columns and some to spare."""
    new = old.new_zeros(old.shape[0], old.shape[1], old.shape[2] + more + ROOM, old.shape[3])
    new[:, :, : old.shape[2]] = old
    return new
