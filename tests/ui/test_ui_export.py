"""Export: shapes, rows, what is lost before it is lost, private rows, and the file."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation, exports
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.exports import Wanted
from ftcore.dataset.targets import TARGETS, Kind
from ftcore.records import Filter, Project, Split, TrainingExample
from ftcore.store import examples, projects, row_sets, tasks
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.ui.split import split_panel
from ftcore.workspace import open_workspace
from tests.splitting import fill, plain, talk
from tests.ui.test_ui_split import opened, said, worker

Open = Callable[..., AppTest]
__all__ = ["worker"]


@pytest.fixture
def project(db: Database) -> Project:
    with db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, "Letters")


def chosen(test: AppTest, kind: Kind, target: str) -> AppTest:
    test.selectbox(key="export-kind").set_value(kind).run()
    test.selectbox(key=f"export-target-{kind}").set_value(target).run()
    assert not test.exception
    return test


def downloads(test: AppTest) -> list[str]:
    return [button.label for button in test.get("download_button")]


def test_every_shape_can_be_chosen_and_says_what_it_is(db: Database, project: Project, open_page: Open) -> None:
    fill(db, project, [*plain(10), *plain(14, Split.TEST)[10:]])
    test = opened(open_page, "export-fold")
    for kind in Kind:
        test.selectbox(key="export-kind").set_value(kind).run()
        options = test.selectbox(key=f"export-target-{kind}").options
        assert options == [one.label for one in TARGETS.values() if one.kind is kind]
    chosen(test, Kind.SFT, "mlx")
    assert TARGETS["mlx"].help in said(test)


def test_the_files_are_written_and_then_downloaded_as_one(db: Database, project: Project, open_page: Open) -> None:
    fill(db, project, [*plain(10), *plain(14, Split.TEST)[10:]])
    test = chosen(opened(open_page, "export-fold"), Kind.SFT, "mlx")
    assert "14 of 14 rows can be written." in said(test)
    test.button(key="export-go").click().run()
    assert not test.exception
    assert f"Download {project.file_name}-mlx.zip" in downloads(test)
    assert "train.jsonl (10 rows)" in said(test)
    (path,) = open_workspace().folder("exports").glob("*.zip")
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert set(archive.namelist()) >= {"train.jsonl", "test.jsonl"}


def test_what_was_written_stays_to_be_downloaded_when_something_changes_after_it(
    db: Database, project: Project, open_page: Open
) -> None:
    ids = fill(db, project, [*plain(10), *plain(14, Split.TEST)[10:]])
    test = chosen(opened(open_page, "export-fold"), Kind.SFT, "mlx")
    test.button(key="export-go").click().run()
    curation.save(db, project.id, [CellEdit(ids[0], None, {"note": "Later."})], who="DK")
    test.run()
    assert not test.exception
    assert f"Download {project.file_name}-mlx.zip" in downloads(test)
    assert "was changed after these files were written" in said(test)


def test_private_rows_are_left_out_until_somebody_puts_them_in(db: Database, project: Project, open_page: Open) -> None:
    ids = fill(db, project, plain(20))
    curation.save(db, project.id, [CellEdit(id_, None, {"private": True}) for id_ in ids[:3]], who="DK")
    test = opened(open_page, "export-fold")
    assert "3 private rows are not in these files" in said(test)
    assert len(split_panel._file(project.id, Split.TRAIN).splitlines()) == 17
    assert "17 of 20 rows can be written." in said(test)
    assert not test.checkbox(key="export-private").value
    test.checkbox(key="export-private").check().run()
    assert "20 of 20 rows can be written." in said(test)


def test_what_a_shape_cannot_hold_is_listed_before_and_leads_to_the_rows(
    db: Database, project: Project, open_page: Open
) -> None:
    turns = [{"role": role, "content": f"{role} {at} says so"} for at in range(2) for role in ("user", "assistant")]
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    ids = fill(db, project, [*plain(12), NewExample(TrainingExample(turns, tools=[tool]), Split.TRAIN)])
    with db.read() as c:
        known = exports.look(db, project.id, Wanted("alpaca"))
        del c
    test = chosen(opened(open_page, "export-fold"), Kind.SFT, "alpaca")
    assert known.losses
    assert all(f"1 row {'left out' if known.written < 13 else 'changed'}" in said(test) for _ in known.losses)
    test.button(key="loss-0").click().run()
    assert not test.exception
    with db.read() as c:
        kept = row_sets.of_project(c, project.id)[0]
        assert [row.id for row in examples.page(c, project.id, Filter(row_set=kept.id)).rows] == [ids[-1]]


def test_pairs_say_how_many_there_are_and_why_rows_give_none(db: Database, project: Project, open_page: Open) -> None:
    ids = fill(db, project, plain(20))
    test = chosen(opened(open_page, "export-fold"), Kind.PREFERENCE, "openai-dpo")
    assert "There is nothing to write. Correct answers" in said(test)
    assert not any(button.key == "export-go" for button in test.button)
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "a better answer"})], who="DK")
    test.run()
    assert "1 pair of a better and a worse answer, from 20 rows." in said(test)
    assert "19 rows left out: The answer is as it was imported." in said(test)
    test.button(key="export-go").click().run()
    assert "Download train.jsonl" in downloads(test)[-1]


def test_the_ticked_rows_and_the_tables_can_be_exported(db: Database, project: Project, open_page: Open) -> None:
    ids = fill(db, project, plain(20), approve=True)
    test = opened(open_page, "export-fold")
    test.session_state[f"ticked-{project.id}"] = set(ids[:4])
    test.run()
    test.selectbox(key="export-rows").set_value("ticked").run()
    chosen(test, Kind.PEOPLE, "csv")
    assert "4 of 4 rows can be written." in said(test)
    assert "is imported again" in said(test)
    test.button(key="export-go").click().run()
    assert not test.exception
    assert any(label.endswith(".csv") for label in downloads(test))


def test_very_many_rows_are_looked_at_and_written_by_the_worker(
    db: Database, project: Project, open_page: Open, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 10)
    fill(db, project, [*plain(20), NewExample(talk("Why so?", "Because."), Split.TEST)])
    test = chosen(opened(open_page, "export-fold"), Kind.SFT, "trl")
    for key in ("export-look", "export-go"):
        test.button(key=key).click().run()
        _until_idle(db, project)
        test.run()
        assert not test.exception
    assert f"Download {project.file_name}-trl.zip" in downloads(test)
    (path,) = open_workspace().folder("exports").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        assert len(archive.read("train.jsonl").splitlines()) == 20
        assert json.loads(archive.read("test.jsonl"))["messages"][-1]["content"] == "Because."


def _until_idle(db: Database, project: Project) -> None:
    ends = time.monotonic() + 60
    while True:
        with db.read() as c:
            if not tasks.open_tasks(c, project.id):
                return
        assert time.monotonic() < ends
        time.sleep(0.1)
