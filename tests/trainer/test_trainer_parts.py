"""The trainer's parts by themselves: journal, clusters of prompts, rows, batches, answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.trainer import journal
from ftcore.trainer.database import SCHEMA, Database
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Answering, Ask, Piece
from ftcore.trainer.paging import page

tokens = st.lists(st.integers(0, 3), min_size=1, max_size=12)


@given(torn=st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_a_torn_last_line_is_not_counted_and_not_kept(tmp_path_factory: pytest.TempPathFactory, torn: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "metrics.jsonl"
    first = journal.Journal(path)
    first.write("step", step=1, train_loss=float("nan"))
    first.write("step", step=2, train_loss=1.0)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:torn].rstrip(b"\n"))
    assert [entry["step"] for _, entry in journal.read(path)] == [1, 2]
    journal.Journal(path).write("step", step=3, train_loss=1.0)
    assert sorted(journal.steps(path)) == [1, 2, 3]
    assert journal.steps(path)[1]["train_loss"] is None


@given(
    prompts=st.lists(st.lists(st.integers(0, 1), min_size=2, max_size=6), min_size=1, max_size=8),
    lead=st.integers(0, 90),
)
@settings(max_examples=60, deadline=None)
def test_every_prompt_is_in_one_cluster_and_shares_what_it_says(prompts: list[list[int]], lead: int) -> None:
    from ftcore.trainer.generation.prefixes import clusters

    whole = [[7] * lead + prompt for prompt in prompts]
    found = clusters(whole)
    assert sorted(member for _, members in found for member in members) == list(range(len(whole)))
    for length, members in found:
        assert len({tuple(whole[member][:length]) for member in members}) == 1
        assert all(length < len(whole[member]) for member in members)


def test_few_shot_questions_do_not_lose_their_long_beginning_to_the_short_ones() -> None:
    from ftcore.trainer.generation.prefixes import clusters

    short = [[1] * 30 + [5 + n] * 4 for n in range(3)]
    long = [[1] * 30 + [2] * 100 + [5 + n] for n in range(3)]
    assert sorted(clusters(short + long)) == [(30, [0, 1, 2]), (130, [3, 4, 5])]


@given(lengths=st.lists(st.integers(3, 40), min_size=1, max_size=30), size=st.integers(1, 9), epoch=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_an_epoch_shows_every_example_once_and_the_same_seed_the_same_order(
    lengths: list[int], size: int, epoch: int
) -> None:
    from ftcore.trainer.tuning.encoding import Encoded
    from ftcore.trainer.tuning.packing import batches, micro_batches

    examples = [Encoded(list(range(n)), [False] * (n - 1) + [True], line) for line, n in enumerate(lengths)]
    plan = batches(examples, size, 5, epoch)
    assert sorted(e.line for batch in plan for e in batch) == list(range(len(lengths)))
    assert all(len(batch) <= size for batch in plan)
    assert len(plan) == -(-len(lengths) // size)
    assert plan == batches(examples, size, 5, epoch)
    for batch in plan:
        parts = micro_batches(batch, 50)
        assert [e for part in parts for e in part] == batch
        assert all(sum(len(e.ids) for e in part) <= 50 or len(part) == 1 for part in parts)


@given(texts=st.text(alphabet="abX ", min_size=1, max_size=30), stop=st.sampled_from(["X", "ab", "b a", "Xa"]))
def test_a_streamed_answer_is_the_whole_answer_in_pieces_cut_at_its_stop(texts: str, stop: str) -> None:
    def answered(streamed: bool) -> tuple[str, str | None]:
        told: list[Piece] = []
        one = Answering(Ask("m", [], max_tokens=20, stop=(stop,)), [1], told.append, streamed)
        for token in [*map(ord, texts), 0]:
            if one.finish is None:
                one.add(token, frozenset([0]), lambda ids: "".join(map(chr, ids)))
        return "".join(piece.text for piece in told), told[-1].finish

    text, reason = answered(streamed=False)
    assert answered(streamed=True) == (text, reason)
    assert stop not in text
    assert text == texts[:20].partition(stop)[0]
    assert reason == ("stop" if stop in texts[:20] or len(texts) < 20 else "length")


def test_lists_go_on_after_an_id_and_say_whether_more_follows(tmp_path: Path) -> None:
    database = Database(tmp_path / "t.db")
    for n in range(7):
        event = {"id": f"e{n}", "job_id": "j", "mark": f"m{n}", "created_at": 0, "level": "info", "type": "message"}
        database.insert("events", {**event, "message": "", "data": {}})
    seen: list[str] = []
    after, more = None, True
    while more:
        rows, more = page(database, "events", after=after, limit=3, where="job_id = :job", values={"job": "j"})
        seen += [row["id"] for row in rows]
        after = seen[-1]
    assert seen == [f"e{n}" for n in reversed(range(7))]
    with pytest.raises(TrainerError):
        page(database, "events", after="e1", limit=3, where="job_id = :job", values={"job": "other"})


def test_a_mark_is_written_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "t.db")
    event = {
        "id": "a",
        "job_id": "j",
        "mark": "step-1",
        "created_at": 0,
        "level": "info",
        "type": "metrics",
        "message": "",
    }
    assert database.insert("events", {**event, "data": {"step": 1}}, or_ignore=True)
    assert not database.insert("events", {**event, "id": "b", "data": {"step": 1}}, or_ignore=True)
    assert [row["data"] for row in database.rows("SELECT * FROM events")] == [{"step": 1}]


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "t.db") as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(TrainerError, match="newer"):
        Database(tmp_path / "t.db")


def test_an_older_database_is_brought_up_to_date_and_keeps_its_jobs(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "t.db") as other:
        other.executescript(SCHEMA.replace(", paused INTEGER NOT NULL DEFAULT 0", ""))
        other.execute(
            "INSERT INTO jobs (id, created_at, status, model, training_file, seed, asked, settings, metadata)"
            " VALUES ('ftjob-1', 1, 'queued', 'm', 'f', 1, '{}', '{}', '{}')"
        )
        other.execute("PRAGMA user_version = 1")
    other.close()
    for _ in range(2):
        database = Database(tmp_path / "t.db")
        assert [(row["id"], row["paused"]) for row in database.rows("SELECT * FROM jobs")] == [("ftjob-1", 0)]
        database.close()
