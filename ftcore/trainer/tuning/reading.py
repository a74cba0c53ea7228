"""The files of a job as tokens. An example that does not fit ends the job with its line, or is cut, as was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ftcore.trainer.checking import examples, pairs
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.tuning.encoding import Encoded, encode
from ftcore.trainer.tuning.order import Order
from ftcore.trainer.tuning.pairs import EncodedPair, Item

LONGEST = 4_096
SHOWN = 10


@dataclass
class Read:
    """`cut` and `left_out` are physical lines: those whose end was taken off, and those of which nothing to learn was
    left by it."""

    items: list[Any] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)

    def told(self, param: str, longest: int) -> str | None:
        """The event about it; None when nothing was cut."""
        if not self.cut and not self.left_out:
            return None
        said = f"{_name(param).capitalize()}: {_count(self.cut)} cut to the first {longest:,} tokens{_lines(self.cut)}."
        if self.left_out:
            said += f" {_count(self.left_out)} left out, because the answer begins behind that{_lines(self.left_out)}."
        return said


def _count(lines: list[int]) -> str:
    return "1 example was" if len(lines) == 1 else f"{len(lines):,} examples were"


def _lines(lines: list[int]) -> str:
    if not lines:
        return ""
    more = f" and {len(lines) - SHOWN:,} more" if len(lines) > SHOWN else ""
    return f" (line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:SHOWN]))}{more})"


def longest_of(model: Path) -> int:
    """The most tokens of an example: 4,096, or what the model can see."""
    seen = json.loads((model / "config.json").read_text()).get("max_position_embeddings")
    return min(LONGEST, seen) if isinstance(seen, int) and seen > 0 else LONGEST


def read_files(order: Order) -> tuple[Read, Read, int]:
    """(training, validation, most tokens of an example). Raises `TrainerError` naming the first line that cannot be learnt."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(order.model, local_files_only=True)
    longest = longest_of(Path(order.model))
    training = read_file(tokenizer, order, order.training_file, "training_file", longest)
    if not order.validation_file:
        return training, Read(), longest
    first = len(training.items)
    return training, read_file(tokenizer, order, order.validation_file, "validation_file", longest, first), longest


def read_file(tokenizer: Any, order: Order, path: str, param: str, longest: int = LONGEST, first: int = 0) -> Read:
    """Every example of the file; pairs are counted from `first`."""
    read = Read()
    for line, found in _encoded(tokenizer, order, Path(path), param):
        sizes = [len(side.ids) for side in found]
        if max(sizes) > longest:
            if order.too_long == "error":
                reason = (
                    f"It has {max(sizes):,} tokens, and {longest:,} is the most that is trained on here. Shorten it, leave"
                    ' it out, or ask for it to be cut (too_long: "cut").'
                )
                raise _unusable(line, reason, param)
            found = [replace(side, ids=side.ids[:longest], learnt=side.learnt[:longest]) for side in found]
            same = len(found) == 2 and found[0].ids == found[1].ids
            if same or not all(any(side.learnt) for side in found):
                read.left_out.append(line)
                continue
            read.cut.append(line)
        read.items.append(_item(found, line, first + len(read.items)))
    if not read.items:
        raise TrainerError(
            f"Of the {_name(param)} nothing is left to learn: in every example the answer begins behind token {longest:,}.",
            code=f"invalid_{param}",
            param=param,
        )
    return read


def _item(found: list[Encoded], line: int, index: int) -> Item:
    return EncodedPair(found[0], found[1], line, index) if len(found) == 2 else found[0]


def _encoded(tokenizer: Any, order: Order, path: Path, param: str) -> Iterator[tuple[int, list[Encoded]]]:
    if order.method == "dpo":
        conversations = ((line, (pair.chosen, pair.rejected)) for line, pair in pairs(path))
    else:
        conversations = ((line, (example,)) for line, example in examples(path))  # type: ignore[misc]
    for line, sides in conversations:
        try:
            yield line, [encode(tokenizer, side, line) for side in sides]
        except TrainerError as error:
            raise _unusable(line, error.message, param) from error


def _name(param: str) -> str:
    return param.replace("_", " ")


def _unusable(line: int, reason: str, param: str) -> TrainerError:
    return TrainerError(f"Line {line} of the {_name(param)}: {reason}", code=f"invalid_{param}", param=param)
