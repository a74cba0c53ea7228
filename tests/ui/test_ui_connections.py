"""Connections: what a provider means is said before anything is typed, a key leaves its field at once, a test tells in words."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.endpoints import connections, read_key
from ftcore.endpoints.connections import Key
from ftcore.store import endpoints
from ftcore.store.database import Database
from ftcore.workspace import open_workspace
from tests.endpoints.connecting import no_keyring, script
from tests.endpoints.scripted_server import refusal
from tests.ui import journeys
from tests.ui.journeys import HOSTILE

__all__ = ["no_keyring", "script"]

CANARY = "sk-canary-screen-5512"
ADDRESS = "https://api.example.com/v1"


@pytest.fixture
def screen(db: Database, open_page) -> AppTest:
    journeys.begin(db)
    return open_page("train", train="Connections")


def said(screen: AppTest) -> str:
    parts = [screen.markdown, screen.text, screen.caption, screen.warning, screen.error, screen.subheader]
    return "\n".join([*(str(one.value) for kind in parts for one in kind), tables(screen)])


def tables(screen: AppTest) -> str:
    return "\n".join(table.value.to_csv() for table in screen.table)


def choose(screen: AppTest, provider: str) -> AppTest:
    return screen.selectbox(key="add-provider").select(provider).run()


def add(screen: AppTest, address: str, *, name: str = "work", key: str = CANARY) -> AppTest:
    choose(screen, "")
    screen.text_input(key="add-name-other").input(name)
    screen.text_input(key="add-address-other").input(address)
    screen.text_input(key="add-other-key").input(key)
    return screen.button(key="add-connection").click().run()


def test_before_anything_is_typed_a_provider_says_what_differs_costs_and_closes(screen):
    choose(screen, "openai")
    assert not screen.exception
    text = said(screen)
    assert "No new fine\\-tuning jobs for anyone" in text
    assert "a third party" in text
    assert "check it" in text  # prices read more than 90 days ago
    assert "date not known" in text
    choose(screen, "azure")
    assert "an hour for hosting" in said(screen)
    assert "RESOURCE" in screen.text_input(key="add-address-azure").value


def test_a_connection_is_added_and_its_key_is_out_of_the_field_and_the_session(screen, db):
    add(screen, ADDRESS)
    assert not screen.exception
    with db.read() as c:
        made = endpoints.find(c, "work")
    assert made is not None
    assert read_key(made.key_source) == CANARY
    assert "key: in the secrets file" in said(screen)
    assert screen.session_state["add-other-key"] == ""
    assert CANARY not in repr(screen.session_state)
    assert CANARY not in said(screen)


def test_an_address_that_is_refused_says_why_beside_the_field_and_keeps_no_key(screen, db):
    add(screen, "http://example.com/v1")
    assert "in the open" in screen.error[0].value
    assert "paste it again" in screen.error[0].value
    assert screen.text_input(key="add-other-key").value == ""
    assert not open_workspace().secrets.exists()
    with db.read() as c:
        assert endpoints.every(c) == []


def test_a_key_may_be_read_from_an_environment_variable(screen, db):
    choose(screen, "nebius")
    screen.radio(key="add-nebius-key-way").set_value("Read it from an environment variable").run()
    assert screen.text_input(key="add-nebius-variable").value == "NEBIUS_API_KEY"
    screen.number_input(key="add-nebius-month_usd").set_value(40.0)
    screen.button(key="add-connection").click().run()
    with db.read() as c:
        made = endpoints.find(c, "nebius")
    assert made is not None
    assert (made.key_source, made.provider, made.limits) == ("env:NEBIUS_API_KEY", "nebius", {"month_usd": 40.0})
    assert "environment variable NEBIUS" in said(screen)
    assert "$0.00 of $40.00 this month" in said(screen)


def test_a_test_is_told_step_by_step_and_starts_nothing(screen, script, db):
    script.answers["POST", "/fine_tuning/jobs"] = (403, refusal(f"closed {HOSTILE}"))
    add(screen, script.base_url)
    screen.button(key="test-now-1").click().run()
    assert not screen.exception
    assert {method for method, _ in script.asked} == {"GET"}
    assert "everything that was tried works" in screen.expander[0].label
    screen.checkbox(key="test-jobs-1").check()
    screen.button(key="test-now-1").click().run()
    assert "new jobs does not work" in screen.expander[0].label
    shown = tables(screen)
    assert "![x]" not in shown


def test_changing_the_server_asks_for_the_key_again(screen, db):
    add(screen, ADDRESS)
    screen.text_input(key="edit-address-1").input("https://evil.example/v1")
    screen.button(key="edit-save-1").click().run()
    assert "Give the key again" in screen.error[0].value
    with db.read() as c:
        assert endpoints.get(c, 1).base_url == ADDRESS
    screen.text_input(key="edit-address-1").input("https://new.example/v1")
    screen.text_input(key="edit-1-key").input("sk-new")
    screen.button(key="edit-save-1").click().run()
    with db.read() as c:
        made = endpoints.get(c, 1)
    assert (made.base_url, read_key(made.key_source)) == ("https://new.example/v1", "sk-new")


def test_removing_forgets_the_key_and_hides_the_connection(screen, db):
    add(screen, ADDRESS)
    screen.button(key="remove-now-1").click().run()
    with db.read() as c:
        assert endpoints.every(c) == []
    assert CANARY not in open_workspace().secrets.read_text()
    assert "key: in the secrets file" not in said(screen)


def test_the_local_server_is_listed_and_cannot_be_changed(db, open_page):
    journeys.begin(db).endpoint()
    screen = open_page("train", train="Connections")
    assert "costs electricity only" in said(screen)
    keys = [button.key for button in screen.button]
    assert "test-now-1" in keys
    assert "remove-now-1" not in keys


def test_what_a_server_said_is_shown_as_it_is_and_nothing_in_it_is_a_mark(db, open_page, script):
    journeys.begin(db)
    workspace = open_workspace()
    made = connections.add(db, workspace, "work", base_url=script.base_url, key=Key())
    model = {"id": HOSTILE, "object": "model", "created": 1, "owned_by": "us"}
    script.answers["GET", "/models"] = (200, {"object": "list", "data": [model]})
    connections.check(db, workspace, made)
    screen = open_page("train", train="Connections")
    assert not screen.exception
    shown = tables(screen)
    assert "evil" in shown
    assert "![x]" not in shown


def test_a_broken_copy_of_the_facts_is_said_and_the_page_works(db, open_page):
    journeys.begin(db)
    (open_workspace().root / "prices.yaml").write_text("prices: [3]")
    screen = open_page("train", train="Connections")
    assert "entry 1" in screen.warning[0].value
    choose(screen, "nebius")
    assert not screen.exception


def test_a_copy_of_the_facts_can_be_made_to_edit(screen):
    screen.button(key="own-prices.yaml").click().run()
    assert (open_workspace().root / "prices.yaml").is_file()
    assert "your own copy" in said(screen)


def test_providers_with_a_protocol_of_their_own_are_listed_apart_with_what_can_be_done(screen):
    text = said(screen)
    assert "Together" in text
    assert "training files can be made" in text


def test_nobody_is_left_without_a_key_by_mistake(screen, db):
    add(screen, ADDRESS, key="")
    assert "say that none is needed" in screen.error[0].value
    with db.read() as c:
        assert endpoints.every(c) == []
    screen.radio(key="add-other-key-way").set_value("None is needed").run()
    screen.button(key="add-connection").click().run()
    with db.read() as c:
        assert [one.key_source for one in endpoints.every(c)] == [""]
