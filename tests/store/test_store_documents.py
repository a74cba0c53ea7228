"""Documents and versions of instructions: nothing is changed afterwards, nothing comes twice."""

from __future__ import annotations

from ftcore.store import documents, projects, prompts
from ftcore.store.database import Database
from ftcore.store.schema import metadata


def _project(db: Database, base: str = "") -> int:
    with db.write() as c:
        project = projects.create(c, "P")
        projects.set_prompts(c, project.id, base=base, tuned="short")
        return project.id


def test_the_same_document_is_kept_once_and_a_removed_one_comes_back_as_itself(db: Database):
    id_ = _project(db)
    with db.write() as c:
        first = documents.add(c, id_, "a.md", "Text", kind="md", size=4, who="DK")
        again = documents.add(c, id_, "a.md", "Text", kind="md", size=4, who="AB")
        changed = documents.add(c, id_, "a.md", "Text 2", kind="md", size=6)
        other = documents.add(c, id_, "b.md", "Text", kind="md", size=4)
        assert first == again
        assert len({first.id, changed.id, other.id}) == 3
        documents.remove(c, first.id)
        assert [one.id for one in documents.of_project(c, id_)] == [changed.id, other.id]
        assert documents.some(c, [first.id, 999])[first.id].text == "Text"
        assert documents.add(c, id_, "a.md", "Text", kind="md", size=4).id == first.id
        assert len(documents.of_project(c, id_)) == 3


def test_two_projects_have_documents_of_their_own(db: Database):
    one, two = _project(db), _project(db)
    with db.write() as c:
        assert (
            documents.add(c, one, "a.md", "T", kind="md", size=1).id
            != documents.add(c, two, "a.md", "T", kind="md", size=1).id
        )
        projects.remove(c, one)
        assert documents.of_project(c, one) == []
        assert len(documents.of_project(c, two)) == 1


def test_a_document_counts_as_a_change_of_its_project(db: Database):
    id_ = _project(db)
    with db.write() as c:
        before = projects.get(c, id_).revision
        added = documents.add(c, id_, "a.md", "T", kind="md", size=1)
        documents.remove(c, added.id)
        documents.bring_back(c, added.id)
        assert projects.get(c, id_).revision == before + 3


def test_versions_count_from_one_and_the_current_instructions_are_the_last_added(db: Database):
    id_ = _project(db, "First.")
    with db.write() as c:
        prompts.add(c, id_, "Second.", note="n", who="DK")
        prompts.add(c, id_, "First.")
        assert [(one.number, one.text) for one in prompts.kept(c, id_)] == [(1, "First."), (2, "Second.")]
        project = projects.get(c, id_)
        assert (project.base_prompt, project.tuned_prompt) == ("First.", "short")
        assert prompts.versions(c, project) == prompts.kept(c, id_)


def test_a_project_without_instructions_has_no_version(db: Database):
    id_ = _project(db)
    with db.write() as c:
        prompts.keep_current(c, id_)
        assert prompts.versions(c, projects.get(c, id_)) == []


def test_both_tables_go_with_their_project():
    for name in ("documents", "prompts"):
        (key,) = metadata.tables[name].c.project_id.foreign_keys
        assert key.ondelete == "CASCADE"
