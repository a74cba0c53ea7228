"""`make bench`: runs every benchmark and prints a table."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.bench import (
    bench_checks,
    bench_counting,
    bench_evaluation,
    bench_generation,
    bench_import,
    bench_polling,
    bench_report,
    bench_review,
    bench_scoring,
    bench_screen,
    bench_sessions,
    bench_statistics,
    bench_store,
    bench_training,
)


def main() -> None:
    table = Table("what", "ours", "baseline", "ours / baseline", "how it is measured")
    for bench in (
        bench_store,
        bench_counting,
        bench_checks,
        bench_import,
        bench_screen,
        bench_sessions,
        bench_review,
        bench_generation,
        bench_training,
        bench_polling,
        bench_evaluation,
        bench_report,
        bench_scoring,
        bench_statistics,
    ):
        for row in bench.run():
            table.add_row(
                row.what, row.show(row.ours), row.show(row.baseline), f"{row.ours / row.baseline:.2f}", row.how
            )
    Console(width=180).print(table)


if __name__ == "__main__":
    main()
