"""What is said before a launch."""

from __future__ import annotations

from ftcore.dataset.leakage import Leak
from ftcore.records import Severity, SnapshotRow, Split, TrainingExample
from ftcore.training.preflight import LEAK, auto_epochs, estimate, examine


def rows(train: int, test: int, *, same: bool = False) -> list[SnapshotRow]:
    def row(i: int, split: Split) -> SnapshotRow:
        text = "the same question" if same else f"question {split} {i}"
        talk = [
            {"role": "system", "content": str(split)},
            {"role": "user", "content": text},
            {"role": "assistant", "content": "a"},
        ]
        return SnapshotRow(i, split, TrainingExample(talk))

    return [row(i, Split.TRAIN) for i in range(train)] + [row(i, Split.TEST) for i in range(test)]


def test_nothing_is_said_against_enough_of_both() -> None:
    assert examine(rows(60, 40)) == []


def test_nine_examples_are_an_error_that_says_what_to_do() -> None:
    (finding,) = examine(rows(9, 40))
    assert finding.severity == Severity.ERROR
    assert "fewer than 10" in finding.sentence
    assert "Curate" in finding.sentence


def test_a_test_question_that_is_trained_on_is_an_error_whatever_its_system_message() -> None:
    assert any(
        f.severity == Severity.ERROR and "training rows too" in f.sentence for f in examine(rows(60, 40, same=True))
    )


def test_no_test_rows_are_a_warning() -> None:
    assert [f.severity for f in examine(rows(60, 0))] == [Severity.WARNING]


def test_auto_epochs_follow_the_protocols_rule() -> None:
    assert [auto_epochs(n) for n in (3, 10, 50, 5000, 20_000)] == [25, 10, 3, 3, 1]


def test_an_estimate_counts_every_epoch() -> None:
    one, three = estimate(rows(60, 10), 1), estimate(rows(60, 10), 3)
    assert three.tokens == 3 * one.tokens
    assert three.seconds[0] < three.seconds[1]


def test_near_duplicates_are_counted_beside_exact_ones_and_each_test_row_once() -> None:
    known = rows(60, 40)
    near = [Leak(known[60].example_id, known[at].example_id, (Split.TEST, Split.TRAIN), 0.8, False) for at in (1, 2)]
    (finding,) = examine([*known], near)
    assert (finding.severity, finding.code) == (Severity.ERROR, LEAK)
    assert finding.sentence.startswith("1 test example is nearly the same as training rows")
