"""A file read and checked without keeping anything: what `tuneworthy check` says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftcore.chat import count_tokens
from ftcore.dataset import sources
from ftcore.dataset.checks import find_problems
from ftcore.records import Accepted, Mapping, Rejected, Severity


@dataclass(frozen=True, slots=True)
class Inspection:
    """`problems` counts rows by code; `has_errors` is True when a row was rejected or has an error."""

    read: int
    accepted: int
    rejected: tuple[Rejected, ...]
    tokens: int
    problems: dict[str, int]
    has_errors: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "accepted": self.accepted,
            "rejected": [{"line": row.line, "reason": row.reason} for row in self.rejected],
            "tokens": self.tokens,
            "problems": self.problems,
        }


def inspect_file(path: Path, mapping: Mapping | None = None) -> Inspection:
    """Raises SourceError when the whole file cannot be read."""
    records = list(sources.read(path, mapping, name=path.name))
    accepted = [record for record in records if isinstance(record, Accepted)]
    rejected = tuple(record for record in records if isinstance(record, Rejected))
    found = find_problems([row.training for row in accepted])
    codes = Counter(code for several in found for code in {problem.code for problem in several})
    errors = any(problem.severity == Severity.ERROR for several in found for problem in several)
    tokens = sum(count_tokens(row.training) for row in accepted)
    return Inspection(
        len(records), len(accepted), rejected, tokens, dict(codes.most_common()), bool(rejected or errors)
    )
