"""Statuses, prices and providers: what others call things, and how old our facts are."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.app_files import data_dir
from ftcore.endpoints import EndpointError, normalise, prices, providers
from ftcore.endpoints.figures import Figure
from ftcore.records import JobState

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("validating_files", JobState.SUBMITTED),
        ("queued", JobState.SUBMITTED),
        ("pending", JobState.SUBMITTED),
        ("notRunning", JobState.SUBMITTED),
        ("running", JobState.RUNNING),
        ("canceling", JobState.RUNNING),
        ("paused", JobState.PAUSED),
        ("CANCELLATION_REQUESTED", JobState.RUNNING),
        ("succeeded", JobState.SUCCEEDED),
        ("SUCCESS", JobState.SUCCEEDED),
        ("JOB_STATE_COMPLETED", JobState.SUCCEEDED),
        ("failed", JobState.FAILED),
        ("FAILED_VALIDATION", JobState.FAILED),
        ("cancelled", JobState.CANCELLED),
        ("canceled", JobState.CANCELLED),
        (None, JobState.RUNNING),
        ("", JobState.RUNNING),
        ("deploying", JobState.RUNNING),
        ("succeeded_partially", JobState.RUNNING),
    ],
)
def test_every_servers_word_becomes_ours(status, state):
    assert normalise(status) is state


@given(st.text())
def test_an_unknown_status_is_never_success(status):
    if normalise(status) is JobState.SUCCEEDED:
        assert "succe" in status.lower() or "complete" in status.lower()


def test_every_price_has_a_source_and_says_when_it_is_old():
    found = prices.load(data_dir() / "prices.yaml")
    assert len(found) >= 12
    for price in found:
        for _, figure in price.figures():
            assert figure.value >= 0
            assert figure.origin(TODAY)
    tuned = prices.find(found, "openai", "ft:gpt-4o-mini-2024-07-18:org::abc", tuned=True)
    assert (tuned.train.value, tuned.old(TODAY)) == (3.0, ("train", "input", "cached", "output"))
    assert "check it" in tuned.train.origin(TODAY)
    nebius = prices.find(found, "nebius", "below 20B parameters", tuned=True)
    assert nebius.old(date(2026, 11, 18)) == ()
    assert nebius.old(date(2026, 11, 19)) == ("train",)


def test_a_figure_without_a_date_counts_as_old():
    figure = Figure(1.0, "memory", None)
    assert figure.is_old(TODAY)
    assert figure.origin(TODAY).endswith("date not known")


def test_a_smaller_model_is_not_priced_as_its_larger_sister():
    found = prices.load(data_dir() / "prices.yaml")
    assert prices.find(found, "openai", "gpt-4.1-mini-2025-04-14", tuned=False).model == "gpt-4.1-mini"
    assert prices.find(found, "openai", "gpt-4.1-nano", tuned=False) is None
    assert prices.find(found, "openai", "gpt-4o", tuned=False) is None
    assert not prices.find(found, "openai", "gpt-6-luna", tuned=False).trainable


def test_the_providers_say_what_differs_and_what_ends():
    found = {provider.name: provider for provider in providers.load(data_dir() / "providers.yaml")}
    assert {name for name, provider in found.items() if provider.speaks} == {
        "local",
        "nebius",
        "azure",
        "crusoe",
        "openai",
    }
    assert found["local"].practice
    assert found["azure"].limits["suffix"] == 18
    assert all(normalise(status) is not JobState.SUCCEEDED for status in found["azure"].statuses)
    ending = found["openai"].ending_of("ft:gpt-4o-mini-2024-07-18:org::abc")
    assert ending.day == date(2027, 1, 14)
    assert found["openai"].ending_of("gpt-4.1-mini-2025-04-14").day == date(2027, 1, 14)
    assert found["openai"].ending_of("gpt-6-luna") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prices: [", r"prices.yaml: line \d+: this is not YAML"),
        ("costs: []", "a list named 'prices'"),
        ("prices: [3]", "entry 1"),
        ("prices: [{provider: a}]", "entry 1: 'model' must be a text"),
        (
            "prices: [{provider: a, model: m}, {provider: a, model: m, train: {usd: lots, source: memory}}]",
            "entry 2, train",
        ),
        ("prices: [{provider: a, model: m, train: {usd: -1, source: memory}}]", "number of dollars"),
        ("prices: [{provider: a, model: m, train: {usd: .nan, source: memory}}]", "number of dollars"),
        ("prices: [{provider: a, model: m, train: {usd: .inf, source: memory}}]", "number of dollars"),
        ("prices: [{provider: a, model: m, train: {usd: 1, source: hearsay}}]", "'source' must be one of"),
        ("prices: [{provider: a, model: m, train: {usd: 1, source: memory, read: spring}}]", "'spring' is not a date"),
        ("prices: !!python/object/apply:os.system ['true']", "not YAML"),
    ],
)
def test_a_mistake_in_an_edited_file_is_shown_with_its_place(tmp_path, text, words):
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(EndpointError, match=words):
        prices.load(path)


def test_a_missing_or_binary_file_is_told(tmp_path):
    with pytest.raises(EndpointError, match="cannot be read"):
        prices.load(tmp_path / "prices.yaml")
    (tmp_path / "p.yaml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(EndpointError):
        prices.load(tmp_path / "p.yaml")


def test_a_month_is_told_as_a_month_and_a_day_as_a_day() -> None:
    found = prices.load(data_dir() / "prices.yaml")
    of_month = prices.find(found, "openai", "gpt-4o-mini", tuned=True)
    of_day = prices.find(found, "nebius", "below 20B parameters", tuned=True)
    assert of_month is not None
    assert of_day is not None
    assert of_month.train is not None
    assert of_day.train is not None
    assert "read 2026-06 (" in of_month.train.origin(TODAY)
    assert "read 2026-08-20" in of_day.train.origin(TODAY)
