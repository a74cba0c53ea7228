"""What identifies a set of examples, wherever it is computed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ftcore.chat import to_line
from ftcore.records import SnapshotRow


def digest(rows: Sequence[SnapshotRow]) -> str:
    """sha256 (64 hex digits) over the rows' splits and canonical lines, sorted: ids and order play no part."""
    total = hashlib.sha256()
    for split, line in sorted((row.split.value, to_line(row.training)) for row in rows):
        total.update(f"{split}\t{line}\n".encode())
    return total.hexdigest()
