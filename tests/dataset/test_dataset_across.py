"""Rows compared with each other: by streaming as at once, and only pairs that really are alike."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset.answers import Profile, profile
from ftcore.dataset.checks import across as checks_across
from ftcore.dataset.checks.across import ACROSS_CODES, Across, find_across
from ftcore.dataset.checks.neighbours import compare
from ftcore.dataset.likeness import candidates, index, verification
from ftcore.dataset.likeness.best import Best
from ftcore.dataset.likeness.columns import Columns
from ftcore.dataset.limits import Limits
from ftcore.dataset.sources import read
from ftcore.records import Accepted, Problem, TrainingExample

TALK = [
    "The lamp that I ordered last week came without its bulb, can you send one?",
    "The lamp that I ordered last week arrived without its bulb, can you send one?",
    "THE LAMP THAT I ORDERED LAST WEEK CAME WITHOUT ITS BULB, CAN YOU SEND ONE",
    "I want my money back for the lamp that I ordered last week, and today.",
    "You want my money back for the lamp that I ordered last week, and today.",
    "Where is order 17?",
    "where is order 17",
    "Where is order 18?",
    "先週注文したランプが電球なしで届きました。電球を送っていただけますか。よろしくお願いします。",
    "昨日注文したランプが電球なしで届きました。電球を送っていただけますか。よろしくお願いします。",
    "Мой заказ на прошлой неделе пришёл без лампочки, пришлите её мне, пожалуйста.",
    "",
    "?!",
    "a\ud800b",
]
ANSWERS = ["parcel", "Parcel.", "refund", '{"a": 1}', "We send one this afternoon.", "You get it back on Friday.", ""]


def example(prompt: str, answer: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}])


some = st.lists(st.builds(example, st.sampled_from(TALK) | st.text(max_size=30), st.sampled_from(ANSWERS)), max_size=25)
kinds = st.sampled_from(["text", "labels", "json"])


def stream(
    folder: Path | None, examples: Sequence[TrainingExample], light: Profile, cuts: Sequence[int], guess: bool | None
) -> list[tuple[int, Problem]]:
    """In portions that end at `cuts`, with ids that are not the places."""
    across = Across(folder, with_answers=guess)
    bounds = sorted({0, len(examples), *(cut for cut in cuts if cut < len(examples))})
    for start, end in itertools.pairwise(bounds):
        across.add([1000 + 7 * at for at in range(start, end)], examples[start:end])
    return list(across.findings(lambda ids: {i: examples[(i - 1000) // 7] for i in ids}, Limits(), light))


def renamed(found: Sequence[tuple[int, Problem]]) -> list[tuple[int, str, str, int]]:
    return [(1000 + 7 * row, p.code, p.message, 1000 + 7 * (p.related or 0)) for row, p in found]


@settings(deadline=None, max_examples=60)
@given(some, kinds, st.lists(st.integers(0, 25), max_size=6), st.sampled_from([None, True, False]), st.booleans())
def test_any_portions_give_the_same_as_all_at_once(examples, kind, cuts, guess, small_memory):
    light = Profile(kind)
    whole = renamed(list(find_across(examples, Limits(), light)))
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        if small_memory:  # every bound is reached
            patch.setattr(index, "REMEMBERED", 0)
            patch.setattr(candidates, "MOST", 4)
            patch.setattr(verification, "KEPT_BYTES", 100)
            patch.setattr(verification, "STEP_PAIRS", 3)
            patch.setattr(checks_across, "MOST", 2)
        found = stream(Path(folder), examples, light, cuts, guess)
    assert [(id_, p.code, p.message, p.related) for id_, p in found] == whole


@pytest.mark.parametrize("kind", ["text", "labels"])
@pytest.mark.parametrize("portion", [1, 2, 5])
@pytest.mark.parametrize("remembered", [0, 1_000_000])
def test_portions_of_any_size_find_what_is_alike(kind, portion, remembered, monkeypatch):
    monkeypatch.setattr(index, "REMEMBERED", remembered)
    monkeypatch.setattr(checks_across, "MOST", portion)
    rows = [example(text, answer) for answer in ("parcel", "Parcel.", "refund") for text in TALK[:11]]
    whole = renamed(list(find_across(rows, Limits(), Profile(kind))))
    assert {code for _, code, _, _ in whole} >= {"near_duplicate", "contradiction"}
    found = stream(None, rows, Profile(kind), range(0, len(rows), portion), None)
    assert [(id_, p.code, p.message, p.related) for id_, p in found] == whole


@settings(deadline=None, max_examples=60)
@given(some, kinds, st.data())
def test_an_edited_row_is_told_at_once_what_a_full_check_says_of_it(examples, kind, data):
    row = data.draw(st.integers(0, max(0, len(examples) - 1)))
    light = Profile(kind)
    full = [problem for at, problem in find_across(examples, Limits(), light) if at == row]
    if examples:
        others = {at: one for at, one in enumerate(examples) if at != row}
        assert compare(row, examples[row], others, Limits(), light) == full


def test_rows_that_have_gone_in_the_meantime_are_in_no_near_duplicate_and_no_contradiction(tmp_path, monkeypatch):
    monkeypatch.setattr(index, "REMEMBERED", 0)
    rows = [example(TALK[0], "parcel"), example(TALK[1], "parcel"), example(TALK[5], "refund"), example(TALK[5], "no")]
    across = Across(tmp_path)
    across.add(range(4), rows)
    kept = {0: rows[0], 2: rows[2]}
    fetched = across.findings(lambda ids: {i: kept[i] for i in ids if i in kept}, Limits(), Profile("labels"))
    assert list(fetched) == []


def test_the_first_portion_may_be_unlike_the_rest(tmp_path):
    labels = [example(f"Question {n} of many about a lamp and its bulb", "parcel") for n in range(6)]
    letter = "Dear {}, thank you for your letter of {}. We will send you all that you asked for on {}. {}"
    names = ["Ann", "Bob", "Cleo", "Dan", "Eve", "Fay"]
    texts = [
        example(TALK[3], letter.format(name, n, n + 3, " ".join(f"{name}{n * k}" for k in range(40))))
        for n, name in enumerate(names)
    ]
    rows = [*labels, *texts]
    light = Profile("text")
    across = Across(tmp_path)
    for at in (0, 6):
        across.add(range(at, at + 6), rows[at : at + 6])
    fetch = lambda ids: {i: rows[i] for i in ids}  # noqa: E731
    assert list(across.findings(fetch, Limits(), light)) == list(find_across(rows, Limits(), light))


def test_pairs_are_looked_for_once_and_again_when_another_similarity_is_asked_for(tmp_path):
    rows = [example(text, "parcel") for text in TALK[:5]]
    asked: list[int] = []

    def fetch(ids):
        asked.extend(ids)
        return {i: rows[i] for i in ids}

    index_of = Across(tmp_path, with_answers=False)
    index_of.add(range(5), rows)
    light = Profile("labels")
    found = list(index_of.findings(fetch, Limits(), light))
    near = {id_ for id_, problem in found if problem.code == "near_duplicate"}
    asked.clear()
    pairs = list(index_of.pairs(fetch, Limits().similarity, light))
    assert asked == []
    assert near <= {pair.later for pair in pairs}
    assert len(list(index_of.pairs(fetch, 0.95, light))) < len(pairs)


@pytest.mark.parametrize("code", sorted(ACROSS_CODES))
def test_what_a_project_does_not_want_to_hear_of_is_not_said(code):
    rows = [example(text, answer) for answer in ("parcel", "parcel", "refund") for text in TALK[:3]]
    found = {problem.code for _, problem in find_across(rows, Limits(off=frozenset([code])), Profile("labels"))}
    assert found == ACROSS_CODES - {code}
    others = dict(enumerate(rows[:-1]))
    told = compare(len(rows), rows[1], others, Limits(off=frozenset([code])), Profile("labels"))
    assert code not in {problem.code for problem in told}


def test_what_a_killed_process_left_in_the_folder_is_no_row(tmp_path):
    light = Profile("labels")
    for _ in range(2):
        across = Across(tmp_path)
        across.add([0], [example(TALK[0], "parcel")])
        assert list(across.findings(lambda ids: {0: example(TALK[0], "parcel")}, Limits(), light)) == []


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 50), max_size=12), max_size=60), st.integers(1, 20), st.booleans())
def test_sorted_runs_give_every_number_once_in_order(parts, most, on_disk):
    with tempfile.TemporaryDirectory() as folder:
        runs = candidates.Runs(Columns(Path(folder) if on_disk else None), most)
        for part in parts:
            runs.add(np.array(part, dtype=np.int64))
        merged = [number for block in runs.merged() for number in block.tolist()]
    assert merged == sorted({number for part in parts for number in part})


pairs_of_rows = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([0.6, 0.7, 1.0]),
)


@given(pairs_of_rows, st.integers(1, 5), st.randoms())
def test_the_best_pair_of_a_row_is_the_most_similar_and_then_the_first(pairs, block, chance):
    shuffled = [(one, other, similarity) for (one, other), similarity in pairs.items()]
    chance.shuffle(shuffled)
    best = Best(10)
    for at in range(0, len(shuffled), block):
        one, other, similarity = zip(*shuffled[at : at + block], strict=True)
        best.add(np.array(one), np.array(other), np.array(similarity))
    for row in range(10):
        mine = [(-similarity, one) for one, other, similarity in shuffled if other == row]
        assert (row in best.rows()) == bool(mine)
        assert not mine or (-best.similarity[row], best.other[row]) == min(mine)


@pytest.mark.shared
def test_banking77_has_copies_and_near_duplicates_and_each_is_told_of_a_row_before(shared_data):
    rows = [row.training for row in read(shared_data / "banking77" / "train.csv") if isinstance(row, Accepted)]
    light = profile(rows)
    found = list(find_across(rows, Limits(), light))
    assert {problem.code for _, problem in found} <= ACROSS_CODES
    near = [(row, p.related) for row, p in found if p.code == "near_duplicate"]
    copies = [(row, p.related) for row, p in found if p.code == "exact_duplicate"]
    assert near
    assert len({row for row, _ in near}) == len(near) < len(rows) / 20
    for row, other in [*near, *copies]:
        assert other is not None
        assert other < row
    for row, other in copies:
        assert rows[row].prompt.strip() == rows[other].prompt.strip()
    for row, other in near:
        mine, theirs = (set(rows[at].prompt.lower()) for at in (row, other))
        assert len(mine & theirs) > len(mine ^ theirs)
