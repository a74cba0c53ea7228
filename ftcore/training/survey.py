"""One walk through the rows of a training, and all that has to be known of them before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ftcore.chat import validate
from ftcore.dataset.freeze import tokens_of_row
from ftcore.dataset.snapshots import Digest
from ftcore.dataset.targets import openai_dpo
from ftcore.dataset.targets.row import ExportRow
from ftcore.records import Severity, SnapshotRow, Split
from ftcore.training.series import place, size_of

LONG = 1_000
"""Tokens: no server's limit for an example is below it, and nearly no example is above."""


@dataclass(frozen=True, slots=True)
class Survey:
    """`train` and `validation` are the tokens of each row, one pass; those of training in the order in which smaller parts are
    taken (`series.place`). `long` are (tokens, example) of the rows to send that have more than 1,000, the longest first. `same` are test rows of which the
    question is trained on; `broken` is (example, why) of rows that cannot be trained on. `foreign` is the part of the letters
    to send that is not plain English (not ASCII), in [0, 1]; `sent_bytes` the size of the training file."""

    digest: str
    numbers: dict[Split, int]
    train: tuple[int, ...] = ()
    validation: tuple[int, ...] = ()
    long: tuple[tuple[int, int], ...] = ()
    private: int = 0
    same: frozenset[int] = frozenset()
    broken: tuple[tuple[int, str], ...] = ()
    foreign: float = 0.0
    sent_bytes: int = 0
    system: str = ""
    test_tokens: int = 0

    def count(self, split: Split) -> int:
        return self.numbers.get(split, 0)

    @property
    def all_tokens(self) -> int:
        return sum(self.train) + sum(self.validation) + self.test_tokens

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    @property
    def sent(self) -> int:
        """Rows that leave: those of the test stay here."""
        return self.count(Split.TRAIN) + self.count(Split.VALIDATION)

    def trained(self, share: float = 1.0) -> int:
        """How many rows a job of this share learns from."""
        return size_of(share, len(self.train))

    def tokens(self, share: float = 1.0) -> int:
        """Tokens of one pass over the rows of this share."""
        return sum(self.train[: self.trained(share)])


@dataclass(slots=True)
class _Walk:
    digest: Digest = field(default_factory=Digest)
    numbers: Counter[Split] = field(default_factory=Counter)
    train: dict[int, int] = field(default_factory=dict)
    validation: list[int] = field(default_factory=list)
    long: list[tuple[int, int]] = field(default_factory=list)
    asked: dict[Split, dict[int, set[int]]] = field(default_factory=lambda: {Split.TRAIN: {}, Split.TEST: {}})
    broken: list[tuple[int, str]] = field(default_factory=list)
    private: int = 0
    letters: int = 0
    foreign: int = 0
    sent_bytes: int = 0
    system: str | None = None
    test_tokens: int = 0

    def take(self, row: SnapshotRow) -> None:
        line = self.digest.add(row)
        self.numbers[row.split] += 1
        if self.system is None:
            self.system = row.training.system
        if row.split in self.asked:
            self.asked[row.split].setdefault(hash(_asked(row)), set()).add(row.example_id)
        if reason := _fault(row):
            self.broken.append((row.example_id, reason))
        if row.split is Split.TEST:
            self.test_tokens += tokens_of_row(row)
        else:
            self._take_sent(row, line + row.worse)

    def _take_sent(self, row: SnapshotRow, line: str) -> None:
        tokens = tokens_of_row(row)
        self.private += row.private
        if tokens > LONG:
            self.long.append((tokens, row.example_id))
        plain = len(line)
        written = plain if line.isascii() else len(line.encode(errors="replace"))
        self.letters += plain
        self.foreign += 0 if line.isascii() else sum(character > "\x7f" for character in line)
        if row.split is Split.TRAIN:
            self.train[row.example_id] = tokens
            self.sent_bytes += written + 1
        else:
            self.validation.append(tokens)


def survey_of(rows: Iterable[SnapshotRow], *, beside: Callable[[Iterator[SnapshotRow]], None] | None = None) -> Survey:
    """Reads the rows once; `rows` may be a generator, of any length. `beside` is shown the same rows on the same walk, and reads
    all of them."""
    walk = _Walk()

    def walking() -> Iterator[SnapshotRow]:
        for row in rows:
            walk.take(row)
            yield row

    if beside is None:
        for _ in walking():
            pass
    else:
        beside(walking())
    digest = walk.digest.hexdigest()
    trained, tested = walk.asked[Split.TRAIN], walk.asked[Split.TEST]
    return Survey(
        digest,
        dict(walk.numbers),
        tuple(walk.train[id_] for id_ in sorted(walk.train, key=lambda id_: place(digest, id_))),
        tuple(walk.validation),
        tuple(sorted(walk.long, reverse=True)),
        walk.private,
        frozenset(id_ for asked in trained.keys() & tested.keys() for id_ in tested[asked]),
        tuple(walk.broken),
        walk.foreign / walk.letters if walk.letters else 0.0,
        walk.sent_bytes,
        walk.system or "",
        walk.test_tokens,
    )


def _fault(row: SnapshotRow) -> str:
    """Why the row cannot be trained on; "" when it can."""
    fault = next((problem for problem in validate(row.training) if problem.severity is Severity.ERROR), None)
    if fault is not None or not row.worse:
        return fault.message if fault is not None else ""
    line = openai_dpo.express(ExportRow(row.example_id, row.training, row.split, rejected=row.worse))
    return "" if line.value is not None else line.left_out


def _asked(row: SnapshotRow) -> str:
    """What a model is asked, under whichever instructions."""
    return "\n".join(str(message.get("content")) for message in row.training.asked() if message["role"] != "system")
