"""Import mode: several files, the inbox, a file that is here already, and what is said when an import stops."""

from __future__ import annotations

import csv
import io
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import triage
from ftcore.dataset.inbox import place_of, waiting
from ftcore.dataset.intake import take_in
from ftcore.dataset.sources import SourceError
from ftcore.records import Filter, Mapping, Split, Task, TaskState
from ftcore.store import examples, imports, projects, tasks
from ftcore.store.database import Database
from ftcore.ui import sidebar
from ftcore.ui.imports import import_plan, import_progress, import_waiting
from ftcore.worker.loop import work
from ftcore.workspace import Workspace, open_workspace
from tests import reviewing

Open = Callable[..., AppTest]
KEYED = Mapping(input="q", output="a", key="id")


@pytest.fixture
def project_id(db: Database) -> int:
    with db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, "Tickets").id


@pytest.fixture
def worker(db: Database) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(open_workspace(), stop), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(10)


def table(
    first: int, last: int, said: str = "It lies in drawer {}.", header: tuple[str, ...] = ("id", "q", "a")
) -> bytes:
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(header)
    lines.writerows(
        (f"T-{n}", f"Where is letter {chr(97 + n % 26) * 3} {n}?", said.format(n)) for n in range(first, last)
    )
    return out.getvalue().encode()


def test_several_files_with_the_same_columns_are_mapped_once_and_imported_one_by_one(
    db: Database, project_id: int, open_page: Open, worker: None
) -> None:
    test = open_page("curate", curate="Import")
    files = [
        ("one.csv", table(0, 20), "text/csv"),
        ("two.csv", table(20, 40), "text/csv"),
        ("other.csv", table(40, 45, header=("nr", "question", "answer")), "text/csv"),
    ]
    test.file_uploader[0].set_value(files).run()
    assert not test.exception
    assert any("1 file with other columns" in said.value for said in test.text)
    assert (test.button(key="import-file").label, len([s for s in test.selectbox if "map-input" in str(s.key)])) == (
        "Import 2 files",
        1,
    )
    number = next(n for n in test.number_input if str(n.key).startswith("test-rows"))
    number.set_value(8).run()
    test.button(key="import-file").click().run()
    assert not test.exception
    until(lambda: idle(db, project_id))
    with db.read() as c:
        taken = {one.id: one.file_name for one in imports.of_project(c, project_id)}
        rows = examples.every(c, project_id)
    assert sorted(taken.values()) == ["one.csv", "two.csv"]
    assert len(rows) == 40
    tested = [row.source for row in rows if row.split is Split.TEST]
    assert len(tested) == 8
    assert set(tested) == {"one.csv", "two.csv"}, "the test rows come from one file only"
    test.run()
    assert any("Recognised" in said.value for said in test.markdown), "the third file waits on"
    assert test.button(key="import-file").label == "Import"


def test_the_inbox_lists_plain_files_only_and_never_leads_out_of_its_folder(workspace: Workspace) -> None:
    folder = workspace.folder("inbox")
    (folder / "tickets.csv").write_bytes(table(0, 3))
    (folder / ".hidden.csv").write_bytes(b"x")
    (folder / "folder").mkdir()
    secret = workspace.root / "secret.csv"
    secret.write_bytes(b"x")
    (folder / "link.csv").symlink_to(secret)
    os.link(secret, folder / "second name.csv")
    assert {one.name for one in waiting(folder)} == {"tickets.csv", "second name.csv"}
    assert place_of(folder, "tickets.csv") == folder / "tickets.csv"
    for name in ("../secret.csv", "link.csv", "folder", ".hidden.csv", "gone.csv", str(secret), ".", ""):
        with pytest.raises(SourceError, match="in the inbox"):
            place_of(folder, name)


def test_a_file_in_the_inbox_is_looked_at_and_imported_where_it_lies(
    db: Database, project_id: int, open_page: Open, worker: None
) -> None:
    folder = open_workspace().folder("inbox")
    (folder / "tickets [1].csv").write_bytes(table(0, 20))
    test = open_page("curate", curate="Import")
    assert any("tickets [1].csv: 1 kB, just now" in said.value for said in test.text)
    test.button(key="inbox-0").click().run()
    assert not test.exception
    assert any("Recognised: a table" in said.value for said in test.markdown)
    test.button(key="import-file").click().run()
    until(lambda: idle(db, project_id))
    with db.read() as c:
        (one,) = imports.of_project(c, project_id)
        key = examples.every(c, project_id)[0].key
    assert (one.file_name, one.accepted, key) == ("tickets [1].csv", 20, "T-0")
    assert (folder / "tickets [1].csv").exists()
    assert not list(open_workspace().folder("uploads").iterdir()), "a file of the inbox is never copied"


def test_a_newer_state_of_a_file_is_shown_as_a_difference_and_what_is_ticked_is_taken(
    db: Database, project_id: int, open_page: Open, worker: None, tmp_path: object
) -> None:
    first = open_workspace().folder("uploads") / "first.upload"
    first.write_bytes(table(0, 20))
    take_in(db, project_id, first, name="tickets.csv", who="DK", mapping=KEYED)
    test = open_page("curate", curate="Import")
    newer = table(0, 18).replace(b"It lies in drawer 4.", b"It was sent on.") + table(30, 32).split(b"\n", 1)[1]
    test.file_uploader[0].set_value(("tickets.csv", newer, "text/csv")).run()
    assert not test.exception
    assert any("rows of this project have keys" in said.value for said in test.info)
    test.button(key="compare-file").click().run()
    until(lambda: idle(db, project_id))
    test.run()
    assert not test.exception
    assert any("20 read: 2 new, 1 changed, 0 changed there and here, 2 missing" in said.value for said in test.markdown)
    assert any("**It was sent on" in said.value or "sent" in said.value for said in test.markdown)
    with db.read() as c:
        assert examples.counts(c, project_id).total == 20, "looking takes nothing"
    assert [box.value for box in test.checkbox if str(box.key).startswith("take-")] == [True, True, False]
    test.button(key="take-difference").click().run()
    assert not test.exception
    until(lambda: idle(db, project_id))
    with db.read() as c:
        rows = {row.key: row for row in examples.every(c, project_id)}
    assert (len(rows), rows["T-4"].training.response) == (22, "It was sent on.")
    test.run()
    assert not any(str(button.key) == "take-difference" for button in test.button), "it was answered"
    assert any("Compared with what was here: 20 read, 1 changed, 2 new." in said.value for said in test.text)


def test_the_same_file_again_is_said_to_be_here_and_can_be_left(
    db: Database, project_id: int, open_page: Open, worker: None
) -> None:
    test = open_page("curate", curate="Import")
    for turn in range(2):
        test.file_uploader[0].set_value(("tickets.csv", table(0, 20), "text/csv")).run()
        if turn == 0:
            test.button(key="import-file").click().run()
            until(lambda: idle(db, project_id))
            test.run()
    assert any("This very file was imported on" in said.value for said in test.info)
    test.button(key="compare-file").click().run()
    until(lambda: idle(db, project_id))
    test.run()
    assert any("all 20 rows are here already. Nothing changed." in said.value for said in test.markdown)
    test.button(key="leave-difference").click().run()
    assert not test.exception
    assert any("Drop a spreadsheet" in uploader.label for uploader in test.file_uploader)
    with db.read() as c:
        assert examples.counts(c, project_id).total == 20


def test_a_stopped_import_is_said_to_have_left_nothing_and_a_failed_one_can_go_on(
    db: Database, project_id: int, open_page: Open
) -> None:
    name = "f.upload"
    path = open_workspace().folder("uploads") / name
    path.write_bytes(table(0, 30))
    payload = {"project_id": project_id, "file": name, "name": "tickets.csv", "mapping": {}, "key": "import:f"}
    with db.write() as c:
        task = tasks.put(c, "import", payload, project_id=project_id, key="import:f")
        held = tasks.lease(c)
    with pytest.raises(RuntimeError):
        take_in(db, project_id, path, name="tickets.csv", who="t", part=7, task_id=task.id, progress=dying(5))
    with db.write() as c:
        assert held is not None
        tasks.fail(c, held, "The disk is full.")
        came = imports.of_task(c, task.id)
    assert came is not None
    test = open_page("curate", curate="Import")
    assert not test.exception
    assert any("tickets.csv: The disk is full." in said.value.replace("\\", "") for said in test.error)
    assert any(f"{came.accepted} rows have come in so far" in said.value for said in test.warning)
    test.button(key=f"go-on-{task.id}").click().run()
    with db.read() as c:
        assert tasks.get(c, task.id).state is TaskState.QUEUED
    test.button(key=f"stop-{task.id}").click().run()
    with db.read() as c:
        assert [one.kind for one in tasks.open_tasks(c, project_id)] == ["take_back"]
    finish_all(db)
    test = open_page("curate", curate="Import")
    assert any(
        "tickets.csv: stopped, as asked. Nothing of it is in the project." in s.value.replace("\\", "")
        for s in test.info
    )
    with db.read() as c:
        assert (examples.counts(c, project_id).total, imports.of_project(c, project_id)) == (0, [])


def test_rows_that_were_held_out_can_be_shown(db: Database, project_id: int, open_page: Open, tmp_path: object) -> None:
    path = open_workspace().folder("uploads") / "f.upload"
    path.write_bytes(table(0, 20))
    one = take_in(db, project_id, path, name="tickets.csv", who="t")
    with db.write() as c:
        from ftcore.store import row_sets

        kept = row_sets.create(c, project_id, kind="held", label="Held out", query={}, who="t")
        row_sets.add(c, kept, [(examples.ids(c, project_id)[0], None)])
        row_sets.finish(c, kept)
        imports.tell(c, one.id, held=kept, notes=["1 row is held out as nearly the same as test examples."])
    test = open_page("curate", curate="Import")
    assert any("1 row is held out" in said.value for said in test.text)
    test.button(key=f"held-{one.id}").click().run()
    assert not test.exception
    with db.read() as c:
        assert examples.count(c, project_id, Filter(row_set=kept))[0] == 1


def test_the_bar_tells_percent_and_the_test_rows_are_shared_by_size() -> None:
    task = Task(1, "import", 1, {}, TaskState.RUNNING, done=500, total=2_000, message="Checking the examples")
    assert (import_progress.told(task), import_progress.share(task)) == ("Checking the examples: 25%", 0.25)
    assert import_plan.shares(100, 0, [300, 100]) == [75, 100]
    assert import_plan.shares(100, 60, [100, 100]) == [80, 100]
    assert import_plan.shares(None, 0, [1, 2]) == [None, None]
    assert import_plan.shares(10, 60, [5, 5]) == [10, 10]
    assert [import_waiting.size(n) for n in (5, 2_400, 3_400_000, 5_000_000_000)] == [
        "1 kB",
        "2 kB",
        "3.4 MB",
        "5.0 GB",
    ]
    assert [import_waiting.age(s) for s in (5, 600, 7_200, 200_000)] == [
        "just now",
        "10 minutes old",
        "2 hours old",
        "2 days old",
    ]


def dying(step: int) -> Callable[[int, int, str], None]:
    left = [step]

    def progress(done: int, total: int, what: str) -> None:
        left[0] -= 1
        if not left[0]:
            raise RuntimeError

    return progress


def finish_all(db: Database) -> None:
    """The worker, until nothing waits."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(open_workspace(), stop), daemon=True)
    thread.start()
    until(lambda: not open_tasks(db))
    stop.set()
    thread.join(10)


def open_tasks(db: Database) -> list[Task]:
    with db.read() as c:
        return [task for project in projects.every(c) for task in tasks.open_tasks(c, project.id)]


def idle(db: Database, project_id: int) -> bool:
    with db.read() as c:
        return not any(tasks.open_tasks(c, project_id, kind) for kind in ("import", "compare", "reimport"))


def until(happened: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


def test_before_all_are_approved_a_random_sample_is_offered_and_opens(db: Database, open_page: Open) -> None:
    project, _ = reviewing.fill(db, clean=230)
    test = open_page("curate", curate="Import")
    test.button(key="look-first").click().run()
    assert not test.exception
    assert test.session_state["curate"] == "Review"
    with db.read() as c:
        sample = triage.sample_of(c, project.id)
    assert sample is not None
    assert sample.left == 200
    test.session_state["curate"] = "Import"
    test.run()
    assert not [button for button in test.button if button.key == "look-first"], "it is offered once"


def test_the_first_import_asks_what_the_project_is_called_and_who_sits_here(
    db: Database, open_page: Open, worker: None
) -> None:
    with db.write() as c:
        project_id = projects.create(c, sidebar.UNNAMED).id
    test = open_page("curate", curate="Import")
    test.file_uploader[0].set_value([("letters_of-may.csv", table(0, 20), "text/csv")]).run()
    named = next(field for field in test.text_input if field.label == "What is this project called?")
    assert named.value == "Letters of may"
    named.set_value("Letters :red[of] May")
    next(field for field in test.text_input if field.label == "Your initials" and field.key != "initials").set_value(
        "FK"
    )
    test.button(key="import-file").click().run()
    assert not test.exception
    with db.read() as c:
        assert projects.get(c, project_id).name == "Letters :red[of] May"
        assert projects.known_people(c) == ["FK"]
    test.run()
    assert not [field for field in test.text_input if field.label == "What is this project called?"]
