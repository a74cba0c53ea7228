"""The user's own copies of prices and providers stand for the shipped ones, and a broken copy is said, not obeyed."""

from __future__ import annotations

import pytest

from ftcore.endpoints import EndpointError
from ftcore.endpoints.facts import copy_to_edit, facts_of, load_prices
from ftcore.records import Endpoint
from ftcore.workspace import Workspace

OWN = "prices: [{provider: nebius, model: any, tuned: true, train: {usd: 7, source: provider, read: 2026-11-01}}]"


def test_without_a_copy_the_shipped_facts_hold(workspace):
    facts = facts_of(workspace)
    assert (facts.own, facts.faults) == ((), ())
    assert facts.provider("azure").label == "Azure Foundry"
    assert len(load_prices(workspace)) >= 12


def test_an_edited_copy_replaces_the_shipped_file_at_once(workspace):
    at_nebius = Endpoint(1, "work", "https://example.com/v1", provider="nebius")
    path = copy_to_edit(workspace, "prices.yaml")
    assert facts_of(workspace).prices == load_prices(workspace)
    path.write_text(OWN)
    facts = facts_of(workspace)
    assert facts.own == ("prices.yaml",)
    assert facts.price(at_nebius, "some-model", tuned=True).train.value == 7
    path.write_text(OWN.replace("usd: 7", "usd: 8.5"))
    assert facts_of(workspace).price(at_nebius, "some-model", tuned=True).train.value == 8.5


def test_a_copy_that_is_there_is_never_written_over(workspace):
    path = copy_to_edit(workspace, "prices.yaml")
    path.write_text(OWN)
    assert copy_to_edit(workspace, "prices.yaml").read_text() == OWN


def test_a_broken_copy_is_said_with_its_entry_and_the_shipped_one_holds(workspace):
    (workspace.root / "providers.yaml").write_text("providers: [{name: mine}]")
    facts = facts_of(workspace)
    assert facts.provider("openai") is not None
    assert len(facts.faults) == 1
    assert "providers.yaml, providers, entry 1: 'label' must be a text" in facts.faults[0]


def test_only_these_two_files_can_be_copied(workspace):
    with pytest.raises(EndpointError, match=r"providers\.yaml and prices\.yaml"):
        copy_to_edit(workspace, "../evidence.yaml")


def test_a_server_of_no_provider_has_no_price(workspace):
    assert facts_of(workspace).price(Endpoint(1, "work", "https://x.example/v1"), "gpt-4.1", tuned=True) is None


def test_what_the_user_says_of_a_price_stands_before_the_list(workspace: Workspace) -> None:
    facts = facts_of(workspace)
    own = Endpoint(1, "work", "https://x.example/v1", limits={"train_usd": 2.5})
    found = facts.price(own, "anything", tuned=True)
    assert found is not None
    assert found.train is not None
    assert (found.train.value, found.train.origin()) == (2.5, "from you")
    assert not found.train.is_old()
    assert facts.price(own, "anything", tuned=False) is None
    openai = Endpoint(2, "o", "https://x.example/v1", provider="openai", limits={"train_usd": 0.0})
    free = facts.price(openai, "gpt-4o", tuned=True)
    assert free is not None
    assert free.train is not None
    assert free.train.value == 0.0
