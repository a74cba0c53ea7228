"""A decision goes along with its project: how each answer is known, its records, the figures; and a file cannot break it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.decision import load
from ftcore.handover import project_file, reading, take_over
from ftcore.journey import deciding
from ftcore.records import Action, Project
from ftcore.store import assumptions, decision_records, decisions
from ftcore.store.database import Database
from ftcore.ui.decide import decide_state

NOTE = "Dana says so. <b>Really</b> 😀"


@pytest.fixture
def file(db: Database, shelves: tuple[Project, list[int]], tmp_path: Path) -> Path:
    project_id = shelves[0].id
    decide_state.answer(db, project_id, "prompt_optimized", "unsure", who="DK")
    decide_state.know(db, project_id, "prompt_optimized", "note", NOTE, who="DK")
    decide_state.know(db, project_id, "prompt_optimized", "link", "https://wiki.example/p", who="the shop's manager")
    decide_state.know(db, project_id, "quality_training_data", "attached", ["checks", "run:1"], who="DK")
    decide_state.detail(db, project_id, "calls_a_month", 8000, who="DK")
    decide_state.detail(db, project_id, "failures", ["a", "", "c"], who="DK")
    for why in ("First.", "Then."):
        deciding.record(
            db,
            project_id,
            load(),
            choice="improve_prompt",
            why=why,
            review_on="2027-02-28",
            who="DK",
            by="The board",
        )
    with db.write() as c:
        assumptions.put(c, project_id, "calls", [5000, None])
        assumptions.put(c, project_id, "tuned_as", "together/x")
    return project_file.hand_over(db, project_id, tmp_path / "shelves.tuneworthy").path


def changed(file: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    other = file.with_name("changed.tuneworthy")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                said = json.loads(content)
                change(said)
                content = json.dumps(said).encode()
            target.writestr(name, content)
    return other


def test_what_was_decided_and_recorded_comes_along(
    db: Database, shelves: tuple[Project, list[int]], file: Path
) -> None:
    taken = take_over.take_over(db, file, who="FK").project
    with db.read() as c:
        ours, theirs = (decisions.latest(c, id_) for id_ in (shelves[0].id, taken.id))
        recorded, others = (decision_records.of_project(c, id_) for id_ in (shelves[0].id, taken.id))
        figures = assumptions.get(c, taken.id)
    assert ours is not None
    assert theirs is not None
    for name in ("answers", "reasons", "details", "choice", "review_on", "note", "who", "created_at"):
        assert getattr(theirs, name) == getattr(ours, name), name
    assert theirs.known["prompt_optimized"] == ours.known["prompt_optimized"]
    assert [(one.number, one.document, one.digest, one.who, one.created_at) for one in others] == [
        (one.number, one.document, one.digest, one.who, one.created_at) for one in recorded
    ]
    assert [one.number for one in others] == [2, 1]
    assert figures == {"calls": [5000, None], "tuned_as": "together/x"}


def test_a_run_of_the_other_workspace_is_no_evidence_here(db: Database, file: Path) -> None:
    taken = take_over.take_over(db, file, who="FK").project
    assert decide_state.read(db, taken.id).known["quality_training_data"]["attached"] == ["checks"]


def test_a_hand_made_file_is_cut_to_what_we_would_have_written(db: Database, file: Path) -> None:
    def worse(said: dict[str, Any]) -> None:
        decision = said["decisions"][-1]
        decision["answers"] = {"prompt_optimized": "no", "soup": "yes", "rag_would_solve": "<b>"}
        decision["reasons"] = ["following_hype", "soup", 7]
        decision["known"] = {
            "prompt_optimized": {
                "note": "x" * 9_000,
                "link": "javascript:alert(1)",
                "attached": ["run:1", 5, "checks"],
            },
            "rag_would_solve": "text",
        }
        decision["details"] = {"failures": ["a"] * 99, "keeper": {"a": 1}, "calls_a_month": 1e300, "facts_change": "no"}
        decision["choice"], decision["review_on"] = ["fine_tune"], "soon"
        said["project"]["assumptions"] = {"a": {"b": 1}, "c": [1, 2, 3], "d": 5, "e": "x" * 500}
        kept = said["decision_records"][0]
        kept["document"]["recommendation"] = {"risks": "none", "headline": 5, "because": [1, {"text": "t"}]}
        kept["document"]["soup"] = 1
        said["decision_records"] += [5, {"document": {"format": "other"}}, {"document": None}]

    taken = take_over.take_over(db, changed(file, worse), who="FK").project
    found = decide_state.read(db, taken.id)
    assert found.answers == {"prompt_optimized": "no"}
    assert found.reasons == ("following_hype",)
    assert found.advice.action in set(Action)
    assert (len(found.known["prompt_optimized"]["note"]), found.known["prompt_optimized"]["attached"]) == (
        4_000,
        ["checks"],
    )
    assert "link" not in found.known["prompt_optimized"]
    assert "rag_would_solve" not in found.known
    assert found.details == {"facts_change": "no"}
    assert (found.choice, found.review_on) == ("", "")
    with db.read() as c:
        assert assumptions.get(c, taken.id) == {"d": 5}
        recorded = decision_records.of_project(c, taken.id)
    assert [one.number for one in recorded] == [2, 1]
    first = recorded[1].document
    assert first["recommendation"]["risks"] == []
    assert first["recommendation"]["because"] == [{"text": "t", "kind": "", "about": ""}]
    assert "soup" not in first


def test_a_file_of_before_has_none_of_it(db: Database, file: Path) -> None:
    def before(said: dict[str, Any]) -> None:
        del said["decision_records"], said["project"]["assumptions"]
        for decision in said["decisions"]:
            for name in ("known", "details", "choice", "review_on"):
                del decision[name]

    taken = take_over.take_over(db, changed(file, before), who="FK").project
    found = decide_state.read(db, taken.id)
    assert found.answers == {"prompt_optimized": "unsure"}
    assert (found.known, found.details, found.choice) == ({}, {}, "")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
PARTS = ("answers", "reasons", "recommendation", "known", "details", "choice", "review_on", "note", "who")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(PARTS), anything), anything, anything)
def test_whatever_a_manifest_says_of_decisions_is_read(decision: dict[str, Any], records: Any, figures: Any) -> None:
    said = {"decisions": [decision], "decision_records": records, "project": {"assumptions": figures}}
    found = reading.settings(said)
    json.dumps(found)
    (kept,) = found["decisions"]
    assert set(PARTS) <= set(kept)
