"""The map: names that can be read, points that can be told apart, and what is not drawn is said."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ftcore.dataset import project_map, similar
from ftcore.dataset.intake import take_in
from ftcore.dataset.project_map import Area
from ftcore.records import Project
from ftcore.store import examples, journal, projects
from ftcore.store.database import Database
from ftcore.ui.map import map_figure, map_names
from ftcore.workspace import open_workspace
from tests.conftest import write_csv

Open = Callable[..., AppTest]
ENDS = ([-1.0, 1.0], [-1.0, 1.0])
places = st.floats(-1, 1, allow_nan=False)
words = st.lists(st.text("abcdefgh", min_size=3, max_size=12), max_size=3).map(tuple)
areas = st.builds(Area, places, places, st.integers(1, 900), words)


@given(st.lists(areas, max_size=15))
def test_every_area_with_words_has_its_name_and_no_name_is_cut_at_the_sides(several: list[Area]) -> None:
    found = map_names.place(several, ENDS)
    assert [name.text for name in found] == [" · ".join(area.words) for area in several if area.words]
    for name in found:
        left, right = _sides(name)
        assert left >= -1
        assert right <= map_names.WIDTH + 1


def test_names_of_areas_that_lie_close_together_do_not_cover_each_other() -> None:
    close = [Area(0.1 * at, 0.02 * at, 100 - at, ("disposable", "virtual", "card")) for at in range(4)]
    found = map_names.place(close, ENDS)
    for one, other in combinations(found, 2):
        (left, right), (left_, right_) = _sides(one), _sides(other)
        beside = right <= left_ or right_ <= left
        assert beside or abs(_height(one) - _height(other)) >= map_names.LINE


def test_a_name_at_the_edge_begins_or_ends_at_its_point() -> None:
    several = [Area(x, 0.5 * x, 9, ("disposable", "virtual", "mastercard")) for x in (-1.0, 0.0, 1.0)]
    assert [name.anchor for name in map_names.place(several, ENDS)] == ["left", "center", "right"]


def test_each_of_the_most_frequent_labels_has_a_colour_and_shape_that_no_other_has() -> None:
    groups = [f"label {at}" for at in range(30) for _ in range(40 - at)] + [""]
    figure = _drawn(groups)
    looks = [(trace.marker.color, trace.marker.symbol) for trace in figure.data]
    assert len(set(looks)) == len(looks) == map_figure.NAMED + 1
    assert [trace.name for trace in figure.data] == [*(f"label {at}" for at in range(12)), "others"]


def test_what_a_point_is_can_be_read_over_it_though_it_has_no_colour_of_its_own() -> None:
    groups = [f"<b>label</b> {at}" for at in range(30)] + [""]
    others = _drawn(groups).data[-1]
    assert any(text.endswith("<br>&lt;b&gt;label&lt;/b&gt; 29") for text in others.text)
    assert any(text.endswith("<br>no label") for text in others.text)


def test_the_labels_that_somebody_chose_are_the_ones_in_colours() -> None:
    groups = [f"label {at}" for at in range(30) for _ in range(40 - at)]
    assert [trace.name for trace in _drawn(groups, order=["label 29"]).data] == ["label 29", "others"]


@pytest.fixture
def bank(db: Database, tmp_path: Path) -> Project:
    """Questions with 20 labels."""
    rows = [(f"{what} is {how}, number {at}", f"{what} {how}") for what in "abcd" for how in "vwxyz" for at in range(3)]
    with db.write() as c:
        project = projects.create(c, "Letters")
        projects.remember_person(c, "DK")
    take_in(db, project.id, write_csv(tmp_path / "rows.csv", rows), name="rows.csv", who="DK")
    return project


def test_a_sample_is_said_to_be_one_and_labels_can_be_chosen(db: Database, bank: Project, open_page: Open) -> None:
    similar.read(db, open_workspace(), bank.id)
    project_map.draw(db, open_workspace(), bank.id, points=40)
    test = open_page("curate", curate="Problems", problems="Map")
    assert not test.exception
    assert any("40 of 60 rows are drawn" in said.value for said in test.caption)
    labels = test.multiselect(key=f"map-labels-{bank.id}")
    assert labels.label.startswith("Labels with a colour")
    labels.set_value([labels.options[3]]).run()
    assert not test.exception


def test_only_what_changed_after_the_map_was_drawn_is_said_to_have(
    db: Database, bank: Project, open_page: Open
) -> None:
    similar.read(db, open_workspace(), bank.id)
    project_map.draw(db, open_workspace(), bank.id)
    assert not _changed(open_page)
    with db.write() as c:
        first = examples.ids(c, bank.id)[0]
        journal.save(c, bank.id, [journal.Edit(first, {"note": "later"})], who="DK", label="Noted")
    assert _changed(open_page) == ["1 row changed since."]


def _changed(open_page: Open) -> list[str]:
    test = open_page("curate", curate="Problems", problems="Map")
    assert not test.exception
    return [said.value.split(". ")[-1] for said in test.caption if "changed since" in said.value]


def _drawn(groups: list[str], order: list[str] | None = None):  # type: ignore[no-untyped-def]
    at = [float(number) for number in range(len(groups))]
    return map_figure.draw(
        list(range(len(groups))), (at, at), groups, ["text"] * len(groups), [], dark=False, order=order or ()
    )


def _sides(name: map_names.Name) -> tuple[float, float]:
    """Pixels from the left."""
    across = (name.x + 1) / 2 * map_names.WIDTH
    width = min(len(name.text), map_names.LONGEST) * map_names.LETTER
    left = {"left": across, "right": across - width, "center": across - width / 2}[name.anchor]
    return left, left + width


def _height(name: map_names.Name) -> float:
    return (name.y + 1) / 2 * map_names.HEIGHT + name.shift
