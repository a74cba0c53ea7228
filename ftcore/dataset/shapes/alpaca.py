"""Alpaca: instruction, input and output, also with the inputs and outputs in a list of instances (Self-Instruct)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ftcore.dataset.raw import SourceError, text_value
from ftcore.records import Message, TrainingExample

NAME = "Alpaca"
KEYS = ("instruction", "input", "output", "system", "history", "instances")


def fits(row: dict[str, Any]) -> bool:
    instances = row.get("instances")
    nested = isinstance(instances, list) and any(isinstance(item, dict) and "output" in item for item in instances)
    return "instruction" in row and ("output" in row or nested)


def build(row: dict[str, Any]) -> TrainingExample:
    row = _flat(row)
    parts = [text_value(row.get(key)) for key in ("instruction", "input")]
    prompt = "\n\n".join(part for part in parts if part.strip())
    answer = text_value(row.get("output"))
    if not prompt:
        raise SourceError('The question ("instruction" and "input") is empty.')
    if not answer.strip():
        raise SourceError('The answer ("output") is empty.')
    system = text_value(row.get("system"))
    messages: list[Message] = [{"role": "system", "content": system}] if system.strip() else []
    messages += _history(row.get("history"))
    return TrainingExample([*messages, {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    instances = row.get("instances")
    if "output" in row or not isinstance(instances, list):
        return row
    if len(instances) != 1 or not isinstance(instances[0], dict):
        raise SourceError(
            f"There are {len(instances)} instances; one a row was wanted. Write each on a line of its own."
        )
    return {**row, **instances[0]}


def _history(history: Any) -> list[Message]:
    if not history:
        return []
    if not isinstance(history, list) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in history):
        raise SourceError('"history" is no list of pairs of question and answer.')
    roles = ("user", "assistant")
    return [
        {"role": role, "content": text_value(text)} for pair in history for role, text in zip(roles, pair, strict=True)
    ]


def left_out(row: dict[str, Any]) -> Iterable[str]:
    return (key for key in row if key not in KEYS)
