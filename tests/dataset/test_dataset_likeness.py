"""How texts that are alike are found: the normal form, the hashes and the bands."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset.duplicates import near_duplicates
from ftcore.dataset.likeness import index as index_
from ftcore.dataset.likeness.columns import Columns
from ftcore.dataset.likeness.index import LikenessIndex
from ftcore.dataset.likeness.shingles import _normal, _normal_ascii, readings

ASCII = st.text(st.characters(codec="ascii") | st.sampled_from(" \n\t-.,'"), max_size=40)


@settings(deadline=None, max_examples=300)
@given(st.lists(ASCII, max_size=5))
def test_ascii_has_the_same_normal_form_with_daft_and_without(texts) -> None:
    assert [text.strip() for text in _normal_ascii(texts)] == [text.strip() for text in _normal(texts)]


@settings(deadline=None, max_examples=100)
@given(st.lists(ASCII | st.text(max_size=20), max_size=6))
def test_a_text_is_read_the_same_among_others_and_alone(texts) -> None:
    assert readings(texts) == [readings([text])[0] for text in texts]


def alike(chance: random.Random, words: int, changed: int) -> tuple[str, str]:
    """Two texts of words that no other text has; each of the `changed` words, far apart, takes three shingles of either."""
    text = [f"w{chance.randrange(10**9)}" for _ in range(words)]
    other = list(text)
    for n in range(changed):
        other[2 + n * 4] = f"x{chance.randrange(10**9)}"
    return " ".join(text), " ".join(other)


@pytest.mark.parametrize(("changed", "similarity", "enough"), [(8, 0.6, 294), (5, 0.7, 298), (10, 0.5, 280)])
def test_nearly_all_pairs_at_the_very_edge_are_found(changed, similarity, enough) -> None:
    chance = random.Random(7)
    texts = [text for _ in range(300) for text in alike(chance, 98, changed)]
    pairs = near_duplicates(texts, similarity)
    assert {(pair.earlier, pair.later) for pair in pairs} <= {(at, at + 1) for at in range(0, 600, 2)}
    assert len(pairs) >= enough
    assert max(pair.similarity for pair in pairs) < similarity + 0.07


def test_what_goes_wrong_beside_the_rest_is_not_swallowed(monkeypatch) -> None:
    def broken(_tokens: list[str]) -> None:
        raise MemoryError("no room for the hashes")

    monkeypatch.setattr(index_, "signatures", broken)
    index = LikenessIndex()
    index.add(["the lamp came without its bulb"])
    with pytest.raises(MemoryError):
        index.add(["the lamp came without its screws"])


def test_a_column_in_a_file_reads_as_one_in_memory(tmp_path) -> None:
    import numpy as np

    for columns in (Columns(), Columns(tmp_path)):
        columns.append("n", np.array([3, 1], dtype=np.int64))
        columns.append("n", np.array([], dtype=np.int64))
        columns.append("n", np.array([2], dtype=np.int64))
        assert columns.read("n").tolist() == [3, 1, 2]
        assert columns.read("other").tolist() == []
        columns.append("empty", np.array([], dtype=np.uint8))
        assert columns.read("empty").tolist() == []
