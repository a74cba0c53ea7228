"""The panels before a comparison: ways to tick and to add, documents, versions of the instructions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.evaluation.another_arm import PLAIN, another, offered
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.proposing import propose_arms
from ftcore.records import Project
from ftcore.store import documents, endpoints, projects, prompts
from ftcore.store.database import Database
from tests.ui.journeys import HOSTILE, begin


def _arms() -> None:
    import streamlit as st

    from ftcore.evaluation.proposing import propose_arms
    from ftcore.store import jobs, projects
    from ftcore.ui import page, session
    from ftcore.ui.evaluate import arms_panel

    page.show_flash()
    with session.db().read() as c:
        project, job = projects.get(c, 1), jobs.get(c, 1)
    chosen = arms_panel.draw(project, job, propose_arms(session.db(), 1, job))
    st.session_state["chosen"] = [plan.name for plan in chosen]
    st.session_state["plans"] = chosen


def _documents() -> None:
    from ftcore.store import projects
    from ftcore.ui import page, session
    from ftcore.ui.evaluate import documents_panel

    page.show_flash()
    with session.db().read() as c:
        project = projects.get(c, 1)
    documents_panel.draw(project)


def _prompts() -> None:
    from ftcore.store import projects
    from ftcore.ui import page, session
    from ftcore.ui.evaluate import prompts_panel

    page.show_flash()
    with session.db().read() as c:
        project = projects.get(c, 1)
    prompts_panel.draw(project)


def _run(panel: Callable[[], None]) -> AppTest:
    test = AppTest.from_function(panel, default_timeout=30).run()
    assert not test.exception
    return test


def _said(test: AppTest) -> str:
    kinds = (test.text, test.caption, test.markdown, test.error, test.warning, test.info)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def _current(db: Database) -> Project:
    with db.read() as c:
        return projects.get(c, 1)


# Ways to answer


def test_what_is_proposed_is_ticked_and_what_is_unticked_is_left_out(db: Database):
    begin(db).job()
    test = _run(_arms)
    assert test.session_state["chosen"] == ["base", "prompt", "few_shot_3", "few_shot_8", "structured", "fine_tuned"]
    test.checkbox(key="arm-1-few_shot_8").uncheck().run()
    assert "few_shot_8" not in test.session_state["chosen"]
    assert test.checkbox(key="arm-1-fine_tuned").disabled
    assert "There are no documents to look things up in" in _said(test)


def test_a_tuned_model_alone_is_said_to_beat_nothing(db: Database):
    begin(db).job()
    test = _run(_arms)
    for box in [box for box in test.checkbox if not box.disabled]:
        box.uncheck()
    test.run()
    assert "beats nothing" in _said(test)


def test_another_model_is_added_by_three_fields_kept_and_taken_away(db: Database):
    begin(db).job()
    with db.write() as c:
        endpoints.add(c, "big", base_url="http://127.0.0.1:9/v1", key_source="")
        place = endpoints.find(c, "big")
    assert place is not None
    test = _run(_arms)
    test.selectbox(key="another-where-1-0").set_value(place.id)
    test.text_input(key="another-model-1-0").set_value("large-5 :red[x]")
    test.text_area(key="another-instructions-1-0").set_value("Be exact.")
    test.button(key="another-add-1-0").click().run()
    assert not test.exception
    (plan,) = [plan for plan in test.session_state["plans"] if plan.kind == "larger"]
    assert (plan.name, plan.model, plan.system, plan.endpoint_id) == (
        "larger",
        "large-5 :red[x]",
        "Be exact.",
        place.id,
    )
    assert "Every test question is sent to big" in _said(test).replace("\\", "").replace("\u2060", "")
    test.button(key="arm-away-1-larger").click().run()
    assert "larger" not in test.session_state["chosen"]


def test_a_missing_model_is_said_and_nothing_is_added(db: Database):
    begin(db).job()
    test = _run(_arms)
    test.text_input(key="another-model-1-0").set_value("  ")
    test.button(key="another-add-1-0").click().run()
    assert "Say which model" in _said(test)
    assert len(test.session_state["chosen"]) == 6


def test_an_added_way_can_show_examples_or_look_up_as_the_proposed_one_does(db: Database):
    journey = begin(db)
    job = journey.job()
    with db.write() as c:
        documents.add(c, 1, "a.md", "# Zips\n\nRepaired.", kind="md", size=9)
    proposed = propose_arms(db, 1, job).arms
    assert offered(proposed) == (PLAIN, "few_shot_3", "few_shot_8", "structured", "rag")
    plan = another(proposed, "rag", model="big", base_model="m", instructions="", endpoint_id=3, taken=["rag", "rag_2"])
    assert (plan.name, plan.kind, plan.system, plan.endpoint_id) == ("rag_3", "rag", None, 3)
    assert len(plan.variants) == 3
    assert "follows" not in plan.settings
    own = another(proposed, PLAIN, model="m", base_model="m", instructions="Short.", taken=["prompt"])
    assert (own.name, own.kind, own.label) == ("prompt_2", "prompt", "Base with other instructions")
    with pytest.raises(EvaluationError, match="left out"):
        another([], "rag", model="m", base_model="m", instructions="")


# Documents


def test_documents_are_added_looked_at_and_removed(db: Database):
    begin(db)
    test = _run(_documents)
    assert "No document yet" in _said(test)
    page = f"# Zips\n\nA zip is repaired. {HOSTILE}".encode()
    test.file_uploader[0].set_value([("zips.md", page, "text/markdown"), ("x.pdf", b"MZ", "application/pdf")]).run()
    assert not test.exception
    said = _said(test)
    assert "zips.md" in said
    assert "1 kB, 1 part" in said
    assert "is no PDF file" in said
    test.button(key="document-look-1").click().run()
    assert f"A zip is repaired. {HOSTILE}" in [text.value for text in test.text]
    test.button(key="document-remove-1").click().run()
    assert "No document yet" in _said(test)


def test_a_document_with_test_questions_is_warned_about(db: Database):
    begin(db)
    with db.write() as c:
        text = "Ticket 31: the zip of my tent has broken again\nwarranty"
        documents.add(c, 1, "answers.txt", text, kind="txt", size=60)
    test = _run(_documents)
    assert "1 of the test questions stands in" in _said(test)


# Instructions


def test_a_new_version_becomes_the_current_one_and_the_first_is_kept(db: Database):
    begin(db)
    test = _run(_prompts)
    assert test.text_area[0].value == "Answer with a JSON object: category, urgency."
    test.text_area[0].set_value("Answer with a JSON object: category, urgency. Be careful.")
    test.text_input[0].set_value("be careful")
    test.button(key="prompt-keep").click().run()
    assert not test.exception
    with db.read() as c:
        kept = prompts.kept(c, 1)
    assert [(one.number, one.note) for one in kept] == [(1, ""), (2, "be careful")]
    assert _current(db).base_prompt == kept[1].text
    assert "**Be careful" in _said(test)


def test_an_empty_version_and_one_that_is_there_are_not_kept_again(db: Database):
    begin(db)
    test = _run(_prompts)
    test.text_area[0].set_value("  ")
    test.button(key="prompt-keep").click().run()
    with db.read() as c:
        assert prompts.kept(c, 1) == []
    test.text_area[0].set_value("Answer with a JSON object: category, urgency.")
    test.button(key="prompt-keep").click().run()
    test.button(key="prompt-keep").click().run()
    with db.read() as c:
        assert len(prompts.kept(c, 1)) == 1


def test_instructions_that_were_changed_elsewhere_are_a_version_of_their_own_once_asked_with(db: Database):
    begin(db)
    with db.write() as c:
        prompts.add(c, 1, "Second.")
        projects.set_prompts(c, 1, base="Third, typed elsewhere.", tuned="")
        assert [one.id is None for one in prompts.versions(c, projects.get(c, 1))] == [False, False, True]
        prompts.keep_current(c, 1, who="DK")
        prompts.keep_current(c, 1, who="DK")
        assert [one.text for one in prompts.kept(c, 1)][-1] == "Third, typed elsewhere."
        assert [one.number for one in prompts.kept(c, 1)] == [1, 2, 3]
