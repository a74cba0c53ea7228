"""A project's rows as an export is given them."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.preferences import pair_of
from ftcore.dataset.targets import ExportRow, Kind
from ftcore.records import Example, Filter, TrainingExample
from ftcore.store import examples, projects
from ftcore.store.database import Database

PORTION = 2_000


def export_rows_of(db: Database, project_id: int, where: Filter, kind: Kind) -> Iterator[ExportRow]:
    """The rows that match, oldest first. For training they stand under the project's short instructions where they have none;
    for pairs, the worse answer is the one that was judged worse or, of a corrected answer, the imported one."""
    with db.read() as c:
        short = projects.get(c, project_id).tuned_prompt
    after = 0
    while True:
        with db.read() as c:
            part = next(examples.stream(c, project_id, where, after=after, chunk=PORTION), None)
            if part is None:
                return
            edited = [row for row in part if kind is Kind.PREFERENCE and row.version > 1 and not row.worse]
            originals = {row.id: examples.original(c, row.id) for row in edited}
        yield from (_row(row, short if kind is not Kind.PEOPLE else "", originals.get(row.id)) for row in part)
        after = part[-1].id


def _row(row: Example, short: str, original: TrainingExample | None) -> ExportRow:
    training = row.training if row.training.system or not short else row.training.with_system(short)
    pair = pair_of(original, row.training) if original is not None else None
    return ExportRow(
        row.id,
        training,
        row.split,
        row.status,
        row.tags,
        row.note,
        row.key,
        row.grouping,
        row.worse or (pair.rejected if pair else None),
        row.source,
        row.line,
    )
