"""A file read and checked without keeping anything: what `tuneworthy check` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ftcore.chat import count_tokens
from ftcore.dataset import sources
from ftcore.dataset.checks import Limits, Profile, check_many, profile
from ftcore.dataset.checks.across import Across
from ftcore.dataset.checks.contradiction import CODE as CONTRADICTION
from ftcore.dataset.checks.exact_duplicate import conversation
from ftcore.dataset.duplicates import Pair, clusters
from ftcore.dataset.leakage import Leak, leaks_of
from ftcore.dataset.raw import SourceError
from ftcore.records import Accepted, Mapping, Problem, Rejected, Severity, TrainingExample

FIRST_LEAKS = 20
NO_SPLITS = "No column of the file says which split a row is in. Name it with --split-column; it should hold train, validation or test."


@dataclass(frozen=True, slots=True)
class Lengths:
    """Of the accepted examples, in tokens; `p95` is the length that 95 of 100 examples do not exceed."""

    total: int = 0
    median: int = 0
    p95: int = 0
    max: int = 0
    min: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """`problems` counts rows by code; `clusters` are groups of near-duplicates and `alike` the rows in them, first ones included and exact
    copies not; `leaks` (None when splits were not asked for) name rows by their lines, `leaking` counts these rows. `has_errors` is
    True when a row was rejected, has an error, or is tested on and trained on."""

    read: int
    accepted: int
    rejected: tuple[Rejected, ...]
    lengths: Lengths
    problems: dict[str, int]
    clusters: int
    alike: int
    leaks: tuple[Leak, ...] | None
    leaking: int
    has_errors: bool

    @property
    def tokens(self) -> int:
        return self.lengths.total

    def to_json(self) -> dict[str, Any]:
        lengths = self.lengths
        found: dict[str, Any] = {
            "read": self.read,
            "accepted": self.accepted,
            "rejected": [{"line": row.line, "reason": row.reason} for row in self.rejected],
            "tokens": self.tokens,
            "token_lengths": {name: getattr(lengths, name) for name in ("total", "median", "p95", "max", "min")},
            "problems": self.problems,
            "near_duplicates": {"clusters": self.clusters, "rows": self.alike},
            "contradictions": self.problems.get(CONTRADICTION, 0),
        }
        if self.leaks is not None:
            first = [_leak(leak) for leak in self.leaks[:FIRST_LEAKS]]
            found["leakage"] = {"pairs": len(self.leaks), "rows": self.leaking, "first": first}
        return found


def inspect_file(path: Path, mapping: Mapping | None = None, *, splits: bool = False) -> Inspection:
    """`splits` looks for leakage between the splits that the file names. Raises SourceError when the whole file cannot be read, or when
    it names no split and `splits` were asked for."""
    records = list(sources.read(path, mapping, name=path.name))
    accepted = [record for record in records if isinstance(record, Accepted)]
    rejected = tuple(record for record in records if isinstance(record, Rejected))
    if splits and not any(row.split for row in accepted):
        raise SourceError(NO_SPLITS)
    examples = [row.training for row in accepted]
    light = profile(examples)
    across = Across(with_answers=light.kind == "text")
    across.add(range(len(examples)), examples)
    compared = across.findings(lambda rows: {row: examples[row] for row in rows}, Limits(), light)
    found = [*_by_row(examples, light), *compared]
    pairs = list(across.pairs(lambda rows: {row: examples[row] for row in rows}, Limits().similarity, light))
    together = clusters(pair for pair in pairs if not _is_copy(pair, examples))
    leaks = _leaks(pairs, across, accepted) if splits else None
    codes = Counter(code for _, code in {(row, problem.code) for row, problem in found})
    errors = any(problem.severity == Severity.ERROR for _, problem in found)
    return Inspection(
        read=len(records),
        accepted=len(accepted),
        rejected=rejected,
        lengths=lengths_of([count_tokens(example) for example in examples]),
        problems=dict(codes.most_common()),
        clusters=len(together),
        alike=sum(len(cluster.rows) for cluster in together),
        leaks=leaks if leaks is None else tuple(_by_line(leak, accepted) for leak in leaks),
        leaking=len({row for leak in leaks or () for row in (leak.test_id, leak.train_id)}),
        has_errors=bool(rejected or errors or any(leak.severity == Severity.ERROR for leak in leaks or ())),
    )


def lengths_of(tokens: Sequence[int]) -> Lengths:
    """The lower one of the two middle lengths is the median of an even number."""
    if not tokens:
        return Lengths()
    ordered = sorted(tokens)
    return Lengths(
        sum(ordered),
        ordered[(len(ordered) - 1) // 2],
        ordered[-(-95 * len(ordered) // 100) - 1],
        ordered[-1],
        ordered[0],
    )


def _by_row(examples: Sequence[TrainingExample], light: Profile) -> Iterator[tuple[int, Problem]]:
    for row, found in enumerate(check_many(examples, Limits(), light)):
        yield from ((row, problem) for problem in found)


def _is_copy(pair: Pair, examples: Sequence[TrainingExample]) -> bool:
    return pair.similarity == 1.0 and conversation(examples[pair.earlier]) == conversation(examples[pair.later])


def _leaks(pairs: Sequence[Pair], across: Across, accepted: Sequence[Accepted]) -> list[Leak]:
    return leaks_of(pairs, {row: record.split for row, record in enumerate(accepted)}, across.same_questions())


def _by_line(leak: Leak, accepted: Sequence[Accepted]) -> Leak:
    return replace(leak, test_id=accepted[leak.test_id].line, train_id=accepted[leak.train_id].line)


def _leak(leak: Leak) -> dict[str, Any]:
    return {
        "splits": [split.value for split in leak.splits],
        "lines": [leak.test_id, leak.train_id],
        "similarity": round(leak.similarity, 3),
        "exact": leak.exact,
        "severity": leak.severity.value,
    }
