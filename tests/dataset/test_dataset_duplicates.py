"""Texts that say the same: which pairs, which groups, and how alike in words."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset.duplicates import THRESHOLD_WORDS, Pair, clusters, groups, near_duplicates
from ftcore.dataset.likeness.index import ALMOST
from ftcore.dataset.likeness.shingles import readings
from ftcore.dataset.limits import Limits
from ftcore.dataset.sources import read
from ftcore.records import Accepted

WORDS = [
    "lamp",
    "bulb",
    "order",
    "week",
    "I",
    "a",
    "sent",
    "the",
    "17",
    "was",
    "last",
    "and",
    "Ü",
    "注文",
    "電球",
    "배송",
]
sentences = st.lists(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), max_size=8)


def jaccard(one: str, other: str) -> float:
    """The definition, from the tokens and with sets of texts; 1 is kept for texts that are the same."""
    sets, read = [], readings([one, other])
    for reading in read:
        parts = reading.tokens.split(" ")
        sets.append({" ".join(parts[at : at + 3]) for at in range(max(1, len(parts) - 2))})
    if read[0].normal == read[1].normal:
        return 1.0
    return min(ALMOST, len(sets[0] & sets[1]) / len(sets[0] | sets[1]))


@settings(deadline=None, max_examples=100)
@given(sentences, st.sampled_from([0.4, 0.6, 0.85]))
def test_every_pair_is_as_alike_as_it_is_said_to_be(texts, similarity):
    pairs = near_duplicates(texts, similarity)
    assert len({(pair.earlier, pair.later) for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert pair.earlier < pair.later
        assert pair.similarity == jaccard(texts[pair.earlier], texts[pair.later]) >= similarity


@settings(deadline=None, max_examples=60)
@given(sentences, st.randoms())
def test_who_is_alike_does_not_depend_on_the_order(texts, chance):
    order = list(range(len(texts)))
    chance.shuffle(order)
    turned = groups([texts[at] for at in order])
    here = groups(texts)
    for one, other in combinations(range(len(texts)), 2):
        together = turned[order.index(one)] == turned[order.index(other)]
        assert together == (here[one] == here[other])


def test_texts_that_begin_with_a_one_letter_word_are_compared_by_words_like_all_others():
    texts = ["I live in the EU, can I get one of your cards?", "Now I live in the EU, can I get one of your cards?"]
    (pair,) = near_duplicates(texts)
    assert pair.similarity == jaccard(*texts)


def test_the_same_words_in_another_order_are_never_called_the_same():
    (pair,) = near_duplicates(["What cards and cheques do you take?", "What cheques and cards do you take?"])
    assert 0.9 < pair.similarity < 1


def test_korean_whose_normal_form_is_taken_apart_is_compared_by_characters():
    text = "지난주에 주문한 램프에 전구가 없습니다. 하나 보내 주시겠습니까? 감사합니다."
    assert len(near_duplicates([text, text.replace("전구가", "유리가")])) == 1
    assert near_duplicates([text, "토요일에도 영업하십니까? 몇 시에 문을 여는지 알려 주세요."]) == []


def test_the_words_for_thresholds_tell_what_happens():
    assert [row.similarity for row in THRESHOLD_WORDS] == sorted(
        (row.similarity for row in THRESHOLD_WORDS), reverse=True
    )
    assert Limits().similarity in [row.similarity for row in THRESHOLD_WORDS]
    for row in THRESHOLD_WORDS:
        assert len(near_duplicates([row.one, row.other], row.similarity)) == 1
    for stricter, row in pairwise(THRESHOLD_WORDS):
        assert near_duplicates([row.one, row.other], stricter.similarity) == []


pairs_of_ids = st.lists(
    st.builds(Pair, st.integers(0, 15), st.integers(0, 15), st.sampled_from([0.6, 0.8, 1.0])).filter(
        lambda pair: pair.earlier < pair.later
    ),
    max_size=20,
)


@given(pairs_of_ids)
def test_clusters_hold_each_linked_row_once_with_their_closest_pair(pairs):
    found = clusters(pairs)
    rows = [row for cluster in found for row in cluster.rows]
    assert sorted(rows) == sorted({row for pair in pairs for row in (pair.earlier, pair.later)})
    where = {row: cluster for cluster in found for row in cluster.rows}
    for pair in pairs:
        assert where[pair.earlier] is where[pair.later]
        assert where[pair.earlier].closest.similarity >= pair.similarity
    for cluster in found:
        assert cluster.rows == tuple(sorted(cluster.rows))
        assert cluster.closest in pairs
        assert {cluster.closest.earlier, cluster.closest.later} <= set(cluster.rows)
    # No two clusters could be one: within each, rows reach each other by pairs.
    for cluster in found:
        reached, waiting = {cluster.rows[0]}, [cluster.rows[0]]
        while waiting:
            row = waiting.pop()
            for pair in pairs:
                if row in (pair.earlier, pair.later):
                    new = {pair.earlier, pair.later} - reached
                    reached |= new
                    waiting.extend(new)
        assert reached == set(cluster.rows)


@pytest.mark.shared
def test_every_pair_found_in_banking77_is_as_alike_as_it_is_said_to_be(shared_data):
    rows = read(shared_data / "banking77" / "test.csv")
    texts = [row.training.prompt for row in rows if isinstance(row, Accepted)]
    pairs = near_duplicates(texts, 0.5)
    strict = near_duplicates(texts, 0.85)
    assert {(p.earlier, p.later) for p in strict} < {(p.earlier, p.later) for p in pairs}
    for pair in pairs:
        measured = jaccard(texts[pair.earlier], texts[pair.later])
        assert pair.similarity == measured >= 0.5
    for pair in strict:
        numbers = [re.findall(r"\d+", texts[row]) for row in (pair.earlier, pair.later)]
        assert numbers[0] == numbers[1] or min(len(texts[row].split()) for row in (pair.earlier, pair.later)) >= 8
