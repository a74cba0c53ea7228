"""Questions that are trained on and tested on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset.duplicates import Pair
from ftcore.dataset.leakage import HELD_BACK, Leak, find_leaks, leaks_of
from ftcore.dataset.sources import read
from ftcore.records import Accepted, Severity, Split, TrainingExample

TRAIN, VALIDATION, TEST = Split.TRAIN, Split.VALIDATION, Split.TEST
LAMP = "The lamp that I ordered last week came without its bulb, can you send one?"
LIKE = "The lamp that I ordered last week arrived without its bulb, can you send one?"


def example(prompt: str, answer: str = "parcel") -> TrainingExample:
    return TrainingExample([{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}])


def test_the_same_question_in_test_and_training_is_an_error_whatever_its_answer():
    rows = [
        (7, TRAIN, example(LAMP, "We send a new bulb to your address this afternoon.")),
        (9, TEST, example(LAMP.upper(), "Bulbs are never included: buy one at the counter.")),
    ]
    (leak,) = find_leaks(rows)
    assert leak == Leak(9, 7, (TEST, TRAIN), 1.0, True)
    assert leak.severity == Severity.ERROR


def test_nearly_the_same_question_leaks_too_and_says_how_alike_it_is():
    (leak,) = find_leaks([(1, TEST, example(LIKE)), (2, TRAIN, example(LAMP))])
    assert (leak.test_id, leak.train_id, leak.splits, leak.exact) == (1, 2, (TEST, TRAIN), False)
    assert 0.6 <= leak.similarity < 1
    assert find_leaks([(1, TEST, example(LIKE)), (2, TRAIN, example(LAMP))], similarity=0.9) == []


def test_rows_on_one_side_or_on_none_do_not_leak():
    rows = [(1, TEST, example(LAMP)), (2, TEST, example(LIKE)), (3, None, example(LAMP)), (4, TRAIN, example("Hello?"))]
    assert find_leaks(rows) == []


def test_only_test_rows_that_were_trained_on_block_and_they_come_first():
    rows = [(1, TRAIN, example(LAMP)), (2, VALIDATION, example(LAMP)), (3, TEST, example(LIKE))]
    leaks = find_leaks(rows)
    assert [(leak.splits, leak.severity.value) for leak in leaks] == [
        ((TEST, TRAIN), "error"),
        ((VALIDATION, TRAIN), "warning"),
        ((TEST, VALIDATION), "warning"),
    ]


def test_a_copy_that_is_paired_with_its_like_on_the_same_side_leaks_as_well():
    """Of many copies each is paired with the first only, here with a row of its own side."""
    rows = [
        (1, VALIDATION, example(LAMP)),
        (2, TRAIN, example(LAMP)),
        (3, TEST, example(LAMP)),
        (4, TEST, example(LIKE)),
    ]
    found = {(leak.test_id, leak.train_id) for leak in find_leaks(rows) if leak.splits == (TEST, TRAIN)}
    assert found == {(3, 2), (4, 2)}


def test_a_thousand_copies_make_no_million_pairs():
    rows = [(at, TEST if at % 2 else TRAIN, example(LAMP)) for at in range(1000)]
    leaks = find_leaks(rows)
    assert {(leak.test_id, leak.train_id) for leak in leaks} == {(at, 0) for at in range(1, 1000, 2)}


ids = st.integers(0, 12)
links = st.lists(
    st.builds(Pair, ids, ids, st.sampled_from([0.6, 0.8, 1.0])).filter(lambda p: p.earlier < p.later), max_size=15
)
sides = st.dictionaries(ids, st.sampled_from([None, *Split]))


@given(links, sides, st.lists(st.tuples(ids, ids).filter(lambda pair: pair[0] < pair[1]), max_size=6))
def test_every_row_that_measures_a_row_it_is_linked_with_is_named_and_no_other(pairs, splits, same):
    leaks = leaks_of(pairs, splits, same)
    assert len({(leak.test_id, leak.train_id) for leak in leaks}) == len(leaks)
    for leak in leaks:
        assert leak.splits == (splits[leak.test_id], splits[leak.train_id])
        assert HELD_BACK[leak.splits[0]] > HELD_BACK[leak.splits[1]]
        assert leak.exact == (leak.similarity == 1.0)
    named = {(leak.test_id, leak.splits[1]) for leak in leaks}
    for one, other in [*((pair.earlier, pair.later) for pair in pairs), *same]:
        for row, partner in ((one, other), (other, one)):
            mine, theirs = splits.get(row), splits.get(partner)
            if mine and theirs and HELD_BACK[mine] > HELD_BACK[theirs]:
                assert (row, theirs) in named


@pytest.mark.shared
def test_banking77_asks_some_test_questions_in_training_too(shared_data, tmp_path):
    rows: list[tuple[int, Split | None, TrainingExample]] = []
    for split, name in ((TRAIN, "train.csv"), (TEST, "test.csv")):
        for record in read(shared_data / "banking77" / name):
            if isinstance(record, Accepted):
                rows.append((len(rows), split, record.training))
    leaks = find_leaks(rows)
    assert leaks
    for leak in leaks:
        test, train = rows[leak.test_id], rows[leak.train_id]
        assert (test[1], train[1], leak.severity) == (TEST, TRAIN, Severity.ERROR)
        if leak.exact:
            letters = [[c for c in row[2].prompt.lower() if c.isalnum()] for row in (test, train)]
            assert letters[0] == letters[1]
