"""Each server's differences are lines of a table; what it would not take is refused before it is sent."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.app_files import data_dir
from ftcore.endpoints import Adapter, EndpointError, adapter_for, normalise, providers
from ftcore.records import LOCAL, Endpoint, JobState

KNOWN = providers.load(data_dir() / "providers.yaml")


def adapter(name: str) -> Adapter:
    return adapter_for(Endpoint(1, "work", "https://example.com/v1", provider=name), KNOWN)


def refused(tmp_path: Path, entry: str, words: str) -> None:
    path = tmp_path / "providers.yaml"
    path.write_text(f"providers: [{{name: a, label: A, {entry}}}]")
    with pytest.raises(EndpointError, match=words):
        providers.load(path)


def test_a_server_in_no_table_is_spoken_to_plainly():
    plain = adapter("")
    assert plain.training_bytes(b"{}\n") == b"{}\n"
    assert plain.creation(model="m", training_file="file-1", hyperparameters={"n_epochs": 3, "beta": None}) == {
        "model": "m",
        "training_file": "file-1",
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
    }
    assert adapter("no-such-provider") == plain


def test_the_local_endpoint_is_this_computer_whatever_its_provider_says():
    assert adapter_for(Endpoint(1, LOCAL, "http://127.0.0.1:1/v1"), KNOWN).provider.practice


def test_azure_gets_a_byte_order_mark_once_its_training_type_and_a_short_suffix():
    azure = adapter("azure")
    line = json.dumps({"messages": []}).encode()
    assert azure.training_bytes(line) == codecs.BOM_UTF8 + line
    assert azure.training_bytes(azure.training_bytes(line)) == codecs.BOM_UTF8 + line
    wanted = azure.creation(model="m", training_file="file-1", suffix="a" * 18, seed=0)
    assert (wanted["extra_body"], wanted["suffix"], wanted["seed"]) == ({"trainingType": "GlobalStandard"}, "a" * 18, 0)
    with pytest.raises(EndpointError, match="19 characters, and Azure Foundry takes at most 18"):
        azure.creation(model="m", training_file="file-1", suffix="a" * 19)
    assert "deployment" in azure.deployment
    assert not azure.deploys


def test_nebius_takes_a_learning_rate_and_nothing_that_it_does_not_know():
    nebius = adapter("nebius")
    wanted = nebius.creation(model="m", training_file="f", hyperparameters={"learning_rate": 1e-5, "lora": True})
    assert wanted["method"]["supervised"]["hyperparameters"] == {"learning_rate": 1e-5, "lora": True}
    with pytest.raises(EndpointError, match="knows no setting lora_rank"):
        nebius.hyperparameters({"lora_rank": 8})
    with pytest.raises(EndpointError, match="lora_r must be a whole number"):
        nebius.hyperparameters({"lora_r": "many"})
    with pytest.raises(EndpointError, match="lora_r must be a whole number"):
        nebius.hyperparameters({"lora_r": True})
    assert nebius.file_ready(None)
    assert nebius.file_ready("uploaded")


def test_a_method_that_a_server_does_not_offer_is_refused():
    with pytest.raises(EndpointError, match="Crusoe trains supervised only"):
        adapter("crusoe").creation(model="m", training_file="f", method="dpo")
    pairs = adapter("openai").creation(model="m", training_file="f", method="dpo", hyperparameters={"beta": 0.1})
    assert pairs["method"] == {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1}}}


def test_an_older_server_gets_its_settings_at_the_top(tmp_path):
    path = tmp_path / "providers.yaml"
    path.write_text("providers: [{name: old, label: Old, speaks: true, old_form: true}]")
    old = Adapter(providers.load(path)[0])
    wanted = old.creation(model="m", training_file="f", hyperparameters={"n_epochs": 2})
    assert (wanted["hyperparameters"], "method" in wanted) == ({"n_epochs": 2}, False)


@pytest.mark.parametrize("status", [None, "", "processed", "Processed"])
def test_a_file_is_ready_when_the_server_says_so_or_says_nothing(status):
    assert adapter("openai").file_ready(status)


def test_a_file_that_is_still_read_is_waited_for_and_a_broken_one_is_told():
    assert not adapter("openai").file_ready("uploaded")
    with pytest.raises(EndpointError, match="could not use the training file"):
        adapter("openai").file_ready("error")


@given(st.text(), st.sampled_from([one.name for one in KNOWN]))
def test_no_table_makes_a_success_of_a_word_that_nobody_knows(word, name):
    if adapter(name).status(word) is JobState.SUCCEEDED:
        assert "succe" in word.lower() or "complete" in word.lower()


def test_a_servers_own_word_goes_before_ours(tmp_path):
    path = tmp_path / "providers.yaml"
    path.write_text("providers: [{name: a, label: A, speaks: true, statuses: {Ready-To-Go: succeeded, done: failed}}]")
    mine = Adapter(providers.load(path)[0])
    assert mine.status("READY_TO_GO") is JobState.SUCCEEDED
    assert mine.status("Done") is JobState.FAILED
    assert mine.status("running") is normalise("running")


@given(st.text(max_size=80))
def test_a_suffix_is_sent_whole_or_refused(text):
    try:
        assert adapter("azure").suffix(text) == text.strip()
    except EndpointError:
        assert len(text.strip()) > 18


def test_a_mistake_in_the_table_is_shown_with_its_place(tmp_path):
    refused(tmp_path, "statuses: {done: finished}", "entry 1, statuses: 'done' must be one of")
    refused(tmp_path, "methods: [magic]", "entry 1, methods: only these")
    refused(tmp_path, "hyperparameters: {lora: maybe}", "entry 1, hyperparameters")
    refused(tmp_path, "deployment: {what: a, source: memory, path: //evil.example}", "must begin with one /")
    refused(tmp_path, "deployment: {what: a, source: memory, path: 'https://evil.example'}", "must begin with one /")
