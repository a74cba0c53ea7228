"""Exports of a project: which rows, what they lose, what is written."""

from __future__ import annotations

import json
import zipfile

from ftcore.dataset import curation, exports, health_of, turn_edits
from ftcore.dataset.bulk import Selection
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.exports import Look, Made, Wanted
from ftcore.dataset.targets import Fate
from ftcore.records import Filter, Project, Split, Status, TrainingExample
from ftcore.store import projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.workspace import Workspace
from tests.splitting import fill, plain


def test_an_export_leaves_private_rows_out_unless_they_are_wanted(
    db: Database, project: Project, workspace: Workspace
) -> None:
    ids = fill(db, project, plain(20))
    curation.save(db, project.id, [CellEdit(id_, None, {"private": True}) for id_ in ids[:3]], who="DK")
    folder = workspace.folder("exports")
    seen, made = exports.look(db, project.id, Wanted("openai")), exports.make(db, project.id, Wanted("openai"), folder)
    assert (seen.rows, seen.private, seen.written) == (20, 3, 17)
    assert (made.rows, made.private, made.name) == (17, 3, "train.jsonl")
    assert len((folder / made.file).read_text().splitlines()) == 17
    assert exports.make(db, project.id, Wanted("openai", private=True), folder).rows == 20


def test_several_files_come_as_one_zip_under_the_short_instructions(
    db: Database, project: Project, workspace: Workspace
) -> None:
    with db.write() as c:
        projects.set_prompts(c, project.id, base="Long.", tuned="Be brief.")
    fill(db, project, [*plain(20), *plain(30, Split.TEST)[20:]])
    folder = workspace.folder("exports")
    made = exports.make(db, project.id, Wanted("openai"), folder)
    assert made.name == "letters-openai.zip"
    assert dict(made.files) == {"train.jsonl": 20, "test.jsonl": 10}
    with zipfile.ZipFile(folder / made.file) as archive:
        first = json.loads(archive.read("train.jsonl").splitlines()[0])
    assert first["messages"][0] == {"role": "system", "content": "Be brief."}
    assert Made.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_corrected_answers_become_pairs_and_the_others_are_counted_by_reason(
    db: Database, project: Project, workspace: Workspace
) -> None:
    with db.write() as c:
        projects.set_prompts(c, project.id, base="", tuned="Be brief.")
    ids = fill(db, project, plain(20))
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "a better answer"})], who="DK")
    curation.save(
        db, project.id, [CellEdit(ids[1], None, {"response": "other", "prompt": "another question"})], who="DK"
    )
    turn_edits.save(db, project.id, ids[2], {"worse": "a bad answer"}, version=None, who="DK", label="Chose")
    seen = exports.look(db, project.id, Wanted("openai-dpo"))
    assert seen.pairs == seen.written == 2
    reasons = {one.sentence: one.rows for one in seen.losses if one.fate is Fate.LEFT_OUT}
    assert reasons == {
        "The answer is as it was imported.": 17,
        "The question was changed as well, so the old answer was an answer to something else.": 1,
    }
    assert exports.losing(db, project.id, Wanted("openai-dpo"), list(reasons)[1]) == [ids[1]]
    assert Look.from_json(json.loads(json.dumps(seen.to_json()))) == seen
    made = exports.make(db, project.id, Wanted("openai-dpo"), workspace.folder("exports"))
    lines = [json.loads(line) for line in (workspace.folder("exports") / made.file).read_text().splitlines()]
    worse = {line["non_preferred_output"][0]["content"] for line in lines}
    assert worse == {"label 0", "a bad answer"}
    assert all(line["input"]["messages"][0]["content"] == "Be brief." for line in lines)


def test_chosen_rows_alone_are_exported(db: Database, project: Project, workspace: Workspace) -> None:
    ids = fill(db, project, plain(20), approve=False)
    folder = workspace.folder("exports")
    assert exports.make(db, project.id, Wanted("csv", Selection(ids=tuple(ids[:4]))), folder).rows == 4
    where = Selection(where=Filter(text="tent"))
    assert exports.make(db, project.id, Wanted("mlx", where, True), folder).rows == 2


def test_what_a_format_cannot_hold_is_known_before(db: Database, project: Project) -> None:
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    called = TrainingExample(
        [{"role": "user", "content": "Where?"}, {"role": "assistant", "tool_calls": [call]}], tools=[tool]
    )
    ids = fill(db, project, [*plain(12), NewExample(called, Split.TRAIN)])
    seen = exports.look(db, project.id, Wanted("alpaca"))
    lost = [one for one in seen.losses if one.fate is Fate.LEFT_OUT]
    assert [one.rows for one in lost] == [1]
    assert exports.losing(db, project.id, Wanted("alpaca"), lost[0].sentence) == [ids[-1]]
    assert seen.written == 12


def test_health_is_that_of_the_approved_rows(db: Database, project: Project) -> None:
    import msgspec

    from ftcore.dataset.health import Health

    ids = fill(db, project, plain(30))
    curation.decide(db, project.id, ids[:5], Status.REJECTED, who="DK")
    found = health_of.examine(db, project.id)
    assert found.rows == 25
    assert msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(found))), Health) == found
