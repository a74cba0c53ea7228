"""What identifies a set of examples, wherever it is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from ftcore.chat import to_line
from ftcore.records import SnapshotRow


class Digest:
    """Takes rows one after the other, keeping 32 bytes of each; `hexdigest` is the same in whatever order they came."""

    def __init__(self) -> None:
        self._hashes: list[bytes] = []

    def add(self, row: SnapshotRow) -> str:
        """Gives the row's canonical line."""
        line = to_line(row.training)
        named = f"{row.split.value}\t{line}"
        if row.worse:  # a row of pairs; all other digests are as they were before there were any
            named += f"\t{json.dumps(row.worse)}"
        self._hashes.append(hashlib.sha256(named.encode()).digest())
        return line

    def hexdigest(self) -> str:
        total = hashlib.sha256()
        for one in sorted(self._hashes):
            total.update(one)
        return total.hexdigest()


def digest(rows: Iterable[SnapshotRow]) -> str:
    """sha256 (64 hex digits) over the sorted sha256 of the rows' splits and canonical lines, and of the worse answers of
    pairs: ids and order play no part."""
    found = Digest()
    for row in rows:
        found.add(row)
    return found.hexdigest()
