"""What answers are made with goes along with a project: documents, the versions of its instructions, its terms."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from ftcore.handover import project_file, take_over
from ftcore.records import Project
from ftcore.store import documents, projects, prompts
from ftcore.store.database import Database

TERMS = {"required": ["restocking fee"], "forbidden": ["cheap"], "preferred": {"client": "customer"}}
TEXT = "# Returns\n\nThirty days. \ud83d\ude00 ünïcode\fPage two"


@pytest.fixture
def file(db: Database, shelves: tuple[Project, list[int]], tmp_path: Path) -> Path:
    project = shelves[0]
    with db.write() as c:
        prompts.add(c, project.id, "Answer kindly.", note="kinder", who="EM")
        prompts.add(c, project.id, "Answer shortly.", who="DK")
        prompts.add(c, project.id, "Answer kindly.", who="DK")  # the first again: it is the current one
        documents.add(
            c, project.id, "returns.md", TEXT.encode("utf-16", "surrogatepass").decode("utf-16"), kind="md", size=44
        )
        gone = documents.add(c, project.id, "old.md", "Removed.", kind="md", size=8)
        documents.remove(c, gone.id)
        projects.set_terms(c, project.id, TERMS)
    return project_file.hand_over(db, project.id, tmp_path / "shelves.tuneworthy").path


def test_prompts_documents_and_terms_come_along(db: Database, shelves: tuple[Project, list[int]], file: Path) -> None:
    taken = take_over.take_over(db, file, who="FK")
    assert taken.left_out == ()
    with db.read() as c:
        ours, theirs = (prompts.kept(c, id_) for id_ in (shelves[0].id, taken.project.id))
        assert [(one.number, one.text, one.note, one.who, one.created_at) for one in theirs] == [
            (one.number, one.text, one.note, one.who, one.created_at) for one in ours
        ]
        assert projects.get(c, taken.project.id).base_prompt == "Answer kindly."
        assert projects.terms(c, taken.project.id) == TERMS
        (mine,), (other,) = (documents.of_project(c, id_) for id_ in (shelves[0].id, taken.project.id))
    for name in ("name", "text", "kind", "digest", "bytes", "who", "created_at"):
        assert getattr(other, name) == getattr(mine, name), name


def test_a_document_that_was_removed_stays_here(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        assert b"Removed." not in archive.read("documents.jsonl")


def test_what_somebody_made_of_the_file_is_set_aside_or_passed_over(db: Database, file: Path) -> None:
    other = file.with_name("changed.tuneworthy")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "documents.jsonl":
                bad = {"name": "../../etc/passwd\\..\\x.exe", "text": "a", "kind": "exe", "bytes": -4, "who": "W" * 99}
                content = b"[1]\n" + json.dumps(bad).encode() + b'\n{"name": "", "text": "b"}\n' + content
            if name == "manifest.json":
                said = json.loads(content)
                said["prompts"] = [1, {"text": 2}, {"text": "One.", "who": 5}, {"text": "One."}, {"text": " "}]
                said["project"]["terms"] = {"required": ["a", 3, " "], "preferred": {"x": "y", "z": 1}, "odd": "text"}
                content = json.dumps(said).encode()
            target.writestr(name, content)
    taken = take_over.take_over(db, other, who="FK")
    assert taken.left_out == (
        "Document 1 cannot be read (it is no JSON object).",
        "Document 3 cannot be read (a document without a name or a text).",
    )
    with db.read() as c:
        assert [one.text for one in prompts.kept(c, taken.project.id)] == ["One."]
        assert projects.terms(c, taken.project.id) == {"required": ["a"], "preferred": {"x": "y"}}
        first = documents.of_project(c, taken.project.id)[0]
    assert (first.name, first.kind, first.bytes, first.who) == ("x.exe", "txt", 0, "W" * 16)


def test_a_file_of_before_has_none_of_it(db: Database, file: Path) -> None:
    other = file.with_name("before.tuneworthy")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "documents.jsonl":
                continue
            if name == "manifest.json":
                said = json.loads(content)
                del said["prompts"], said["project"]["terms"]
                content = json.dumps(said).encode()
            target.writestr(name, content)
    taken = take_over.take_over(db, other, who="FK")
    with db.read() as c:
        assert prompts.kept(c, taken.project.id) == []
        assert documents.of_project(c, taken.project.id) == []
        assert projects.terms(c, taken.project.id) == {}


def test_a_long_text_comes_in_pieces_and_too_long_a_one_is_set_aside(
    db: Database, shelves: tuple[Project, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_file, "PIECE", 7)
    text = "\u5e97" * 30 + "\U0001f600" * 11
    with db.write() as c:
        for name, words in (("long.txt", text), ("short.txt", "words"), ("longer.txt", text * 3)):
            documents.add(c, shelves[0].id, name, words, kind="txt", size=9)
    file = project_file.hand_over(db, shelves[0].id, tmp_path / "long.tuneworthy").path
    monkeypatch.setattr(take_over, "MAX_DOCUMENT", len(text) + 1)
    taken = take_over.take_over(db, file, who="FK")
    with db.read() as c:
        found = [(one.name, one.text) for one in documents.of_project(c, taken.project.id)]
    assert found == [("long.txt", text), ("short.txt", "words")]
    assert [said[:27] for said in taken.left_out] == ["Document 3 cannot be read ("]
