"""`tuneworthy endpoints`: add, test, list and remove, in clear lines and as JSON; never a key as an argument."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keyring
import pytest
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.endpoints import read_key
from ftcore.store import endpoints
from ftcore.workspace import Workspace
from tests.endpoints.connecting import no_keyring, script
from tests.endpoints.memory_keyring import MemoryKeyring
from tests.endpoints.scripted_server import refusal

__all__ = ["no_keyring", "script"]

CANARY = "sk-canary-cli-4471"


@pytest.fixture
def run(workspace: Workspace) -> Any:
    def call(*arguments: str | Path, code: int = 0, answer: str = "") -> str:
        wanted = [str(one) for one in ("endpoints", *arguments, "--workspace", workspace.root)]
        done = CliRunner().invoke(app, wanted, input=answer)
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_a_connection_is_added_tested_listed_and_removed(run, script, workspace):
    added = run("add", "work", "--base-url", script.base_url, "--job-usd", "5", "--month-usd", "20")
    assert "tuneworthy endpoints test work" in added
    assert "It lists 1 model: base-1." in run("test", "work")
    listed = run("list")
    assert f"work: {script.base_url}, no key, $5.00 a job, $20.00 a month, test: works" in listed
    assert "work is removed" in run("remove", "work", "--yes")
    assert "no connection yet" in run("list")


def test_json_is_one_document(run, script):
    made = json.loads(run("add", "work", "--base-url", script.base_url, "--key-env", "WORK_KEY", "--json"))
    assert (made["key"], made["limits"], made["checked_at"]) == ("environment variable WORK_KEY", {}, None)
    tried = json.loads(run("test", "work", "--json", code=1))
    assert not tried["works"]
    assert "WORK_KEY is not set" in tried["findings"][1]["sentence"]
    assert [one["name"] for one in json.loads(run("list", "--json"))["endpoints"]] == ["work"]
    assert json.loads(run("remove", "work", "--yes", "--json"))["removed"] == "work"


def test_a_price_that_no_list_knows_is_said_with_the_connection(run, script, workspace):
    said = run("add", "work", "--base-url", script.base_url, "--train-usd", "0", "--job-usd", "10")
    assert "$0.00 a million training tokens" in said
    assert "$10.00 a job" in said


def test_a_key_comes_from_standard_input_and_is_printed_nowhere(run, script, workspace):
    said = run("add", "work", "--base-url", script.base_url, "--key-stdin", answer=f"{CANARY}\n")
    said += run("list") + run("list", "--json") + run("test", "work")
    assert CANARY not in said
    assert "in the secrets file" in said
    db = workspace.open_database()
    with db.read() as c:
        found = endpoints.find(c, "work")
    assert found is not None
    assert read_key(found.key_source) == CANARY
    db.close()


def test_with_keyring_a_key_is_asked_for_and_never_kept_in_a_file(run, script, workspace):
    refused = run("add", "work", "--base-url", script.base_url, "--keyring", answer=f"{CANARY}\n", code=1)
    assert "no keyring that can be used" in refused
    assert not workspace.secrets.exists()
    own = MemoryKeyring()
    keyring.set_keyring(own)
    said = run("add", "work", "--base-url", script.base_url, "--keyring", answer=f"{CANARY}\n")
    assert list(own.kept.values()) == [CANARY]
    assert CANARY not in said + refused


def test_a_key_as_an_argument_is_refused_with_the_reason(run, script):
    said = run("add", "work", "--base-url", script.base_url, "--key", CANARY, code=2)
    assert "history" in said
    assert CANARY not in said
    assert "no connection yet" in run("list")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("add", "work"), 2, "--base-url"),
        (("add", "work", "--base-url", "http://example.com/v1"), 1, "in the open"),
        (("add", "local", "--base-url", "https://example.com/v1"), 1, "this computer's own"),
        (("add", "work", "--provider", "azure"), 1, "Replace RESOURCE"),
        (("add", "work", "--provider", "nobody"), 1, "no provider named nobody"),
        (("add", "work", "--base-url", "https://x.example/v1", "--key-env", "A", "--key-stdin"), 2, "once"),
        (("test", "work"), 1, "no connection named work"),
        (("remove", "work"), 1, "no connection named work"),
        (("own-copy", "passwords"), 1, "providers.yaml and prices.yaml"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(run, arguments, code, words):
    said = run(*arguments, code=code)
    assert words in said
    assert "Traceback" not in said


def test_the_provider_s_usual_address_is_taken(run):
    made = json.loads(run("add", "gpus", "--provider", "nebius", "--key-env", "NEBIUS_API_KEY", "--json"))
    assert made["base_url"] == "https://api.tokenfactory.nebius.com/v1"


def test_whether_jobs_may_be_started_is_only_asked_when_wanted(run, script):
    script.answers["POST", "/fine_tuning/jobs"] = (403, refusal("not for you"))
    run("add", "work", "--base-url", script.base_url)
    assert "not for you" not in run("test", "work")
    assert "not for you" in run("test", "work", "--may-start-jobs", code=1)


def test_removing_asks_once_and_no_means_no(run, script):
    run("add", "work", "--base-url", script.base_url)
    assert "Nothing was removed" in run("remove", "work", answer="n\n", code=1)
    assert "work: " in run("list")


def test_a_broken_copy_of_the_facts_is_noted_and_the_rest_works(run, workspace):
    path = Path(json.loads(run("own-copy", "prices.yaml", "--json"))["file"])
    path.write_text("prices: 3")
    assert "Note: Your copy" in run("list")
