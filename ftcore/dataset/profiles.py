"""The profile of a data set: a small value that says what its examples have in common. It is kept with the project, so that one
edited row is checked in the light of all others without reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from math import log
from typing import Any, Literal, cast

from ftcore.dataset.traits.spelling import squashed

Kind = Literal["labels", "json", "text"]
KINDS: tuple[Kind, ...] = ("labels", "json", "text")
SIZES = ("prompt_size", "response_size")
MOST_LABELS = 500
OTHER_SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
"""The white space of ASCII, but for the space."""
ENOUGH_ROWS = 20
"""Of fewer rows nothing is said to be unusual."""
NARROWEST = 0.2
"""Lengths that hardly differ at all would make a comma an outlier."""
NORMAL_DEVIATION = 0.6745
"""Turns a median absolute deviation into a standard deviation (Iglewicz and Hoaglin 1993, "modified z-score")."""


@dataclass(frozen=True, slots=True)
class Spread:
    """`median` in characters; `deviation`: the median absolute deviation of the natural logarithms."""

    median: float = 0.0
    deviation: float = 0.0

    def z(self, length: int) -> float:
        """How unusual a length is: robust standard deviations of the logarithm, below 0 for short ones."""
        if self.median <= 0 or length <= 0:
            return 0.0
        return NORMAL_DEVIATION * (log(length) - log(self.median)) / max(self.deviation, NARROWEST)


@dataclass(frozen=True, slots=True)
class Profile:
    """`kind` of the answers; `proper` is the share of the longer answers that end with a full stop or the like; `counts` how
    often each label occurs (None for other kinds), `spellings` how it was written each time.

    `rows` and `answers` (those not empty) are numbers of examples, and so are all other counts: `habits` (what few examples
    have, by name), `systems` (the commonest system prompts; "" is none), `shapes`, `keys` (of JSON objects), `scripts` and
    `languages` of the answers ("" is not known).
    """

    kind: Kind = "text"
    proper: float = 0.0
    counts: Counter[str] | None = None
    known: bool = False
    """False when nobody has looked at the data set, and this is only a default."""
    rows: int = 0
    answers: int = 0
    spellings: Mapping[str, int] = field(default_factory=dict)
    prompt_size: Spread = Spread()
    response_size: Spread = Spread()
    habits: Mapping[str, int] = field(default_factory=dict)
    systems: Mapping[str, int] = field(default_factory=dict)
    shapes: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    scripts: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    _system: str | None = field(init=False, repr=False, compare=False, default=None)
    _usual: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        # Of equally many the first in the alphabet: a store may give the names back in any order.
        system = min(self.systems, key=lambda text: (-self.systems[text], text), default=None)
        object.__setattr__(self, "_system", system)
        for label in sorted(self.spellings, key=lambda label: (-self.spellings[label], label)):
            self._usual.setdefault(squashed(label), label)

    def is_label(self, answer: str) -> bool:
        """True for an answer that several examples give, in a data set of labels."""
        return self.counts is not None and self.counts[normal(answer)] > 1

    def usual_system(self) -> str | None:
        """The commonest system prompt, "" when that is none; None when nothing is known."""
        return self._system

    def usual(self) -> Mapping[str, str]:
        """The commonest spelling of each label, by its letters (`squashed`), commonest first."""
        return self._usual

    def is_unusual(self, habit: str, share: float) -> bool:
        """True when at most this share of the *other* examples have the habit, and there are enough to say so."""
        return self.rows >= ENOUGH_ROWS and self.habits.get(habit, 0) - 1 <= share * (self.rows - 1)

    def to_json(self) -> dict[str, Any]:
        """A plain value for a JSON column."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        sizes = {name: asdict(values[name]) for name in SIZES}
        return {name: dict(v) if isinstance(v, Mapping) else v for name, v in values.items()} | sizes

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Profile:
        """The profile that `to_json` gave; names that are not known are left out, so that an older program reads a newer one."""
        known = {f.name for f in fields(cls) if f.init}
        values: dict[str, Any] = {name: item for name, item in value.items() if name in known}
        if values.get("kind") not in KINDS:
            values.pop("kind", None)
        for name in SIZES:
            if name in values:
                values[name] = Spread(**values[name])
        if values.get("counts") is not None:
            values["counts"] = Counter(cast("dict[str, int]", values["counts"]))
        return cls(**values)


UNKNOWN = Profile()


def normal(text: str) -> str:
    """A text without what does not change its meaning: case, outer punctuation, doubled spaces."""
    return (text if _is_single_spaced(text) else " ".join(text.split())).strip(" .,!?;:\"'").casefold()


def _is_single_spaced(text: str) -> bool:
    """True for most texts: nothing is to be split and joined again."""
    if "  " in text:
        return False
    if not text.isascii():
        return text.isprintable()  # then it holds no white space but the space
    for space in OTHER_SPACES:  # noqa: SIM110 - a loop over single characters: the quickest way
        if space in text:
            return False
    return True
