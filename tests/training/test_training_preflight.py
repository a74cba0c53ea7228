"""What is said before a launch: of the examples, of the endpoint, and what has to be acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.app_files import data_dir
from ftcore.dataset.leakage import Leak
from ftcore.endpoints import prices, providers
from ftcore.records import LOCAL, Endpoint, Severity, SnapshotRow, Split, TrainingExample
from ftcore.training import offers
from ftcore.training.preflight import LEAK, Finding, calmly, examine, of_survey, problems_left, unacknowledged
from ftcore.training.settings import DPO, Care, Settings, auto_epochs, describe, simple
from ftcore.training.survey import survey_of
from ftcore.training.terms import Terms

TODAY = date(2026, 11, 24)


def rows(train: int, test: int, *, same: bool = False, words: int = 1) -> list[SnapshotRow]:
    def row(i: int, split: Split) -> SnapshotRow:
        text = "the same question" if same else f"question {split} {i} " + "word " * words
        talk = [
            {"role": "system", "content": str(split)},
            {"role": "user", "content": text},
            {"role": "assistant", "content": "a"},
        ]
        return SnapshotRow(1_000 * (split is Split.TEST) + i, split, TrainingExample(talk))

    return [row(i, Split.TRAIN) for i in range(train)] + [row(i, Split.TEST) for i in range(test)]


def terms(provider: str = "", model: str = "m", listed: Sequence[str] = (), shutdown: date | None = None) -> Terms:
    entry = next((one for one in providers.load(data_dir() / "providers.yaml") if one.name == provider), None)
    price = prices.find(prices.load(data_dir() / "prices.yaml"), provider, model, tuned=True)
    tested = datetime(2026, 11, 20, 9, tzinfo=UTC)
    there = Endpoint(7, provider or "mine", "https://api.example/v1", provider=provider, checked_at=tested)
    return Terms(there, model, entry, price, tuple(listed), shutdown)


def at_endpoint(there: Terms, settings: Settings = Settings(), train: int = 60, words: int = 1) -> dict[str, Finding]:
    found = offers.examine(survey_of(rows(train, 40, words=words)), there, settings, TODAY)
    return {one.code: one for one in found}


def test_nothing_is_said_against_enough_of_both() -> None:
    assert examine(rows(60, 40)) == []


def test_nine_examples_are_an_error_that_says_what_to_do() -> None:
    (finding,) = examine(rows(9, 40))
    assert finding.severity == Severity.ERROR
    assert "fewer than 10" in finding.sentence
    assert "Curate" in finding.sentence


def test_a_test_question_that_is_trained_on_is_an_error_whatever_its_system_message() -> None:
    found = examine(rows(60, 40, same=True))
    assert any(
        f.severity == Severity.ERROR and "40 test questions are in the training rows too" in f.sentence for f in found
    )


def test_no_test_rows_are_a_warning() -> None:
    assert [f.severity for f in examine(rows(60, 0))] == [Severity.WARNING]


def test_near_duplicates_are_counted_beside_exact_ones_and_each_test_row_once() -> None:
    known = rows(60, 40)
    near = [Leak(known[60].example_id, known[at].example_id, (Split.TEST, Split.TRAIN), 0.8, False) for at in (1, 2)]
    (finding,) = examine([*known], near)
    assert (finding.severity, finding.code) == (Severity.ERROR, LEAK)
    assert finding.sentence.startswith("1 test example is nearly the same as training rows")


def test_a_series_of_sizes_needs_a_quarter_that_can_be_trained_on() -> None:
    series = Settings(series=True)
    assert [f.code for f in of_survey(survey_of(rows(36, 40)), settings=series) if f.severity == Severity.ERROR] == [
        "few-in-part"
    ]
    assert not [f for f in of_survey(survey_of(rows(37, 40)), settings=series) if f.severity == Severity.ERROR]


def test_problems_that_nobody_solved_are_counted_by_their_worst() -> None:
    (finding,) = problems_left({Severity.ERROR: 3, Severity.WARNING: 12, Severity.HINT: 99})
    assert (
        "15 approved rows have a problem that nobody has solved (3 with an error, 12 with a warning)"
        in finding.sentence
    )
    assert finding.code == "problems:3:12"
    assert problems_left({Severity.HINT: 4}) == []


@given(
    st.lists(st.builds(Finding, st.sampled_from(Severity), st.just("s"), st.sampled_from("abcd"))),
    st.sets(st.sampled_from("abcdx")),
)
def test_a_warning_that_was_not_acknowledged_never_slips_through(found: list[Finding], said_yes: set[str]) -> None:
    left = unacknowledged(found, said_yes)
    assert {one.code for one in left} == {f.code for f in found if f.severity == Severity.WARNING} - said_yes
    assert unacknowledged(calmly(found), ()) == [], "where nothing is paid nothing need be acknowledged"
    assert [f.severity == Severity.ERROR for f in calmly(found)] == [f.severity == Severity.ERROR for f in found]


def test_a_model_that_stops_answering_says_in_how_many_days() -> None:
    found = at_endpoint(terms("openai", "gpt-4o-mini-2024-07-18"))
    said = found["shuts-down:2027-01-14"]
    assert said.severity == Severity.WARNING
    assert "stops answering in 51 days, on 14 January 2027 (this is from a third party" in said.sentence
    assert "from 6 January 2027 (in 43 days): No new fine-tuning jobs" in found["closes:2027-01-06"].sentence
    assert found["closes:2027-01-06"].severity == Severity.WARNING
    assert found["closes:2026-11-30"].severity == Severity.HINT, "what ends there is no training"
    assert "since 7 May 2026" in found["closed"].sentence
    assert "And since 2 July 2026" in found["closed"].sentence


def test_a_model_that_has_stopped_is_an_error() -> None:
    found = at_endpoint(terms("openai", "gpt-3.5-turbo"))["shuts-down"]
    assert (found.severity, "stopped answering on 23 October 2026" in found.sentence) == (Severity.ERROR, True)


def test_the_servers_own_shutdown_date_counts_too() -> None:
    found = at_endpoint(terms("nebius", "llama", shutdown=date(2026, 12, 1)))
    assert (
        "stops answering in 7 days, on 1 December 2026 (the server says so)" in found["shuts-down:2026-12-01"].sentence
    )


def test_a_price_that_nobody_knows_and_one_that_is_old_are_warnings() -> None:
    unknown = at_endpoint(terms("crusoe", "llama"))["price-unknown"]
    assert (unknown.severity, "under Connections" in unknown.sentence) == (Severity.WARNING, True)
    old = at_endpoint(terms("openai", "gpt-4o-mini-2024-07-18"))["price-old"]
    assert (
        old.sentence
        == "The price of $3.00 for a million tokens is from a third party, read 2026-06 (176 days ago: check it)."
    )


def test_the_practice_model_has_no_price_to_ask_for() -> None:
    here = Terms(Endpoint(1, LOCAL, "http://127.0.0.1:9/v1", practice=True), "smollm2")
    assert (here.rate, at_endpoint(here)) == (0.0, {})


def test_a_model_that_was_not_listed_at_the_last_test_is_a_warning() -> None:
    there = terms("nebius", "lama", listed=["llama", "qwen"])
    said = at_endpoint(there)["not-listed"]
    assert "did not list lama when its connection was last tested (20 November 2026)" in said.sentence
    assert "not-listed" not in at_endpoint(terms("nebius", "qwen", listed=["llama", "qwen"]))


def test_limits_of_the_provider_are_kept() -> None:
    there = terms("openai", "gpt-4o-mini-2024-07-18")
    long = at_endpoint(there, train=12, words=70_000)
    (code,) = [code for code in long if code.startswith("long")]
    assert code == "long:12"
    assert "longer than the 65,536 tokens" in long[code].sentence
    suffix = at_endpoint(terms("azure", "gpt-4o"), Settings(suffix="a-name-that-is-too-long"))["settings"]
    assert suffix.sentence == "The suffix has 23 characters, and this server takes at most 18."
    assert at_endpoint(terms("nebius", "llama"), Settings(method=DPO))["method"].severity == Severity.ERROR


@pytest.mark.parametrize(
    ("suffix", "good"), [("tickets-2", True), ("", True), ("a b", False), ("ü", False), ("a_b", False)]
)
def test_a_suffix_holds_letters_digits_and_hyphens(suffix: str, good: bool) -> None:
    assert (Settings(suffix=suffix).faults() == []) == good


def test_auto_epochs_follow_the_protocols_rule() -> None:
    assert [auto_epochs(n) for n in (3, 10, 50, 5000, 20_000)] == [25, 10, 3, 3, 1]


@given(st.integers(1, 100_000))
def test_careful_reads_the_examples_no_more_often_than_normal_and_thorough_no_less(number: int) -> None:
    passes = [simple(care, number).epochs or auto_epochs(number) for care in Care]
    assert passes == sorted(passes)
    assert all(simple(care, number).faults() == [] for care in Care)
    for care, epochs in zip(Care, passes, strict=True):
        assert describe(care, number).startswith(f"{epochs} pass")
