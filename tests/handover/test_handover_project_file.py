"""A project as one file: given to a colleague and taken in again, and nothing else comes with it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.handover import project_file, take_over, unpacking
from ftcore.handover.errors import HandoverError
from ftcore.records import Filter, Project
from ftcore.store import carrying, decisions, endpoints, examples, imports, journal, projects, snapshots
from ftcore.store.database import Database, open_database
from ftcore.store.journal import Edit
from ftcore.workspace import Workspace
from tests.handover.conftest import fill, rich

CANARY = "zanzibarquux"


def content(path: Path) -> dict[str, Any]:
    """What the file says, without when it was made."""
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(found["manifest.json"])
    del manifest["made_at"]
    return {**found, "manifest.json": manifest}


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The file with its parts changed, as somebody might."""
    other = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if (made := change(name, source.read(name))) is not None:
                target.writestr(name, made)
    return other


@pytest.fixture
def handed(db: Database, shelves: tuple[Project, list[int]], tmp_path: Path) -> Path:
    with db.write() as c:
        decision = {"answers": {"q": "yes"}, "reasons": ["style"], "recommendation": {"headline": "Do."}, "note": "n"}
        carrying.settings_in(
            c,
            shelves[0].id,
            {
                "project": {"name": "Shelves"},
                "decisions": [{**decision, "who": "DK"}],
                "views": [{"name": "Mine", "query": {"filter": {"tag": "shelf", "row_set": 4}}, "created_by": "DK"}],
            },
        )
    return project_file.hand_over(db, shelves[0].id, tmp_path / "shelves.tuneworthy").path


def test_what_was_handed_over_and_taken_in_is_the_same_when_it_is_handed_over_again(
    db: Database, shelves: tuple[Project, list[int]], handed: Path, tmp_path: Path
) -> None:
    taken = take_over.take_over(db, handed, who="EM")
    assert (taken.examples, taken.versions, taken.broken, taken.left_out) == (12, 2, (), ())
    again = project_file.hand_over(db, taken.project.id, tmp_path / "again.tuneworthy").path
    first, second = content(handed), content(again)
    del first["manifest.json"]["views"], second["manifest.json"]["views"]  # a stored set of rows does not travel
    assert second == first
    with db.read() as c:
        ours, theirs = (snapshots.of_project(c, id_) for id_ in (shelves[0].id, taken.project.id))
        assert [(s.digest, s.name, s.train, s.test, s.tokens) for s in theirs] == [
            (s.digest, s.name, s.train, s.test, s.tokens) for s in ours
        ]
        before, after = (
            [
                row
                for where in (Filter(), Filter(trashed=True))
                for part in examples.stream(c, id_, where)
                for row in part
            ]
            for id_ in (shelves[0].id, taken.project.id)
        )
        assert [
            (r.training, r.status, r.split, r.tags, r.note, r.ignored, r.changed_by, r.changed_at) for r in after
        ] == [(r.training, r.status, r.split, r.tags, r.note, r.ignored, r.changed_by, r.changed_at) for r in before]
        assert [examples.original(c, r.id) for r in after] == [examples.original(c, r.id) for r in before]
        known = decisions.latest(c, taken.project.id)
        new = projects.get(c, taken.project.id)
    assert known is not None
    assert (known.answers, known.reasons, known.who) == ({"q": "yes"}, ["style"], "DK")
    assert (new.base_prompt, new.tuned_prompt, new.limits) == (
        "Say the aisle in full.",
        "Say it.",
        {"off": ["shouting"]},
    )


@settings(deadline=None, max_examples=10)
@given(st.data())
def test_any_project_comes_through_as_it_is(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("laws")
    db = open_database(folder / "t.db")
    text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
    with db.write() as c:
        project = projects.create(c, "p")
    ids = fill(db, project.id, data.draw(st.integers(0, 4)))
    for id_ in ids:
        wire = {
            "messages": [
                {"role": "user", "content": data.draw(text)},
                {"role": "assistant", "content": data.draw(text)},
            ]
        }
        values = {"note": data.draw(text), "tags": data.draw(st.lists(text, max_size=3)), "training": wire}
        with db.write() as c:
            journal.save(c, project.id, [Edit(id_, values)], who="t", label="x")
    first = project_file.hand_over(db, project.id, folder / "1.tuneworthy").path
    taken = take_over.take_over(db, first, who="t")
    second = project_file.hand_over(db, taken.project.id, folder / "2.tuneworthy").path
    assert content(first) == content(second)
    db.close()


def test_endpoints_keys_addresses_and_paths_are_never_in_the_file(
    db: Database, workspace: Workspace, shelves: tuple[Project, list[int]], tmp_path: Path
) -> None:
    with db.write() as c:
        endpoints.put(c, f"name-{CANARY}", base_url=f"https://{CANARY}.example/v1", key_source=f"file:/keys/{CANARY}")
    workspace.trainer_token.write_text(CANARY)
    path = project_file.hand_over(db, shelves[0].id, tmp_path / "p.tuneworthy").path
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert CANARY.encode() not in everything
    assert str(tmp_path).encode() not in everything


def test_a_file_never_sets_an_endpoint(db: Database, handed: Path) -> None:
    def planted(name: str, made: bytes) -> bytes:
        if name != "manifest.json":
            return made
        said = json.loads(made)
        said["endpoints"] = [{"name": "evil", "base_url": "https://evil.example/v1"}]
        said["project"]["endpoint_id"] = 4
        return json.dumps(said).encode()

    take_over.take_over(db, rewritten(handed, planted), who="EM")
    with db.read() as c:
        assert endpoints.every(c) == []


def test_private_rows_and_the_versions_that_hold_them_stay_at_home(
    db: Database, shelves: tuple[Project, list[int]], tmp_path: Path
) -> None:
    project, ids = shelves
    with db.write() as c:
        secret = {"messages": [{"role": "user", "content": CANARY}, {"role": "assistant", "content": "x"}]}
        journal.save(c, project.id, [Edit(ids[5], {"private": True, "training": secret})], who="DK", label="x")
    made = project_file.hand_over(db, project.id, tmp_path / "p.tuneworthy")
    assert (made.examples, made.private_rows, made.versions) == (11, 1, 0)
    assert made.private_versions == ("First aisle", "Second")
    with zipfile.ZipFile(made.path) as archive:
        assert all(CANARY.encode() not in archive.read(name) for name in archive.namelist())
    whole = project_file.hand_over(db, project.id, tmp_path / "whole.tuneworthy", private=True)
    assert (whole.examples, whole.private_rows, whole.versions) == (12, 0, 2)
    taken = take_over.take_over(db, whole.path, who="EM")
    with db.read() as c:
        assert len(examples.private_ids(c, taken.project.id)) == 1


def test_broken_lines_are_listed_with_their_line_and_the_others_are_taken(db: Database, handed: Path) -> None:
    def spoilt(name: str, made: bytes) -> bytes:
        lines = made.split(b"\n")
        if name == "examples.jsonl":
            lines[1] = b'{"row": 2, "training": {"messages": "none"}}'
            lines[3] = b"{not json"
            lines[4] = (
                b'{"row":5,"unknown":[1],"training":{"messages":[{"role":"user","content":"hi"}]},"status":"queen"}'
            )
        return b"\n".join(lines)

    taken = take_over.take_over(db, rewritten(handed, spoilt), who="EM")
    assert [(row.line, row.reason) for row in taken.broken] == [
        (2, "there is no conversation in it"),
        (4, "it is no JSON"),
    ]
    assert taken.examples == 10
    with db.read() as c:
        (kept,) = imports.of_project(c, taken.project.id)
        assert [row.line for row in imports.rejected(c, kept.id)] == [2, 4]
        drafts = [row for row in examples.every(c, taken.project.id) if row.training.prompt == "hi"]
    assert [row.status for row in drafts] == ["draft"]


def test_a_version_that_was_tampered_with_is_left_out_and_named(db: Database, handed: Path) -> None:
    def changed(name: str, made: bytes) -> bytes:
        return made.replace(b"In aisle 3.", b"In aisle 4.") if name == "versions/1.jsonl" else made

    taken = take_over.take_over(db, rewritten(handed, changed), who="EM")
    assert taken.versions == 1
    assert taken.left_out == (
        "Version “First aisle” is not what it was when it was made: its rows do not match its hash.",
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, made: made.replace(b'"version": 1', b'"version": 2'), "newer version"),
        (lambda name, made: made.replace(b"tuneworthy-project", b"something-else"), "not a project file"),
        (lambda name, made: None if name == "manifest.json" else made, "manifest.json is missing"),
        (lambda name, made: b"{" if name == "manifest.json" else made, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words_and_nothing_is_left(
    db: Database, handed: Path, change: Callable[[str, bytes], bytes | None], said: str
) -> None:
    with db.read() as c:
        before = [*projects.every(c), *projects.archived(c)]
    with pytest.raises(HandoverError, match=said) as refused:
        take_over.take_over(db, rewritten(handed, change), who="EM")
    assert "Nothing was taken in" in str(refused.value)
    with db.read() as c:
        assert [*projects.every(c), *projects.archived(c)] == before


def test_what_is_no_zip_is_refused_in_words(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "holiday.tuneworthy"
    path.write_bytes(b"GIF89a")
    with pytest.raises(HandoverError, match=r"holiday\.tuneworthy is not a project file"):
        take_over.take_over(db, path, who="EM")


def test_sizes_are_checked_before_anything_is_unpacked(
    db: Database, handed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 1_000)
    with pytest.raises(HandoverError, match="at most"):
        take_over.take_over(db, handed, who="EM")
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 1 << 30)
    monkeypatch.setattr(unpacking, "MAX_LINE", 300)
    with pytest.raises(HandoverError):
        take_over.take_over(db, handed, who="EM")


def test_a_path_in_the_file_is_not_used(db: Database, handed: Path, workspace: Workspace) -> None:
    other = handed.with_name("evil.tuneworthy")
    with zipfile.ZipFile(handed) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            made = source.read(name)
            target.writestr(name, made.replace(b"shelves.csv", b"../../../../etc/passwd"))
        target.writestr("../../escaped.txt", "x")
    taken = take_over.take_over(db, other, who="EM")
    with db.read() as c:
        assert {row.source for row in examples.every(c, taken.project.id)} == {"passwd"}
    assert not list(workspace.root.parent.rglob("escaped.txt"))


TAKER = """
import sys
from pathlib import Path
from ftcore.handover import take_over
from ftcore.store.database import open_database
db = open_database(Path(sys.argv[1]))
print("ready", flush=True)
take_over.take_over(db, Path(sys.argv[2]), who="EM", task_id=7)
"""


@pytest.mark.faults
def test_taking_in_that_is_killed_leaves_nothing_in_sight_and_begins_anew(db: Database, tmp_path: Path) -> None:
    project, _ = rich(db)
    fill(db, project.id, 9_000)
    path = project_file.hand_over(db, project.id, tmp_path / "p.tuneworthy").path
    for wait in (0.2, 0.9):
        taker = subprocess.Popen([sys.executable, "-c", TAKER, str(db.path), str(path)], stdout=subprocess.PIPE)
        assert taker.stdout is not None
        taker.stdout.readline()
        time.sleep(wait)
        taker.kill()
        taker.wait()
        with db.read() as c:
            assert [one.id for one in projects.every(c)] == [project.id]
    taken = take_over.take_over(db, path, who="EM", task_id=7)
    assert taken.examples == 9_012
    assert take_over.take_over(db, path, who="EM", task_id=7).project.id == taken.project.id
    with db.read() as c:
        assert {one.id for one in projects.every(c)} == {project.id, taken.project.id}
        assert projects.archived(c) == []
