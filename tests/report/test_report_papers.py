"""The data sheet and the model card: what is known, what is not, and nothing that people wrote becomes markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import stories
from hypothesis import given
from hypothesis import strategies as st

from ftcore.records import DataSheet, Rejected
from ftcore.report import data_sheet, gathering, markdown, model_card, write_papers
from ftcore.report.gathering import reasons_of
from ftcore.store import imports, projects
from ftcore.store.database import Database


def test_the_data_sheet_answers_what_from_where_how_cleaned_and_what_is_wrong() -> None:
    told = data_sheet.as_markdown(stories.believable())
    for part in (
        "| tickets\\-2026.csv | 2026\\-11\\-18 | 260 | 252 | 8 |".replace("\\-", "-"),
        "| the answer is empty | 6 |",
        "31 of the approved ones were changed by somebody",
        "151 to learn from, 18 to watch the training, 120 kept aside",
        "| nearly the same | warning | 12 |",
        "12 examples are like another one",
        "2 rows are marked private",
        "clause 7 of our terms",
        "To Acme Cloud (api.acme.example)",
        "One JSON object. A summary begins with a verb.",
    ):
        assert part in told, part
    assert "Nobody has said" not in told


def test_what_is_not_known_is_said_to_be_not_known() -> None:
    bare = replace(stories.believable(), sheet=DataSheet(), shutdown="", endpoint="Acme Cloud", base_model="")
    sheet, card = data_sheet.as_markdown(bare), model_card.as_markdown(bare)
    assert "Nobody has said whether these examples may be used" in sheet
    assert "their files are no longer on record" in sheet
    assert "Whether the people in the examples agreed to this use." in sheet
    assert "No shutdown date is known." in card
    assert "Base model: not known" in card
    assert "Licence of the base model: not known to this app." in card


def test_the_model_card_has_scores_with_intervals_limits_and_the_day_of_the_end() -> None:
    told = model_card.as_markdown(stories.believable())
    assert f"`{stories.TUNED}`" in told
    assert "| Fine-tuned, short prompt | ft:acme-small-2026-05:shop:tickets:9fK2 | 86 | 79 to 91 |" in told
    assert "| Base with 3 examples | +18 | +11 to +25 | 28 / 86 / 6 | Clearly better |" in told
    assert "One training run; repeats may differ." in told
    assert "is shut down on 30 September 2027" in told
    assert "| n\\_epochs | 3 |" in told
    assert "small practice model" in model_card.as_markdown(stories.practice())


@pytest.mark.parametrize("name", ["trial", "unmeasured", "nothing"])
def test_without_a_model_the_card_says_so(name: str) -> None:
    assert "No model has been trained in this project" in model_card.as_markdown(getattr(stories, name)())


def test_hostile_text_is_text(shared_data: Path, tmp_path: Path) -> None:
    naughty = json.loads((shared_data / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    told = write_papers(stories.hostile(naughty), tmp_path / "report.md").read_text(encoding="utf-8")
    assert "PRIVATE-ROW-TEXT" not in told
    assert "\x00" not in told
    outside_code = re.sub(r"`[^`]*`", "", told)
    assert not re.search(r"(?<!\\)<(?!=)[a-z/!]", outside_code)
    assert not re.search(r"(?<!\\)!\[|(?<!\\)\]\(", outside_code)


@given(st.text())
def test_a_text_is_one_line_in_which_every_mark_is_escaped(text: str) -> None:
    told = markdown.plain(text)
    assert "\n" not in told
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>|#~&!$]", told)


def test_reasons_are_told_without_what_they_quote_from_rows() -> None:
    found = [
        ("The answer is “my secret 42” and too long (4,012 characters).", 1),
        ("The answer is “x” and too long (17 characters).", 2),
    ]
    assert reasons_of(found) == [("The answer is … and too long (… characters).", 3)]
    many = [(f"reason {'abcdefghijklmnopqrstuvwxyz'[at]}", 1) for at in range(20)]
    assert reasons_of(many)[-1] == ("other reasons", 8)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ('The answer (column "reply") is empty.', "The answer (column …) is empty."),
        ('The status "say "hi" now" is none of draft and approved.', "The status … is none of draft and approved."),
        ("It can't be read, and it isn't JSON.", "It can't be read, and it isn't JSON."),
        ("The name 'O'Neill' is none.", "The name … is none."),
        ("The role “it's “here”” is none.", "The role … is none."),
    ],
)
def test_what_a_reason_quotes_is_left_out_and_nothing_else(reason: str, told: str) -> None:
    assert reasons_of([(reason, 1)]) == [(told, 1)]


def test_reasons_that_differ_in_what_they_quote_alone_are_one_reason(db: Database) -> None:
    rejected = [Rejected(at, f'The status "{at} x" is none of draft and approved.', "") for at in range(500)]
    with db.write() as c:
        project = projects.create(c, "One")
        started = imports.start(c, project.id, file_name="t.csv", sha256="", shape="columns", who="DK")
        imports.finish(c, started, accepted=0, rejected=rejected)
    with db.read() as c:
        found = gathering.sheet(c, project, None).reasons
    assert found == (("The status … is none of draft and approved.", 500),)
