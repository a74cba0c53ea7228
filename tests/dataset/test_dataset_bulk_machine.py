"""Edits, actions on many rows, undo and redo by two people in any order, against a plain model of lists and dictionaries."""

from __future__ import annotations

import copy
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ftcore.dataset import bulk, curation, turn_edits
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import Action, Replacement
from ftcore.dataset.curation import CellEdit
from ftcore.records import Filter, Split, Status, TrainingExample
from ftcore.store import examples, imports, journal, projects
from ftcore.store.database import Database, open_database
from ftcore.store.examples import NewExample
from tests.conftest import times

WORDS = ("refund", "card", "tent")
ROWS = 7
TEXT = st.sampled_from(["a refund", "the card", "Card and card", "", "tent 5", "ﬁ ß"])
WHO = st.sampled_from(["DK", "AB"])
WHICH = st.one_of(
    st.builds(lambda word: Filter(text=word), st.sampled_from(WORDS)),
    st.builds(lambda status: Filter(status=status), st.sampled_from(list(Status))),
    st.builds(lambda tag: Filter(tag=tag), st.sampled_from(["ask", "x"])),
    st.sampled_from(
        [Filter(), Filter(split=Split.TEST), Filter(split="none"), Filter(private=True), Filter(trashed=True)]
    ),
)
ACTIONS = st.one_of(
    st.builds(Action, st.just("status"), st.sampled_from([s.value for s in Status])),
    st.builds(Action, st.sampled_from(["tag", "untag"]), st.sampled_from(["ask", "x"])),
    st.builds(Action, st.just("split"), st.sampled_from([s.value for s in Split])),
    st.builds(Action, st.just("system"), st.sampled_from(["Be brief.", ""])),
    st.builds(Action, st.sampled_from(["private", "trash"]), st.booleans()),
    st.builds(
        lambda find, put: Action("replace", Replacement(find, put, ("prompt", "response"), case=True)),
        st.sampled_from(["card", "a", "refund"]),
        st.sampled_from(["card", "", "cat"]),
    ),
)
Row = dict[str, Any]


class Curating(RuleBasedStateMachine):
    """The model: rows as dictionaries, and two stacks of whole states."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.db: Database = open_database(self.folder / "t.db")
        self.rows: dict[int, Row] = {}
        self.done: list[dict[int, Row]] = []
        self.undone: list[dict[int, Row]] = []
        self.tasks = 0
        self.pause, bulk.PAUSE = bulk.PAUSE, 0

    def teardown(self) -> None:
        bulk.PAUSE = self.pause
        self.db.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        with self.db.write() as c:
            self.project = projects.create(c, "Model").id
            taken = imports.start(c, self.project, file_name="f", sha256="", shape="", who="DK")
            new = [NewExample(_training(f"about the {WORDS[n % 3]} {n}", f"answer {n}")) for n in range(ROWS)]
            examples.add(c, self.project, new, import_id=taken, source="f", who="DK")
            for row in examples.every(c, self.project):
                self.rows[row.id] = _row(row.training.prompt, row.training.response)

    @rule(row=st.integers(0, ROWS - 1), text=TEXT, field=st.sampled_from(["prompt", "response"]), who=WHO)
    def edit(self, row: int, text: str, field: str, who: str) -> None:
        id_ = sorted(self.rows)[row]
        curation.save(self.db, self.project, [CellEdit(id_, None, {field: text})], who=who)
        self._becomes({id_: {**self.rows[id_], field: text}})

    @rule(row=st.integers(0, ROWS - 1), tags=st.lists(st.sampled_from(["ask", "x", "y"]), unique=True), who=WHO)
    def tag_one(self, row: int, tags: list[str], who: str) -> None:
        id_ = sorted(self.rows)[row]
        curation.save(self.db, self.project, [CellEdit(id_, None, {"tags": tags, "note": "n"})], who=who)
        self._becomes({id_: {**self.rows[id_], "tags": tags, "note": "n"}})

    @rule(row=st.integers(0, ROWS - 1), text=TEXT, who=WHO)
    def edit_what_was_seen_long_ago(self, row: int, text: str, who: str) -> None:
        """A version that is not the row's any more is never overwritten."""
        id_ = sorted(self.rows)[row]
        saved = curation.save(self.db, self.project, [CellEdit(id_, 10**6, {"response": text})], who=who)
        assert bool(saved.conflicts) == (self.rows[id_]["response"] != text)
        assert not saved.changed

    @rule(which=WHICH, action=ACTIONS, who=WHO, by_task=st.booleans())
    def act_on_what_matches(self, which: Filter, action: Action, who: str, by_task: bool) -> None:
        matching = {id_ for id_, row in self.rows.items() if _matches(row, which)}
        self._act(Selection(where=which), matching, action, who, by_task)

    @rule(places=st.sets(st.integers(0, ROWS - 1)), action=ACTIONS, who=WHO, by_task=st.booleans())
    def act_on_ticked(self, places: set[int], action: Action, who: str, by_task: bool) -> None:
        ids = {sorted(self.rows)[place] for place in places}
        self._act(Selection(ids=tuple(ids)), ids, action, who, by_task)

    @rule(text=TEXT.filter(bool), who=WHO)
    def add(self, text: str, who: str) -> None:
        made = turn_edits.add(self.db, self.project, _training(text, "yes"), who=who)
        state = {**copy.deepcopy(self.rows), made: {**_row(text, "yes"), "split": "train", "trashed": True}}
        self.rows = state
        for known in (*self.done, *self.undone):  # before, it lay in the trash
            known[made] = copy.deepcopy(state[made])
        self._becomes({made: {**state[made], "trashed": False}})

    @rule(who=WHO, by_task=st.booleans())
    def undo(self, who: str, by_task: bool) -> None:
        with self.db.read() as c:
            change = journal.next_undo(c, self.project)
        assert (change is None) == (not self.done)
        if by_task and change is not None:
            bulk.turn(self.db, self.project, change.id, back=True, who=who)
        else:
            curation.undo(self.db, self.project, who=who)
        if self.done:
            self.undone.append(self.rows)
            self.rows = self.done.pop()

    @rule(who=WHO, by_task=st.booleans())
    def redo(self, who: str, by_task: bool) -> None:
        with self.db.read() as c:
            change = journal.next_redo(c, self.project)
        assert (change is None) == (not self.undone)
        if by_task and change is not None:
            bulk.turn(self.db, self.project, change.id, back=False, who=who)
        else:
            curation.redo(self.db, self.project, who=who)
        if self.undone:
            self.done.append(self.rows)
            self.rows = self.undone.pop()

    @invariant()
    def the_store_is_as_the_model(self) -> None:
        with self.db.read() as c:
            stored = {row.id: row for row in examples.get_many(c, list(self.rows))}
            counts = examples.counts(c, self.project)
        for id_, row in self.rows.items():
            kept = stored[id_]
            assert (kept.training.prompt, kept.training.response, kept.training.system) == (
                row["prompt"],
                row["response"],
                row["system"],
            )
            assert (kept.status.value, kept.split and kept.split.value, list(kept.tags), kept.note) == (
                row["status"],
                row["split"],
                row["tags"],
                row["note"],
            )
            assert (kept.private, kept.trashed) == (row["private"], row["trashed"])
        assert counts.trashed == sum(row["trashed"] for row in self.rows.values())
        assert counts.total == len(self.rows) - counts.trashed

    def _act(self, selection: Selection, ids: set[int], action: Action, who: str, by_task: bool) -> None:
        self.tasks += 1
        task = self.tasks if by_task else None
        done = bulk.carry_out(self.db, self.project, selection, action, who=who, task_id=task)
        new = {id_: _after(self.rows[id_], action) for id_ in ids}
        assert done.changed == sum(new[id_] != self.rows[id_] for id_ in new)
        self._becomes(new)

    def _becomes(self, new: dict[int, Row]) -> None:
        """One change, when something is different."""
        if all(self.rows[id_] == row for id_, row in new.items()):
            return
        self.done.append(copy.deepcopy(self.rows))
        self.undone = []
        self.rows = {**copy.deepcopy(self.rows), **copy.deepcopy(new)}


def _after(row: Row, action: Action) -> Row:
    value = action.value
    if action.kind == "tag":
        return {**row, "tags": row["tags"] if value in row["tags"] else [*row["tags"], value]}
    if action.kind == "untag":
        return {**row, "tags": [tag for tag in row["tags"] if tag != value]}
    if action.kind == "replace":
        return row | {name: row[name].replace(value.find, value.put) for name in value.fields}
    return {**row, {"trash": "trashed"}.get(action.kind, action.kind): value}


def _matches(row: Row, where: Filter) -> bool:
    words = f"{row['prompt']} {row['response']} {row['system']} {row['note']}".lower().split()
    return (
        row["trashed"] == where.trashed
        and (not where.text or any(word.startswith(where.text) for word in words))
        and (where.status is None or row["status"] == where.status.value)
        and (where.split is None or (row["split"] or "none") == str(where.split))
        and (not where.tag or where.tag in row["tags"])
        and (not where.private or row["private"])
    )


def _row(prompt: str, response: str) -> Row:
    kept = {"prompt": prompt, "response": response, "system": "", "note": "", "tags": []}
    return kept | {"status": "draft", "split": None, "private": False, "trashed": False}


def _training(prompt: str, response: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": prompt}, {"role": "assistant", "content": response}])


TestCurating = Curating.TestCase
TestCurating.settings = settings(
    max_examples=times(15, 400),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
