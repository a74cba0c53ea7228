"""Texts with marked places: exactly the text, marks where they belong, and a cut that is said."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ftcore.ui import highlight

SPANS = st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=4)
TEXTS = st.text(alphabet="ab :@/.!$[]()<>*_`#~|\\&{}+-='\"\nwWhtps\u00e9", max_size=60)


@given(TEXTS, SPANS)
def test_what_is_shown_is_the_text_and_nothing_in_it_is_a_mark(text: str, spans: list[tuple[int, int]]) -> None:
    shown = highlight.marked(text, spans)
    assert _read(shown) == _bare(text)
    bare = re.sub(r":color\[|\]\{background=\"[^\"]*\"\}", "", shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*[!\[\]()<>$:*_`#~|&{}]", bare)


@given(TEXTS, st.integers(0, 60), st.integers(1, 20))
def test_the_marks_are_around_the_places(text: str, start: int, length: int) -> None:
    shown = highlight.marked(text, [(start, start + length)])
    inside = re.findall(r":color\[((?:\\.|[^\\\]])*)\]\{background", shown, re.DOTALL)
    assert "".join(_plain(part) for part in inside) == text[start : start + length].replace("\n", "")


def test_an_address_an_arrow_and_an_icon_stay_as_they_were_written() -> None:
    shown = highlight.marked("https://a.example www.b.example c@d.example a->b :material/home:", [])
    for pattern in (r"https\\:\\/\\/", r"www\\\.", r"c\\@", r"\\-\\>", r"\\:material"):
        assert not re.search(pattern, shown)


def test_a_letter_of_no_width_is_named_where_it_is_marked() -> None:
    assert _read(highlight.marked("a\u200bb", [(1, 2)])) == "a\u27e8U+200B\u27e9b"
    assert highlight.marked("a\u200bb", []).count("\u200b") == 1


def test_words_are_found_where_a_word_begins_whatever_its_case() -> None:
    assert highlight.found("Refund the refunds, not prefund", ["refund", " "]) == [(0, 6), (11, 17)]
    assert highlight.found("a+b (c", ["(c", "a+"]) == [(0, 2), (4, 6)]
    assert highlight.found("anything", []) == []


@given(
    st.integers(1, 100_000), st.lists(st.tuples(st.integers(0, 99_000), st.integers(1, 900)), min_size=1, max_size=60)
)
def test_a_long_text_is_cut_around_its_places(length: int, starts: list[tuple[int, int]]) -> None:
    places = sorted((a, min(length, a + n)) for a, n in starts if a < length)
    pieces = highlight.windows(length, places)
    assert all(0 <= a < b <= length for a, b in pieces)
    assert all(one[1] < other[0] for one, other in pairwise(pieces))
    for start, end in places[: highlight.PLACES]:
        assert any(a <= start and end <= b for a, b in pieces)
    assert length > highlight.WHOLE or pieces == [(0, length)]


def test_a_cut_is_said() -> None:
    def page() -> None:
        from ftcore.ui import highlight

        highlight.draw("x" * 30_000, [(20_000, 20_005)])
        highlight.draw("y" * 30_000)
        highlight.draw("short", [(0, 2)])

    test = AppTest.from_function(page).run()
    assert not test.exception
    assert [caption.value for caption in test.caption] == [
        "The beginning of 30,000 characters, and what is around the marked places.",
        "The first 20,000 of 30,000 characters.",
    ]
    assert len(test.markdown[0].value) < 4_000


def _read(markdown: str) -> str:
    """What a browser shows of it. An empty line holds one space, lest the next becomes a paragraph."""
    bare = re.sub(r"(?<!\\):color\[|(?<!\\)\]\{background=\"[^\"]*\"\}", "", markdown)
    return _bare(_plain(bare))


def _plain(markdown: str) -> str:
    read = re.sub(r"\\(.)", r"\1", markdown.replace("\\\n", "\n"))
    return read.replace("\u2060", "").replace("\u00a0", " ").replace("\u2003", "\t")


def _bare(text: str) -> str:
    return "\n".join("" if line == " " else line for line in text.split("\n"))
