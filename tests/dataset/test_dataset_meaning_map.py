"""Outliers, labels that do not fit, the map and its areas, on real questions."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest

from ftcore.dataset.meaning import Vectors, draw_map, find_misplaced, find_outliers, find_regions, outliers
from ftcore.dataset.meaning.map import Map, _principal
from ftcore.dataset.meaning.records import decode

pytestmark = pytest.mark.shared
STRANGE = ["Whisk three egg whites with sugar until stiff.", "The volcano erupted in 1883 and cooled the planet."]


@pytest.fixture(scope="module")
def questions(shared_data):
    """3,000 questions of banking77 with their labels, by id."""
    with (shared_data / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = np.random.default_rng(0).permutation(len(rows))[:3000]
    return {int(at) + 1: (rows[at]["text"], rows[at]["category"]) for at in chosen}


@pytest.fixture(scope="module")
def store(questions, tmp_path_factory):
    made = Vectors(tmp_path_factory.mktemp("meaning"))
    made.update(questions, [text for text, _ in questions.values()])
    return made


def shared_labels(places, labels, neighbours=10):
    """The share of each row's nearest rows that have its label."""
    near = np.empty((len(places), neighbours), int)
    for at, place in enumerate(places):
        far = ((places - place) ** 2).sum(axis=1)
        far[at] = np.inf
        near[at] = np.argpartition(far, neighbours)[:neighbours]
    return float((labels[near] == labels[:, None]).mean())


def test_neighbours_mostly_share_their_label(store, questions):
    records = store.records()
    labels = np.array([questions[id_][1] for id_ in records.ids.tolist()])
    places = decode(records, np.arange(len(records.ids)))
    assert shared_labels(places, labels) > 0.65


def test_rows_about_something_else_are_the_outliers(questions, tmp_path, monkeypatch):
    store = Vectors(tmp_path)
    store.update(questions, [text for text, _ in questions.values()])
    store.update([20_001, 20_002, 20_003], [*STRANGE, ""])
    exact = find_outliers(store.records(), 10)
    assert {20_001, 20_002} <= {id_ for id_, _ in exact[:5]}
    assert 20_003 not in {id_ for id_, _ in exact}
    assert [near for _, near in exact] == sorted(near for _, near in exact)
    monkeypatch.setattr(outliers, "MOST_PAIRED", 2000)
    sampled = find_outliers(store.records(), 10)
    assert [id_ for id_, _ in sampled] == [id_ for id_, _ in exact]
    assert [near for _, near in sampled] == pytest.approx([near for _, near in exact], abs=1e-5)


def test_few_rows_have_few_outliers(tmp_path):
    store = Vectors(tmp_path)
    assert find_outliers(store.records()) == []
    store.update([1, 2, 3], ["my card", "a card", "egg whites"])
    assert find_outliers(store.records(), 1)[0][0] == 3


def test_wrong_labels_come_first(store, questions):
    labels = {id_: label for id_, (_, label) in questions.items()}
    names = sorted(set(labels.values()))
    wrong = list(questions)[:40]
    for at, id_ in enumerate(wrong):
        labels[id_] = names[(names.index(labels[id_]) + 1 + at) % len(names)]
    found = find_misplaced(store.records(), labels, 40)
    assert sum(one.id in wrong for one in found) >= 25
    right = [one for one in found if one.id in wrong and one.other == questions[one.id][1]]
    assert len(right) >= 15
    assert [one.by for one in found] == sorted((one.by for one in found), reverse=True)
    assert find_misplaced(store.records(), {}) == []


def test_the_map_keeps_neighbours_together_far_better_than_two_directions_do(store, questions):
    drawn = draw_map(store.records())
    labels = np.array([questions[id_][1] for id_ in drawn.ids.tolist()])
    on_the_map = shared_labels(np.stack([drawn.x, drawn.y], axis=1), labels)
    vectors = decode(store.records(), store.records().find(drawn.ids)[0])
    flat = shared_labels(_principal(vectors.astype(float))[:, :2], labels)
    assert on_the_map > 0.5
    assert flat < 0.2
    assert max(np.abs(drawn.x).max(), np.abs(drawn.y).max()) == pytest.approx(1)


def test_the_map_is_the_same_in_any_order_and_limited(store, questions):
    ids = list(questions)[:300]
    one, other = draw_map(store.records(), ids, seed=4), draw_map(store.records(), ids[::-1], seed=4)
    assert np.array_equal(one.ids, np.sort(ids))
    assert np.array_equal(one.x, other.x)
    assert np.array_equal(one.y, other.y)
    assert not np.array_equal(one.x, draw_map(store.records(), ids, seed=5).x)
    assert len(draw_map(store.records(), ids, most=50).ids) == 50


@pytest.mark.parametrize("texts", [[], ["one"], ["one", "two"], ["same"] * 5, ["", "one", "two three", "four five"]])
def test_small_maps_are_drawn(texts, tmp_path):
    store = Vectors(tmp_path)
    store.update(range(len(texts)), texts)
    drawn = draw_map(store.records())
    assert len(drawn.ids) == len([text for text in texts if text])
    assert np.isfinite(drawn.x).all()
    assert np.isfinite(drawn.y).all()


def test_areas_are_told_by_their_words_and_hold_every_row_once(store, questions):
    drawn = draw_map(store.records())
    texts, labels = ([questions[id_][part] for id_ in drawn.ids.tolist()] for part in (0, 1))
    found = find_regions(drawn, texts, labels)
    assert 8 <= len(found) <= 15
    assert sorted(at for area in found for at in area.members) == list(range(len(texts)))
    assert found == find_regions(drawn, texts, labels)
    for area in found:
        inside = [texts[at].lower() for at in area.members]
        assert len(area.words) == 3
        for word in area.words:
            here = sum(word in text for text in inside) / len(inside)
            assert here > sum(word in text.lower() for text in texts) / len(texts)
        counts = Counter(labels[at] for at in area.members)
        assert counts[area.label] == max(counts.values())
        assert area.share == counts[area.label] / area.rows


def test_areas_of_few_rows_and_of_scripts_without_spaces():
    points = np.zeros(4, np.float32)
    drawn = Map(np.arange(4), points, points)
    assert find_regions(drawn, ["a b", "", "", ""])[0].rows == 4
    apart = Map(np.arange(40), np.repeat(np.float32([-1, 1]), 20), np.zeros(40, np.float32))
    found = find_regions(apart, ["注文の返品"] * 20 + ["請求書の送付"] * 20)
    assert {area.words for area in found} == {("注文", "返品"), ("請求書", "送付")}
    assert find_regions(Map(points[:0].astype(int), points[:0], points[:0]), []) == []
    with pytest.raises(ValueError, match="aligned"):
        find_regions(drawn, ["a"])
