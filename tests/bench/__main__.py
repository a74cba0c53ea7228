"""`make bench`: runs every benchmark and prints a table; `python -m tests.bench sessions report` runs only the named ones."""

from __future__ import annotations

import sys
from importlib import import_module

from rich.console import Console
from rich.table import Table

BENCHES = (
    "store",
    "counting",
    "checks",
    "import",
    "screen",
    "sessions",
    "review",
    "generation",
    "training",
    "polling",
    "evaluation",
    "report",
    "scoring",
    "statistics",
)


def main(wanted: list[str]) -> None:
    if unknown := set(wanted) - set(BENCHES):
        raise SystemExit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
    table = Table("what", "ours", "baseline", "ours / baseline", "how it is measured")
    for name in wanted or BENCHES:
        for row in import_module(f"tests.bench.bench_{name}").run():
            table.add_row(
                row.what, row.show(row.ours), row.show(row.baseline), f"{row.ours / row.baseline:.2f}", row.how
            )
    Console(width=180).print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
