"""Blind rating: which pairs of answers somebody sees, in which order, and on which side each stands. The same person sees the
same rows in the same way whenever they come back; another person in another way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ftcore.records import Answer, SnapshotRow, Split, text_of
from ftcore.store import corrected, ratings, runs, snapshots
from ftcore.store.ratings import Rating
from ftcore.store.runs import Run

LEFT, RIGHT, TIE, NEITHER = "left", "right", "tie", "neither"
CHOICES = (LEFT, RIGHT, TIE, NEITHER)
"""What one says of the two that one sees: this one, that one, both are equally good, both are bad."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one question, as one person sees them. `left` and `right` are arms, which nobody is told meanwhile."""

    case_id: str
    question: str
    left: str
    right: str
    left_text: str
    right_text: str

    @property
    def arms(self) -> tuple[str, str]:
        first, second = sorted((self.left, self.right))
        return first, second


@dataclass(frozen=True, slots=True)
class Bench:
    """The pairs of one person in their order. `same` are cases whose two answers are the same: nobody is asked, both are
    equally good. `missing` counts those without both answers, `private` those that were left out."""

    run_id: int
    arms: tuple[str, str]
    who: str
    pairs: tuple[Pair, ...]
    same: tuple[str, ...]
    missing: int = 0
    private: int = 0


def bench(
    c: Connection, run: Run, arms: tuple[str, str], who: str, *, leave_out: Sequence[int] | frozenset[int] = ()
) -> Bench:
    """What `who` is to rate. Of several answers to one question the first is shown. `leave_out` are examples that are not
    to be seen: for a file that leaves the house."""
    root = corrected.chain(c, run.id)[0].id  # a corrected run is rated on in the same order
    said = _texts(runs.answers(c, run.id, Split.TEST, run.scorer), arms)
    pairs: list[Pair] = []
    same: list[str] = []
    missing = private = 0
    hidden = set(leave_out)
    for row in snapshots.rows(c, run.snapshot_id, Split.TEST):
        case_id = str(row.example_id)
        texts = said.get(case_id, {})
        if row.example_id in hidden:
            private += 1
        elif len(texts) < 2:
            missing += 1
        elif _trimmed(texts[arms[0]]) == _trimmed(texts[arms[1]]):
            same.append(case_id)
        else:
            left, right = sorted(arms, reverse=_draw(root, who, case_id, *sorted(arms))[0] % 2 == 1)
            pairs.append(Pair(case_id, question(row), left, right, texts[left], texts[right]))
    pairs.sort(key=lambda pair: _draw(root, who, "order", pair.case_id))
    return Bench(run.id, arms, who, tuple(pairs), tuple(same), missing, private)


def question(row: SnapshotRow) -> str:
    """What was asked: the question alone, or the whole conversation where there is more of it."""
    turns = [message for message in row.training.asked() if message.get("role") not in ("system", "developer")]
    if len(turns) == 1:
        return text_of(turns[0])
    return "\n\n".join(f"[{turn.get('role')}] {text_of(turn)}" for turn in turns)


def rating_of(pair: Pair, choice: str, who: str, *, note: str = "", via: str = "app") -> Rating:
    """A choice between left and right, as it is kept: by arm. Raises ValueError for a choice that is none."""
    if choice not in CHOICES:
        raise ValueError(f"“{choice[:40]}” is none of {', '.join(CHOICES)}.")
    first, second = pair.arms
    kept = choice
    if choice in (LEFT, RIGHT):
        kept = "first" if (pair.left if choice == LEFT else pair.right) == first else "second"
    return Rating(pair.case_id, first, second, who, kept, left_arm=pair.left, via=via, note=note.strip())


def keep(c: Connection, run: Run, pair: Pair, choice: str, who: str, *, note: str = "", via: str = "app") -> Rating:
    return ratings.keep(c, run.id, rating_of(pair, choice, who, note=note, via=via))


def left_to_rate(found: Bench, done: Sequence[Rating]) -> list[Pair]:
    """The pairs that this person has not rated yet, in their order."""
    rated = {rating.case_id for rating in done if rating.who == found.who}
    return [pair for pair in found.pairs if pair.case_id not in rated]


def _texts(answers: Sequence[Answer], arms: tuple[str, str]) -> Mapping[str, dict[str, str]]:
    """The first answer of each arm, by case."""
    found: dict[str, dict[str, str]] = {}
    for answer in sorted(answers, key=lambda one: one.repeat):
        if answer.arm in arms and answer.text is not None:
            found.setdefault(answer.case_id, {}).setdefault(answer.arm, answer.text)
    return found


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _draw(*parts: object) -> bytes:
    """A lot that is the same whenever it is drawn."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8", "replace")).digest()
