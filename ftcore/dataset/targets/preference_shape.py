"""Pairs of answers in OpenAI's shape, which Together and Fireworks took over, and what all formats of pairs share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ftcore.dataset.preferences import NoPair, compare
from ftcore.dataset.raw import SourceError
from ftcore.dataset.shapes import chat
from ftcore.dataset.targets.chat_shape import Abilities, Cut, cut
from ftcore.dataset.targets.row import ExportRow
from ftcore.records import Message, TrainingExample

NO_SECOND = "There is no second, worse answer to compare with."


@dataclass(frozen=True, slots=True)
class CutPair:
    """A pair as a format holds it; `reason` says why it does not."""

    asked: list[Message]
    chosen: Message
    rejected: Message
    tools: list[dict[str, Any]] | None = None
    changed: tuple[str, ...] = ()
    reason: str = ""


def cut_pair(row: ExportRow, can: Abilities) -> CutPair:
    """Weights have no meaning here: what is learnt is the difference of the two answers."""
    if row.rejected is None:
        return _none(NO_SECOND)
    found = compare(row.training, better=row.training.response, worse=row.rejected)
    if isinstance(found, NoPair):
        return _none(found.reason)
    shown: Cut = cut(_without_weights(row.training), can)
    if shown.reason:
        return _none(shown.reason)
    chosen, rejected = ({"role": "assistant", "content": text} for text in (found.chosen, found.rejected))
    return CutPair(shown.messages[:-1], chosen, rejected, shown.tools, shown.changed)


def read_openai_pair(value: Any) -> list[TrainingExample]:
    """The two conversations of a line {"input", "preferred_output", "non_preferred_output"}."""
    asked = value["input"]["messages"]
    sides = [value["preferred_output"], value["non_preferred_output"]]
    return read_sides(asked, sides, value["input"].get("tools"))


def read_sides(asked: list[Message], sides: list[list[Message]], tools: Any) -> list[TrainingExample]:
    """One conversation a side. Raises `SourceError` where a side is not one message of the assistant, or both are the same."""
    for side in sides:
        if len(side) != 1 or side[0]["role"] != "assistant":
            raise SourceError("An answer of the pair is not one message of the assistant.")
    if sides[0] == sides[1]:
        raise SourceError("The two answers of the pair are the same.")
    return [chat.build({"messages": [*asked, *side], "tools": tools}) for side in sides]


def _none(reason: str) -> CutPair:
    return CutPair([], {}, {}, reason=reason)


def _without_weights(training: TrainingExample) -> TrainingExample:
    return replace(training, messages=[{k: v for k, v in m.items() if k != "weight"} for m in training.messages])
