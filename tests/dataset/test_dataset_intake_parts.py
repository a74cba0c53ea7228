"""A large file comes in parts: it goes on after a death without doubles, can be taken back, and ends as a small one would."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ftcore.dataset.freeze import take_snapshot
from ftcore.dataset.intake import take_back, take_in
from ftcore.dataset.sources import SourceError
from ftcore.records import Filter, JobState, Mapping, Project, Split
from ftcore.store import endpoints, examples, imports, jobs, problems, projects, tasks
from ftcore.store.database import Database
from tests.conftest import write_csv

PART = 7


class Killed(BaseException):
    """Stands for the death of the process."""


def dying_at(step: int) -> Callable[[int, int, str], None]:
    """Progress that ends the process at its `step`-th report."""
    left = [step]

    def progress(done: int, total: int, what: str) -> None:
        left[0] -= 1
        if not left[0]:
            raise Killed

    return progress


def letters(folder: Path, number: int = 60) -> Path:
    rows = [
        (f"What is matter {chr(97 + i % 26)}{i} of the file about?", f"It is about number {i}.") for i in range(number)
    ]
    rows[5] = ("", "an answer without a question")
    rows[23] = ("a question\nof two lines, 23", "It is about that.")
    rows[40] = ("another question without", "")
    return write_csv(folder / "f.csv", rows)


def state(db: Database, project: Project) -> list[tuple[object, ...]]:
    with db.read() as c:
        rows = examples.every(c, project.id)
        found = {row.id: sorted((p.code, p.related is None) for p in problems.of_example(c, row.id)) for row in rows}
        (one,) = imports.of_project(c, project.id)
        aside = [(r.line, r.reason, r.raw) for r in imports.rejected(c, one.id)]
    told = [(one.read, one.accepted, one.rejected, one.consumed, one.state), *aside]
    return [*((r.line, r.training.prompt, r.split, r.tokens, tuple(found[r.id])) for r in rows), *told]


def test_a_file_in_parts_ends_as_the_same_file_in_one(db: Database, project: Project, tmp_path: Path) -> None:
    path = letters(tmp_path)
    with db.write() as c:
        other = projects.create(c, "In one")
    take_in(db, project.id, path, name="f.csv", who="t", part=PART)
    take_in(db, other.id, path, name="f.csv", who="t")
    assert state(db, project) == state(db, other)
    with db.read() as c:
        assert projects.get(c, project.id).base_prompt == projects.get(c, other.id).base_prompt != ""
        assert projects.get(c, project.id).profile == projects.get(c, other.id).profile != {}


def test_a_death_at_any_step_leaves_no_double_and_loses_nothing(db: Database, project: Project, tmp_path: Path) -> None:
    path = letters(tmp_path)
    take_in(db, project.id, path, name="f.csv", who="t", part=PART)
    whole = state(db, project)
    steps = 0
    while True:
        steps += 1
        with db.write() as c:
            again = projects.create(c, f"Death {steps}")
        try:
            take_in(db, again.id, path, name="f.csv", who="t", part=PART, task_id=steps, progress=dying_at(steps))
        except Killed:
            take_in(db, again.id, path, name="f.csv", who="t", part=PART, task_id=steps)
            assert state(db, again) == whole, f"died at step {steps}"
        else:
            break
    assert steps > 60 // PART, "it never died between its parts"


def test_rows_are_to_be_seen_as_they_come_and_have_no_split_yet(db: Database, project: Project, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        take_in(db, project.id, letters(tmp_path), name="f.csv", who="t", part=PART, progress=dying_at(5))
    with db.read() as c:
        (one,) = imports.of_project(c, project.id)
        rows = examples.every(c, project.id)
    assert (one.state, one.consumed, one.accepted + one.rejected) == ("reading", one.consumed, one.consumed)
    assert 0 < len(rows) == one.accepted < 57
    assert {row.split for row in rows} == {None}


def test_the_command_line_goes_on_with_the_same_file(db: Database, project: Project, tmp_path: Path) -> None:
    path = letters(tmp_path)
    with pytest.raises(Killed):
        take_in(db, project.id, path, name="f.csv", who="t", part=PART, progress=dying_at(6))
    take_in(db, project.id, path, name="f.csv", who="t", part=PART)
    with db.read() as c:
        assert [one.accepted for one in imports.of_project(c, project.id)] == [58]
        assert examples.counts(c, project.id).total == 58


def test_a_cancelled_import_is_taken_back_whole(db: Database, project: Project, tmp_path: Path) -> None:
    first = write_csv(tmp_path / "first.csv", [(f"An older question, number {i}?", "Yes, so it is.") for i in range(4)])
    take_in(db, project.id, first, name="first.csv", who="t")
    with pytest.raises(Killed):
        take_in(db, project.id, letters(tmp_path), name="f.csv", who="t", part=PART, task_id=3, progress=dying_at(8))
    with db.read() as c:
        begun = imports.of_task(c, 3)
    assert begun is not None
    assert take_back(db, begun.id) == begun.accepted > 0
    with db.read() as c:
        assert [one.file_name for one in imports.of_project(c, project.id)] == ["first.csv"]
        assert examples.counts(c, project.id).total == 4
        assert not imports.rejected(c, begun.id)
        assert examples.count(c, project.id, Filter(text="matter")) == (0, False)
        assert [task.kind for task in tasks.open_tasks(c, project.id)] == ["check"]


def test_a_file_that_changed_in_between_is_not_gone_on_with(db: Database, project: Project, tmp_path: Path) -> None:
    path = letters(tmp_path)
    with pytest.raises(Killed):
        take_in(db, project.id, path, name="f.csv", who="t", part=PART, task_id=1, progress=dying_at(6))
    letters(tmp_path, 61)
    with pytest.raises(SourceError, match="has changed since its import began"):
        take_in(db, project.id, path, name="f.csv", who="t", part=PART, task_id=1)
    with db.read() as c:
        assert (imports.of_project(c, project.id), examples.counts(c, project.id).total) == ([], 0)


def test_a_file_that_breaks_off_in_its_middle_leaves_nothing(
    db: Database, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftcore.dataset.intake import parts

    def broken(*arguments: object) -> int:
        if writes:
            raise SourceError("The file is damaged after row 14.")
        writes.append(1)
        return real(*arguments)  # type: ignore[arg-type]

    writes: list[int] = []
    real = parts.write_part
    monkeypatch.setattr(parts, "write_part", broken)
    with pytest.raises(SourceError, match="damaged after row 14"):
        take_in(db, project.id, letters(tmp_path), name="f.csv", who="t", part=PART, task_id=1)
    with db.read() as c:
        assert (imports.of_project(c, project.id), examples.counts(c, project.id).total) == ([], 0)


def test_banking77_is_read_whole_and_by_its_physical_lines(db: Database, project: Project, shared_data: Path) -> None:
    path = shared_data / "banking77" / "train.csv"
    told: list[tuple[int, int, str]] = []
    one = take_in(db, project.id, path, name="train.csv", who="t", progress=lambda *step: told.append(step))
    assert (one.read, one.accepted, one.rejected, one.state) == (10_003, 10_003, 0, "done")
    with db.read() as c:
        rows = examples.every(c, project.id)
        light = projects.get(c, project.id).profile
    newlines = path.read_bytes().count(b"\n")
    assert (rows[0].line, rows[-1].line, newlines) == (2, newlines, 10_017)
    lines = [row.line or 0 for row in rows]
    assert lines == sorted(set(lines))
    assert light["kind"] == "labels"
    tested = [row for row in rows if row.split is Split.TEST]
    assert len(tested) == 500
    assert len({row.training.response for row in tested}) == 77, "every label has its share of the test"
    reading = [(done, total) for done, total, what in told if what == "Reading" and total]
    assert reading == sorted(reading)
    assert len({done for done, _ in reading}) > 5, "the bar never moved"


def test_rows_of_one_group_are_never_divided(db: Database, project: Project, tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    rows = [
        {"q": f"What about {chr(97 + i % 26) * 3} {i}?", "a": f"This is {i}.", "customer": i // 4} for i in range(80)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    mapping = Mapping(input="q", output="a", grouping="customer")
    for part in (PART, 1000):
        with db.write() as c:
            again = projects.create(c, str(part))
        take_in(db, again.id, path, name="f.jsonl", who="t", mapping=mapping, part=part)
        sides: dict[str, set[Split | None]] = {}
        with db.read() as c:
            for row in examples.every(c, again.id):
                sides.setdefault(row.grouping, set()).add(row.split)
        assert len(sides) == 20
        assert all(len(side) == 1 for side in sides.values())
        assert {Split.TEST, Split.TRAIN} <= {side for several in sides.values() for side in several}


def test_a_sample_of_a_file_in_parts_is_the_sample_of_the_file(db: Database, project: Project, tmp_path: Path) -> None:
    path = letters(tmp_path)
    with db.write() as c:
        other = projects.create(c, "In one")
    with pytest.raises(Killed):
        take_in(db, project.id, path, name="f.csv", who="t", rows=31, part=PART, task_id=1, progress=dying_at(5))
    take_in(db, project.id, path, name="f.csv", who="t", rows=31, part=PART, task_id=1)
    take_in(db, other.id, path, name="f.csv", who="t", rows=31)
    assert state(db, project) == state(db, other)
    with db.read() as c:
        assert imports.of_project(c, project.id)[0].read == 31


@pytest.mark.parametrize("part", [PART, 1000])
def test_once_a_model_was_trained_no_new_row_is_tested_and_twins_of_test_rows_are_held_out(
    db: Database, project: Project, tmp_path: Path, part: int
) -> None:
    take_in(db, project.id, letters(tmp_path), name="f.csv", who="t", test_rows=10)
    with db.read() as c:
        tested = [row for row in examples.every(c, project.id) if row.split is Split.TEST]
    trained(db, project.id)
    twin = (tested[0].training.prompt.upper() + "!", tested[0].training.response)
    more = [
        (f"Is door {chr(97 + i % 26) * 4}{i} of the house open?", f"Yes, door {i} is open.", "test") for i in range(20)
    ]
    path = tmp_path / "more.csv"
    write_table(path, [*more, (*twin, "")])
    one = take_in(db, project.id, path, name="more.csv", who="t", test_rows=30, part=part)
    with db.read() as c:
        rows = examples.every(c, project.id)
        held = examples.ids(c, project.id, Filter(row_set=one.held))
    assert {row.id for row in rows if row.split is Split.TEST} == {row.id for row in tested}
    (out,) = [row for row in rows if row.id in held]
    assert (out.training.prompt, out.split) == (twin[0], None)
    assert out.note.startswith("It is nearly the same as a test example")
    assert any("20 rows that the file has for the test went elsewhere" in note for note in one.notes)
    assert any("1 row is held out" in note for note in one.notes)
    assert all(row.split is not None for row in rows if row.id not in held)


def trained(db: Database, project_id: int, state: JobState = JobState.SUCCEEDED, step: int = 5) -> int:
    with db.write() as c:
        taken = take_snapshot(c, project_id, who="t").id
        endpoint = endpoints.put(c, "away", base_url="http://127.0.0.1:9/v1", key_source="")
        job = jobs.plan(
            c,
            project_id,
            snapshot_id=taken,
            endpoint_id=endpoint.id,
            key=f"k{state}{step}",
            base_model="m",
            hyperparameters={},
            system_prompt="",
            seed=0,
            who="t",
        )
        jobs.change(c, job.id, state=state, step=step)
        return job.id


def write_table(path: Path, rows: list[tuple[str, str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("question", "answer", "split"), *rows])
