"""Vectors: what they say, how they are kept, and that a killed process loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ftcore.dataset.meaning import MeaningError, Updated, Vectors, embed, vectors
from ftcore.dataset.meaning.records import decode, encode

PAIRS = [
    ("My card has not arrived yet.", "I am still waiting for my new card."),
    ("How do I reset my password?", "I forgot my password and need a new one."),
    ("Can I get a refund for these shoes?", "I want my money back for the boots I bought."),
    ("What is the weather like in Paris?", "Is it raining in France today?"),
    ("The app crashes when I open it.", "Your application stops working at the start."),
    ("Cancel my subscription please.", "I would like to end my membership."),
]


def stored(folder: Path) -> dict[int, np.ndarray]:
    """Every id with its vector, as a fresh process would see them."""
    found = Vectors(folder)
    return dict(zip(found.ids().tolist(), found.of(found.ids()), strict=True))


def test_a_paraphrase_is_the_nearest_text():
    asked, others = embed([one for one, _ in PAIRS]), embed([other for _, other in PAIRS])
    assert (asked @ others.T).argmax(axis=1).tolist() == list(range(len(PAIRS)))


def test_vectors_have_length_one_and_texts_without_a_word_none():
    found = embed(["hello", "", "  \n", "日本語", "\ud800 half", "\0"])
    assert found.shape == (6, 256)
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1)[[0, 3, 4]] == pytest.approx(1, abs=1e-5)
    assert not found[[1, 2]].any()
    assert embed([]).shape == (0, 256)


def test_a_text_has_the_same_vector_alone_and_beside_others():
    texts = [one for pair in PAIRS for one in pair] * 50
    assert embed(texts)[7] == pytest.approx(embed([texts[7]])[0], abs=1e-6)
    assert embed(["MY CARD IS LOST"])[0] == pytest.approx(embed(["my card is lost"])[0], abs=1e-6)
    long = "where is my card " * 200
    assert embed([long + "something else"])[0] == pytest.approx(embed([long])[0], abs=1e-6)


def test_embedding_needs_no_network_no_torch_and_leaves_logging_alone():
    code = """
import logging, socket, sys
def refuse(*a, **k): raise AssertionError("a network connection was tried")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import ftcore.dataset.meaning
assert "numpy" not in sys.modules and "wordllama" not in sys.modules
from ftcore.dataset.meaning import embed
assert embed(["hello"]).any()
assert "torch" not in sys.modules and "wordllama" in sys.modules
assert logging.getLogger().handlers == [] and logging.getLogger().level == logging.WARNING
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "HOME": "/nowhere"})


def test_int8_keeps_cosines_to_three_digits():
    found = embed([one for pair in PAIRS for one in pair])
    values, scales = encode(found)
    again = values.astype(np.float32) * scales[:, None]
    assert again @ again.T == pytest.approx(found @ found.T, abs=0.005)


def test_only_new_and_changed_texts_are_read(tmp_path, monkeypatch):
    read: list[str] = []

    def noted(texts):
        read.extend(texts)
        return embed(texts)

    monkeypatch.setattr(vectors, "embed", noted)
    store = Vectors(tmp_path / "m")
    assert store.update([1, 2, 3], ["a cat", "a dog", "a fish"]) == Updated(3, 0)
    read.clear()
    assert store.update([1, 2, 3, 4], ["a cat", "a wolf", "a fish", "a bird"]) == Updated(2, 2)
    assert read == ["a wolf", "a bird"]
    assert Vectors(tmp_path / "m").update([1, 2], ["a cat", "a wolf"]) == Updated(0, 2)
    with pytest.raises(ValueError, match="shorter"):
        store.update([1, 2], ["only one"])


def test_similar_rows_come_nearest_first_without_the_row_itself(tmp_path):
    store, texts = Vectors(tmp_path / "m"), [one for pair in PAIRS for one in pair]
    store.update(range(1, 13), texts)
    found = store.similar(1, k=20)
    assert found[0][0] == 2
    assert len(found) == 11
    exact = embed(texts) @ embed(texts)[0]
    assert [cosine for _, cosine in found] == pytest.approx(sorted(exact[1:], reverse=True), abs=0.005)
    assert [id_ for id_, _ in store.similar(1, k=1, exclude=[2])] != [2]
    assert store.similar(1, floor=0.999) == []
    assert store.similar(embed(["where is my card"])[0], k=2)[0][0] in (1, 2)
    assert store.similar(1, k=0) == []
    with pytest.raises(MeaningError, match="99"):
        store.similar(99)


def test_an_empty_text_is_similar_to_nothing(tmp_path):
    store = Vectors(tmp_path / "m")
    assert store.similar(embed(["hello"])[0]) == []
    store.update([1, 2, 3], ["", "hello", ""])
    assert [id_ for id_, _ in store.similar(embed(["hello"])[0])] == [2]
    assert store.similar(1) == [(2, 0.0)]


def test_what_was_not_committed_is_not_there(tmp_path, monkeypatch):
    folder = tmp_path / "m"
    Vectors(folder).update([1, 2], ["a cat", "a dog"])
    before = stored(folder)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(vectors.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            Vectors(folder).update([2, 3], ["a wolf", "a bird"])
    after = stored(folder)
    assert after.keys() == before.keys()
    assert all(np.array_equal(after[id_], before[id_]) for id_ in before)
    assert Vectors(folder).update([4], ["a house"]) == Updated(1, 0)
    assert stored(folder).keys() == {1, 2, 4}
    assert stored(folder)[4] == pytest.approx(embed(["a house"])[0], abs=0.005)


@pytest.mark.faults
def test_a_killed_process_leaves_whole_vectors_and_the_next_one_goes_on(tmp_path):
    folder = tmp_path / "m"
    code = """
import sys
from pathlib import Path
from ftcore.dataset.meaning import Vectors
store = Vectors(Path(sys.argv[1]))
for turn in range(100_000):
    store.update(range(turn * 20, turn * 20 + 40), [f"question {n} of turn {turn}" for n in range(turn * 20, turn * 20 + 40)])
"""
    for wait in (0.05, 0.2):
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)])
        had = len(Vectors(folder)) if folder.exists() else 0
        while not folder.exists() or len(Vectors(folder)) in (0, had):
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = stored(folder)
        assert found
        for id_, vector in list(found.items())[-45:]:
            turns = {id_ // 20, max(0, id_ // 20 - 1)}
            exact = embed([f"question {id_} of turn {turn}" for turn in turns])
            assert max(exact @ vector) == pytest.approx(1, abs=0.005)
    assert Vectors(folder).update([1], ["new"]).embedded == 1


def test_files_cut_short_are_noticed_and_made_again(tmp_path):
    folder = tmp_path / "m"
    Vectors(folder).update([1, 2], ["a cat", "a dog"])
    with next(folder.glob("vectors-*.bin")).open("r+b") as file:
        file.truncate(300)
    assert len(Vectors(folder)) == 0
    assert Vectors(folder).update([1, 2], ["a cat", "a dog"]) == Updated(2, 0)
    assert len(Vectors(folder)) == 2


def test_a_reader_sees_what_another_process_wrote_and_tidied(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors, "WASTE", 0)
    reader, writer = Vectors(tmp_path / "m"), Vectors(tmp_path / "m")
    writer.update([1, 2], ["a cat", "a dog"])
    old = reader.records()
    for turn in range(6):
        writer.update([1, 2], [f"a cat {turn}", f"a dog {turn}"])
    assert decode(old, np.array([0]))[0] == pytest.approx(embed(["a cat"])[0], abs=0.005)
    assert reader.of([1])[0] == pytest.approx(embed(["a cat 5"])[0], abs=0.005)
    assert len(list((tmp_path / "m").glob("*.bin"))) == 2
    assert (tmp_path / "m").stat().st_size < 10_000


class Keeping(RuleBasedStateMachine):
    """Updates, removals and reopening against a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Vectors(Path(self.folder.name) / "m")
        self.texts: dict[int, str] = {}
        self.before, vectors.WASTE = vectors.WASTE, 3

    def teardown(self) -> None:
        vectors.WASTE = self.before
        self.folder.cleanup()

    @rule(
        rows=st.lists(
            st.tuples(st.integers(-3, 8), st.sampled_from(["", "cat", "dog", "my card", "a card"])), max_size=5
        )
    )
    def update(self, rows):
        last = dict(rows)
        changed = sum(self.texts.get(id_) != text for id_, text in last.items())
        assert self.store.update([id_ for id_, _ in rows], [text for _, text in rows]).embedded == changed
        self.texts.update(last)

    @rule(ids=st.lists(st.integers(-3, 8), max_size=4))
    def remove(self, ids):
        assert self.store.remove(ids) == len(set(ids) & set(self.texts))
        for id_ in ids:
            self.texts.pop(id_, None)

    @rule()
    def reopen(self):
        self.store = Vectors(Path(self.folder.name) / "m")

    @precondition(lambda self: self.texts)
    @rule(chance=st.randoms())
    def ask(self, chance):
        id_ = chance.choice(sorted(self.texts))
        exact = dict(
            zip(self.texts, (embed(list(self.texts.values())) @ embed([self.texts[id_]])[0]).tolist(), strict=True)
        )
        worded = {other for other, text in self.texts.items() if text and other != id_}
        found = self.store.similar(id_)
        assert {other for other, _ in found} == worded
        assert all(cosine == pytest.approx(exact[other], abs=0.01) for other, cosine in found)

    @invariant()
    def holds_what_was_given(self):
        assert self.store.ids().tolist() == sorted(self.texts)
        expected = embed([self.texts[id_] for id_ in sorted(self.texts)])
        assert self.store.of(sorted(self.texts)) == pytest.approx(expected, abs=0.01)


TestKeeping = Keeping.TestCase
TestKeeping.settings = settings(deadline=None, max_examples=30, stateful_step_count=20)
