"""What was changed in a text, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset import differences
from ftcore.dataset.differences import Piece, difference

TEXTS = st.text(alphabet="ab .,\n\t日本é", max_size=80)


def before_of(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != "added")


def after_of(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != "removed")


@given(TEXTS, TEXTS)
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    found = difference(before, after)
    assert (before_of(found), after_of(found)) == (before, after)
    assert all(piece.text for piece in found)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_of_any_two_texts_give_both_back(before: str, after: str) -> None:
    found = difference(before, after)
    assert (before_of(found), after_of(found)) == (before, after)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(piece.kind == "equal" for piece in difference(text, text))


def test_a_changed_word_is_one_removed_and_one_added() -> None:
    assert difference("The lamp is in aisle 3.", "The lamp is in aisle 4.") == (
        Piece("equal", "The lamp is in aisle "),
        Piece("removed", "3"),
        Piece("added", "4"),
        Piece("equal", "."),
    )


def test_neighbouring_words_change_together() -> None:
    kinds = [piece.kind for piece in difference("please send my new card", "please post our old card")]
    assert kinds == ["equal", "removed", "added", "equal"]


def test_signs_of_a_script_without_spaces_are_words() -> None:
    found = difference("東京都に住む", "京都に住む")
    assert found == (Piece("removed", "東"), Piece("equal", "京都に住む"))


@pytest.mark.parametrize("repeat", [9_000, 60_000])
def test_long_texts_are_compared_in_bounded_steps(repeat: int, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    aligned = differences._aligned

    def counted(old: list[str], new: list[str]) -> object:
        compared.append(len(old) * len(new))
        return aligned(old, new)

    monkeypatch.setattr(differences, "_aligned", counted)
    before = "".join(f"word{n} " for n in range(repeat))
    after = "".join(f"other{n} " for n in range(repeat))
    found = difference(before, after)
    assert (before_of(found), after_of(found)) == (before, after)
    assert all(size <= differences.LONGEST**2 for size in compared)


def test_one_word_in_a_very_long_text_is_still_found() -> None:
    words = [f"w{n}" for n in range(50_000)]
    after = [*words[:25_000], "changed", *words[25_001:]]
    changed = [piece for piece in difference(" ".join(words), " ".join(after)) if piece.kind != "equal"]
    assert changed == [Piece("removed", "w25000"), Piece("added", "changed")]
