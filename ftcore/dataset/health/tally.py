"""Counts everything about examples in one pass, in memory that does not grow with their number."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any

from ftcore.chat import count_tokens
from ftcore.dataset.answers import as_json, kind_of, normal
from ftcore.dataset.health.enough import FEW_OF_A_LABEL
from ftcore.dataset.health.lengths import Lengths
from ftcore.dataset.health.values import Balance, Count, Systems
from ftcore.dataset.traits.languages import ANY, LANGUAGES, quick_language_of
from ftcore.dataset.traits.scripts import script_of
from ftcore.records import Example, TrainingExample

MOST_DIFFERENT = 5000
MOST_SYSTEMS = 1000
MOST_KEY_SETS = 500
MOST_TURNS = 10
KEPT_ANSWERS = 5000
LABEL_CHARACTERS = 60
LISTED, LISTED_LABELS, RAREST = 10, 30, 5
TONGUE = 300
"""So many characters of the prompt and of the answer say which language they are in."""
NOT_CLEAR = "not clear"
LIST_MARKS = ("- ", "* ", "• ", "1. ", "1) ")


class Tally:
    """Add examples one by one; then read what there is. The same examples in the same order give the same."""

    def __init__(self) -> None:
        self.rows = 0
        self.tokens, self.prompts, self.answers = Lengths(), Lengths(), Lengths()
        self.languages: Counter[str] = Counter()
        self.shapes: Counter[str] = Counter()
        self.key_sets: Counter[str] = Counter()
        self.turns: Counter[str] = Counter()
        self.tools: Counter[str] = Counter()
        self.offering_tools = self.calling_tools = 0
        self._systems: Counter[str] = Counter()
        self._more_systems = False
        self._labels: Counter[str] = Counter()
        self._spelling: dict[str, str] = {}
        self._kept: list[str] = []
        self._answered = 0
        self._random = random.Random(0)

    def add(self, example: Example | TrainingExample) -> None:
        training, tokens = (example.training, example.tokens) if isinstance(example, Example) else (example, 0)
        prompt, answer, system = training.prompt, training.response, training.system.strip()
        self.rows += 1
        self.tokens.add(tokens or count_tokens(training))
        self.prompts.add(len(prompt))
        self.answers.add(len(answer))
        self.languages[_tongue(prompt, answer)] += 1
        turns = training.turns
        self.turns[str(turns) if turns < MOST_TURNS else f"{MOST_TURNS} or more"] += 1
        self._more_systems |= not _count(self._systems, system, MOST_SYSTEMS)
        self._add_tools(training)
        self._add_answer(answer, training)

    def kind(self) -> Any:
        """labels, json or text: by all answers up to 5,000, by a sample of so many above."""
        return kind_of(self._kept)

    def systems(self) -> Systems:
        named = Counter({text: rows for text, rows in self._systems.items() if text})
        return Systems(listed(named), len(named), self._systems[""], self._more_systems)

    def balance(self) -> Balance | None:
        """Of the labels; None when the answers are no labels."""
        if self.kind() != "labels":
            return None
        rows = self._labels.total()
        ordered = sorted(self._labels.items(), key=lambda item: (-item[1], item[0]))
        named = [Count(self._spelling[label], number) for label, number in ordered]
        shares = [count.rows / rows for count in named]
        return Balance(
            commonest=tuple(named[:LISTED_LABELS]),
            rarest=tuple(named[::-1][:RAREST]),
            different=len(named),
            single=sum(count.rows == 1 for count in named),
            few=sum(count.rows < FEW_OF_A_LABEL and count.rows < rows / len(named) / 2 for count in named),
            effective=math.exp(-sum(share * math.log(share) for share in shares)),
            rows=rows,
        )

    def thin_labels(self) -> int:
        """Labels with fewer than 10 examples."""
        return sum(number < FEW_OF_A_LABEL for number in self._labels.values())

    def _add_tools(self, training: TrainingExample) -> None:
        self.offering_tools += bool(training.tools)
        self.calling_tools += any(message.get("tool_calls") for message in training.messages)
        for tool in training.tools or ():
            function = tool.get("function") if isinstance(tool, dict) else None
            name = function.get("name") if isinstance(function, dict) else None
            _count(self.tools, str(name or "without a name"), MOST_DIFFERENT)

    def _add_answer(self, answer: str, training: TrainingExample) -> None:
        written = answer.strip()
        if not written:
            calls = bool(training.messages) and bool(training.messages[-1].get("tool_calls"))
            self.shapes["tool call" if calls else "empty"] += 1
            return
        self._keep(answer)
        shape, value = _shape(written)
        if shape == "text" and len(written) <= LABEL_CHARACTERS and "\n" not in written:
            shape = "short text"
            label = normal(answer)
            if _count(self._labels, label, MOST_DIFFERENT):
                self._spelling.setdefault(label, written)
        self.shapes[shape] += 1
        if isinstance(value, dict):
            _count(self.key_sets, ", ".join(sorted(value)), MOST_KEY_SETS)

    def _keep(self, answer: str) -> None:
        """A fair sample of the answers (reservoir sampling)."""
        self._answered += 1
        if len(self._kept) < KEPT_ANSWERS:
            self._kept.append(answer)
        elif (at := self._random.randrange(self._answered)) < KEPT_ANSWERS:
            self._kept[at] = answer


def listed(counts: Counter[str], most: int = LISTED) -> tuple[Count, ...]:
    """The commonest, in an order that does not depend on the order of rows."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(name, rows) for name, rows in ordered[:most])


def _count(counts: Counter[str], name: str, most: int) -> bool:
    """False when there are too many different ones already to count another."""
    if name not in counts and len(counts) >= most:
        return False
    counts[name] += 1
    return True


def _tongue(prompt: str, answer: str) -> str:
    text = f"{prompt[:TONGUE]} {answer[:TONGUE]}"
    script = script_of(text)
    return (quick_language_of(text) or _guess(text) or NOT_CLEAR) if script == "Latin" else script or NOT_CLEAR


def _guess(text: str) -> str:
    """For a count over many rows two small words may decide, which would be too little to blame one row for."""
    words = ANY.intersection(text.lower().split())
    hits = sorted(((len(words & small), language) for language, small in LANGUAGES.items()), reverse=True)
    (most, language), (second, _) = hits[:2]
    return language if most >= 2 and most >= 2 * second else ""


def _shape(written: str) -> tuple[str, Any]:
    """(JSON, code, list or text, the value when it is JSON)."""
    if (value := as_json(written)) is not None:
        return "JSON", value
    if written.startswith("```"):
        return "code", None
    if "\n" not in written:
        return "text", None
    lines = [line for line in written.split("\n", 6) if line.strip()]
    marked = sum(line.lstrip().startswith(LIST_MARKS) or line.lstrip()[:2].rstrip(".)").isdigit() for line in lines)
    return ("list" if marked * 2 >= len(lines) else "text"), None
