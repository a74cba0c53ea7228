"""The project's words, as they are typed and kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ftcore.ui.evaluate.terms_panel import ARROW, read, written

WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(lambda t: ARROW not in t)


@given(st.lists(WORDS, unique=True))
def test_a_list_of_terms_reads_as_it_was_written(terms: list[str]) -> None:
    assert read("required", written("required", terms)) == (terms, [])


@given(st.dictionaries(WORDS, WORDS))
def test_pairs_read_as_they_were_written(pairs: dict[str, str]) -> None:
    kept = {old: new for old, new in pairs.items() if not old.endswith("-") and not new.startswith(">")}
    assert read("preferred", written("preferred", kept)) == (kept, [])


def test_the_arrow_of_a_word_processor_divides_a_pair_unless_ours_stands_in_the_line() -> None:
    assert read("preferred", "zip ⇒ zipper\nold → new") == ({"zip": "zipper", "old": "new"}, [])
    assert read("preferred", f"0 {ARROW} ⇒") == ({"0": "⇒"}, [])


def test_a_line_that_is_no_pair_is_named_and_empty_lines_are_nothing() -> None:
    text = f"zip {ARROW} zipper\n\n no pair \n{ARROW} x\nold {ARROW}\n"
    assert read("preferred", text) == ({"zip": "zipper"}, [3, 4, 5])
    assert read("forbidden", " a \n\na\nb") == (["a", "b"], [])


def test_the_arrows_of_word_processors_are_understood() -> None:
    assert read("preferred", "zip → zipper\nbag => pannier") == ({"zip": "zipper", "bag": "pannier"}, [])
