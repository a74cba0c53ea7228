"""A page of 100 rows by keyset, against the same page by OFFSET, far down in a large project; and one edit against nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from ftcore.records import TrainingExample
from ftcore.store import examples, imports, projects
from ftcore.store.database import open_database
from ftcore.store.examples import NewExample
from ftcore.store.schema import examples as table
from tests.bench.measure import Row, in_turn

ROWS = 100_000


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(Path(folder) / "bench.db")
        with db.write() as c:
            project = projects.create(c, "bench")
            import_id = imports.start(c, project.id, file_name="f", sha256="", shape="", who="b")
            rows = [NewExample(_talk(i), tokens=20, line=i) for i in range(ROWS)]
            examples.add(c, project.id, rows, import_id=import_id, source="f", who="b")
            after = examples.ids_of_import(c, import_id)[ROWS - 200]

        def keyset() -> int:
            with db.read() as c:
                return len(examples.page(c, project.id, after=after).rows)

        def offset() -> int:
            mine = select(table).where(table.c.project_id == project.id).order_by(table.c.id)
            with db.read() as c:
                return len(c.execute(mine.offset(ROWS - 200).limit(100)).all())

        yield Row(
            f"page at row {ROWS - 200:,}", *in_turn(keyset, offset, 15), "keyset with problems, against OFFSET without"
        )
        db.close()


def _talk(i: int) -> TrainingExample:
    return TrainingExample(
        [{"role": "user", "content": f"question {i} " * 10}, {"role": "assistant", "content": f"answer {i}"}]
    )
