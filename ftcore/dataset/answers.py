"""What the answers of a data set have in common: labels, JSON or text. Other rules are read in this light."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ftcore.dataset.profiles import MOST_LABELS, Kind, Profile, Spread, normal
from ftcore.dataset.traits.case import is_shouted
from ftcore.dataset.traits.echoes import echo
from ftcore.dataset.traits.languages import has_english, quick_language_of
from ftcore.dataset.traits.markup import has_markup
from ftcore.dataset.traits.prefixes import leading_label
from ftcore.dataset.traits.scripts import script_of
from ftcore.dataset.traits.sizes import Sizes
from ftcore.dataset.traits.texts import Texts
from ftcore.records import TrainingExample

__all__ = [
    "MOST_LABELS",
    "Kind",
    "Profile",
    "Profiler",
    "Spread",
    "as_json",
    "describe",
    "ends_properly",
    "kind_of",
    "meaning",
    "normal",
    "profile",
    "shape_of",
]

LABEL_CHARACTERS = 60
LONG_ENOUGH = 40
MOST_SYSTEMS = 200
KEPT_SYSTEMS = 10
MOST_KEYS = 300


class Profiler:
    """Looks at examples one after the other and keeps counts only, so that a million rows need no more memory than a thousand.

    `Profiler().add(some).add(more).profile()`. The same examples in the same order give the same profile, however they are
    cut into chunks.
    """

    def __init__(self) -> None:
        self._rows = self._answers = self._short = self._long = self._proper = 0
        self._distinct: set[str] = set()
        self._spellings: Counter[str] = Counter()
        self._systems: Counter[str] = Counter()
        self._habits: Counter[str] = Counter()
        self._shapes: Counter[str] = Counter()
        self._keys: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._scripts: Counter[str] = Counter()
        self._prompts, self._responses = Sizes(), Sizes()

    def add(self, examples: Iterable[TrainingExample]) -> Profiler:
        for example in examples:
            self._add(Texts(example))
        return self

    def profile(self) -> Profile:
        json_answers = self._shapes["object"] + self._shapes["list"]
        kind = _kind(self._answers, json_answers, self._short, len(self._distinct))
        labels = kind == "labels"
        return Profile(
            kind=kind,
            proper=self._proper / self._long if self._long else 0.0,
            counts=_by_meaning(self._spellings) if labels else None,
            known=True,
            rows=self._rows,
            answers=self._answers,
            spellings=dict(self._spellings) if labels else {},
            prompt_size=self._prompts.spread(),
            response_size=self._responses.spread(),
            habits=dict(self._habits),
            systems=dict(self._systems.most_common(KEPT_SYSTEMS)),
            shapes=dict(self._shapes),
            keys=dict(self._keys) if kind == "json" else {},
            scripts=dict(self._scripts),
            languages=dict(self._languages),
        )

    def _add(self, texts: Texts) -> None:
        self._rows += 1
        system = texts.system.strip()
        if len(self._systems) < MOST_SYSTEMS or system in self._systems:
            self._systems[system] += 1
        prompt, answer = texts.prompt, texts.response
        if prompt and not prompt.isspace():
            self._prompts.add(len(prompt))
        for habit in _habits(texts):
            self._habits[habit] += 1
        if answer and not answer.isspace():
            self._add_answer(answer)
            self._add_tongue(texts)

    def _add_answer(self, answer: str) -> None:
        self._answers += 1
        self._responses.add(len(answer))
        self._add_shape(answer)
        if len(answer) >= LONG_ENOUGH:
            self._long += 1
            self._proper += ends_properly(answer)
        written = answer.strip()
        is_short = len(answer) <= LABEL_CHARACTERS and "\n" not in written
        self._short += is_short
        # Twice as many as there may be: more are no labels, and need no counting.
        if len(self._distinct) <= 2 * MOST_LABELS:
            self._distinct.add(normal(answer) if is_short else str(hash(normal(answer))))
        if is_short and (written in self._spellings or len(self._spellings) < 2 * MOST_LABELS):
            self._spellings[written] += 1

    def _add_tongue(self, texts: Texts) -> None:
        prompt, answer = texts.prompt, texts.response
        script, language = script_of(answer), quick_language_of(answer)
        self._scripts[script] += 1
        self._languages[language] += 1
        if script and not texts.is_western and script_of(prompt) not in ("", script):
            self._habits["other_script"] += 1
        elif language == "English" and has_english(prompt):
            pass
        elif language and quick_language_of(prompt) not in ("", language):
            self._habits["other_language"] += 1

    def _add_shape(self, answer: str) -> None:
        shape, value = _shape(answer)
        self._shapes[shape] += 1
        for key in value if isinstance(value, dict) else ():
            if key in self._keys or len(self._keys) < MOST_KEYS:
                self._keys[key] += 1


def _habits(texts: Texts) -> list[str]:
    """What the example has that most examples have not, by the names that `Profile.habits` counts."""
    prompt, answer = texts.prompt, texts.response
    found = []
    for where, text in (("prompt", prompt), ("response", answer)):
        if is_shouted(text):
            found.append(f"{where}_upper")
        label, _ = leading_label(text, where)
        if label:
            found.append(f"{where}_label:{label}")
    if has_markup(texts.joined):
        found.append("markup")
    if echo(prompt, answer):
        found.append("echo")
    return found


def profile(examples: Iterable[TrainingExample]) -> Profile:
    """Looks at all examples once; at the answers that are not empty."""
    return Profiler().add(examples).profile()


def describe(examples: Sequence[TrainingExample]) -> Kind:
    """labels, json or text: also what the primary scorer is proposed by."""
    return kind_of([answer for example in examples if (answer := example.response).strip()])


def kind_of(answers: Sequence[str]) -> Kind:
    """json when four of five answers are JSON objects or lists; labels when few short answers come again and again."""
    json_answers = sum(as_json(answer) is not None for answer in answers)
    short = sum(len(answer) <= LABEL_CHARACTERS and "\n" not in answer.strip() for answer in answers)
    return _kind(len(answers), json_answers, short, len({normal(answer) for answer in answers}))


def _kind(answers: int, json_answers: int, short: int, distinct: int) -> Kind:
    if not answers:
        return "text"
    if json_answers >= 0.8 * answers:
        return "json"
    few = distinct <= min(MOST_LABELS, answers / 2)
    return "labels" if few and short >= 0.95 * answers else "text"


def _by_meaning(spellings: Counter[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for written, number in spellings.items():
        counts[normal(written)] += number
    return counts


def shape_of(answer: str) -> str:
    """object or list (JSON), code (nothing but a code block), or text."""
    return _shape(answer)[0]


def _shape(answer: str) -> tuple[str, Any]:
    first = answer.lstrip()[:3]
    if first == "```":
        return ("code" if answer.rstrip().endswith("```") and answer.count("```") == 2 else "text"), None
    if first[:1] not in ("{", "["):
        return "text", None
    value = as_json(answer)
    return ("text" if value is None else "object" if isinstance(value, dict) else "list"), value


def as_json(text: str) -> Any | None:
    """The object or list that a text is; None when it is no JSON, or only a number or a word."""
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return None
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def ends_properly(text: str) -> bool:
    """False for an ending that an answer has when it was cut off: a letter, a comma, a dash, an open bracket."""
    last = text.rstrip()[-1:]
    return bool(last) and (last.isdecimal() or (not last.isalnum() and last not in ",-–—(&+="))


def meaning(text: str) -> str:
    """What an answer says, for comparing: JSON without its layout, the order of keys and of lists of words; other texts without
    case and outer punctuation."""
    value = as_json(text)
    return normal(text) if value is None else json.dumps(_unordered(value), sort_keys=True, ensure_ascii=False)


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_unordered(item) for item in value]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return value
