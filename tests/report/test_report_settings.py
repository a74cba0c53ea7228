"""What is asked once: kept, bounded, and a colour that is none is refused or left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.records import Brand
from ftcore.report import settings
from ftcore.report.colours import contrast, hex_colour, readable
from ftcore.store import assumptions, preferences, projects
from ftcore.store.database import Database
from ftcore.workspace import open_workspace

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}")


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("TUNEWORTHY_HOME", str(tmp_path / "home"))
    opened = open_workspace().open_database()
    yield opened
    opened.close()


@given(COLOURS, st.sampled_from(["#FFFFFF", "#12181A"]))
def test_any_colour_is_made_readable_on_either_ground(colour: str, ground: str) -> None:
    found = readable(colour, ground)
    assert contrast(found, ground) >= 4.5
    assert found == colour or contrast(colour, ground) < 4.5


@pytest.mark.parametrize("text", ["", "red", "#12", "#GGGGGG", "url(#a)", "#123456;x", "#1234567", "\x00"])
def test_what_is_no_colour_is_none(text: str) -> None:
    assert hex_colour(text) == ""


def test_short_and_bare_colours_are_understood() -> None:
    assert hex_colour(" 0b6 ") == "#00BB66"
    assert hex_colour("#0b6b62") == "#0B6B62"


def test_the_organisation_is_kept_for_the_whole_workspace(db: Database) -> None:
    with db.write() as c:
        settings.set_brand(c, Brand("  Nordlicht \n Camping ", "#abc", ""))
    with db.read() as c:
        assert settings.brand(c) == Brand("Nordlicht Camping", "#AABBCC", "")
    with db.write() as c, pytest.raises(ValueError, match="is no colour"):
        settings.set_brand(c, Brand("x", "chartreuse", ""))


def test_noun_day_and_permission_belong_to_the_project(db: Database) -> None:
    with db.write() as c:
        one, other = projects.create(c, "One"), projects.create(c, "Other")
        settings.set_asked(c, one.id, settings.Asked("tickets", "2026-12-11", "Yes, says legal."))
    with db.read() as c:
        assert settings.asked(c, one.id) == settings.Asked("tickets", "2026-12-11", "Yes, says legal.")
        assert settings.asked(c, other.id) == settings.Asked()


def test_what_stands_there_by_mistake_counts_as_not_said(db: Database) -> None:
    with db.write() as c:
        project = projects.create(c, "One")
        assumptions.put(c, project.id, settings.OF_PROJECT, ["no", "such", "thing"])
        preferences.put(c, settings.ORGANISATION, "nothing")
    with db.read() as c:
        assert settings.asked(c, project.id) == settings.Asked()
        assert settings.brand(c) == Brand()
    with db.write() as c:
        settings.set_asked(c, project.id, settings.Asked("x" * 500, "the 31st of February", ""))
    with db.read() as c:
        found = settings.asked(c, project.id)
    assert (len(found.noun), found.decide_by) == (settings.LONGEST_NOUN, "")
