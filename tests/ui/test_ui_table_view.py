"""What the table shows, as a value: addresses, saved views, tags as they are typed, words for every part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ftcore.records import Example, Filter, Sort, Split, Status, TrainingExample
from ftcore.records.filter import SORTABLE
from ftcore.ui.table import filter_words, grid_edits, table_columns
from ftcore.ui.table.table_view import COLUMNS, USUAL, View

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
FILTERS = st.builds(
    Filter,
    text=st.text(max_size=20).map(str.strip),
    status=st.none() | st.sampled_from(list(Status)),
    split=st.none() | st.sampled_from([*Split, "none"]),
    problem=st.sampled_from(["", "any", "none", "refusal"]),
    tag=st.text(max_size=9),
    answer=st.text(max_size=9),
    min_tokens=st.none() | st.integers(0, 9**9),
    changed_since=st.none() | MOMENTS,
    several_turns=st.booleans(),
    row_set=st.none() | st.integers(0, 99),
    trashed=st.booleans(),
)
COLUMN_LISTS = st.lists(st.sampled_from(list(COLUMNS)), min_size=1, unique=True).map(tuple)


@st.composite
def table_views(draw: st.DrawFn) -> View:
    sort = Sort(draw(st.sampled_from(SORTABLE)), draw(st.booleans()))
    if sort.by in ("row", "tokens", "length", "problems"):
        value = draw(st.integers(0, 99))
    else:
        value = draw(MOMENTS).isoformat() if sort.by == "changed_at" else draw(st.text(max_size=9))
    place = (value, draw(st.integers(0, 99)))
    ends = draw(st.sampled_from([{}, {"after": place, "number": 3}, {"before": place, "number": 2}]))
    return View(draw(FILTERS), sort, draw(COLUMN_LISTS), **ends)


@given(table_views())
def test_an_address_says_all_of_a_table_and_a_saved_view_all_but_the_place(view: View) -> None:
    assert View.from_address(view.to_address()) == view
    assert View.from_json(view.to_json()) == view.from_the_start()


@given(
    st.dictionaries(
        st.sampled_from([*COLUMNS, "sort", "after", "before", "page", "status", "row_set"]), st.text(max_size=40)
    )
)
def test_any_address_is_some_table(said: dict[str, str]) -> None:
    view = View.from_address(said)
    assert view.columns
    assert View.from_address(view.to_address()) == view


@given(st.lists(st.text(max_size=70), max_size=6))
def test_tags_are_read_as_they_are_told(typed: list[str]) -> None:
    tags = grid_edits.read_tags(",".join(typed))
    assert grid_edits.read_tags(grid_edits.told_tags(tags)) == tags
    assert all(tag == tag.strip() and "," not in tag and 0 < len(tag) <= 60 for tag in tags)
    assert len(tags) == len(set(tags))


def test_every_column_has_its_cell_and_every_part_of_a_filter_its_words() -> None:
    row = Example(
        1,
        1,
        1,
        TrainingExample([{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]),
        changed_at=datetime.now(UTC),
        tags=("x", "y"),
    )
    frame = table_columns.frame([row], list(COLUMNS), {1}, {1: "a ⟦q⟧"})
    assert list(frame.index) == [1]
    assert frame["tags"][1] == "x, y"
    assert table_columns.order_of(USUAL, found=True)[4] == table_columns.FOUND
    texts = dict.fromkeys(("text", "tag", "answer", "source", "changed_by"), "t") | {"problem": "any"}
    numbers = {
        name: at for at, name in enumerate(("min_tokens", "max_tokens", "min_length", "max_length", "row_set"), 1)
    }
    flags = dict.fromkeys(("several_turns", "has_note", "private", "trashed"), True)
    whole = Filter(status=Status.DRAFT, split=Split.TEST, changed_since=datetime.now(UTC), **texts, **numbers, **flags)
    assert set(whole.parts()) == set(Filter.__dataclass_fields__)
    for name, value in whole.parts().items():
        assert filter_words.told(name, value, {5: ("pattern", r"\d")})
    assert "not kept" in filter_words.told("row_set", 6, {})


def test_a_view_starts_anew_when_its_filter_changes() -> None:
    view = View(after=("x", 5), number=7)
    assert view.showing(Filter(text="x")) == replace(View(), where=Filter(text="x"))
    assert view.with_columns(()).columns == USUAL


def test_whole_numbers_are_drawn_as_whole_numbers() -> None:
    """Streamlit's "plain" drew 807 as "806.99...", on the canvas alone: no text of the page tells it."""
    told = table_columns.config()
    formats = {name: told[name]["type_config"]["format"] for name in ("_index", "tokens", "length", "turns", "line")}
    assert set(formats.values()) == {"%d"}
