"""A key goes to the address it belongs to, and nowhere else."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openai
import pytest

from ftcore.endpoints import (
    EndpointError,
    address,
    check_address,
    check_connection,
    connect,
    connect_async,
    explain,
    read_key,
)
from ftcore.records import Endpoint

CANARY = "sk-canary-0123456789abcdef"


class Server:
    """Answers GET /v1/models as told, and remembers what it was sent."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
        self.requests: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append({name.lower(): value for name, value in self.headers.items()})
                status, headers, body = server.answer
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def list_models(self, *names: str) -> None:
        data = [{"id": name, "object": "model", "created": 1, "owned_by": "us"} for name in names]
        self.answer = (200, {}, json.dumps({"object": "list", "data": data}).encode())

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    running.list_models("small")
    yield running
    running.close()


@pytest.fixture
def endpoint(server, tmp_path) -> Endpoint:
    key_file = tmp_path / "token"
    key_file.write_text(CANARY + "\n")
    return Endpoint(1, "test", server.base_url, f"file:{key_file}")


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:8000/v1", "http://localhost:8000/v1/", "http://[::1]:8000/v1", "https://api.example.com/v1"],
)
def test_addresses_that_may_be_used(base_url):
    assert check_address(f" {base_url} ") == base_url.rstrip("/")


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("http://api.example.com/v1", "in the open"),
        ("http://10.0.0.5/v1", "in the open"),
        ("https://10.0.0.5/v1", "private network"),
        ("https://192.168.1.1/v1", "private network"),
        ("https://100.64.0.1/v1", "private network"),
        ("https://[fd00::1]/v1", "private network"),
        ("https://169.254.169.254/latest", "never a model server"),
        ("https://[fe80::1]/v1", "never a model server"),
        ("https://[::ffff:169.254.169.254]/v1", "never a model server"),
        ("https://0.0.0.0/v1", "never a model server"),
        ("https://user:secret@api.example.com/v1", "user name or a password"),
        ("https://api.example.com/v1?key=secret", "without"),
        ("ftp://api.example.com", "https://"),
        ("file:///etc/passwd", "https://"),
        ("api.example.com/v1", "https://"),
        ("https://", "https://"),
        ("https://a:port/v1", "not an address"),
        ("https://[::1", "not an address"),
        ("", "https://"),
    ],
)
def test_addresses_that_are_refused_in_words(base_url, words):
    with pytest.raises(EndpointError, match=words) as caught:
        check_address(base_url)
    assert "secret" not in str(caught.value)


def test_a_private_network_can_be_allowed_and_the_metadata_address_cannot(monkeypatch):
    assert check_address("https://10.1.2.3/v1", allowed=["10.1.0.0/16"])
    monkeypatch.setenv(address.ALLOWED_VARIABLE, "gpu.internal, 10.1.0.0/16")
    assert check_address("https://10.1.2.3/v1")
    assert address.check_found(["192.168.0.4"], "gpu.internal")
    with pytest.raises(EndpointError):
        check_address("https://10.2.0.1/v1")
    with pytest.raises(EndpointError):
        check_address("https://169.254.169.254/v1", allowed=["169.254.0.0/16", "169.254.169.254"])


def test_a_name_that_leads_to_a_forbidden_number_is_refused_when_dialled(monkeypatch):
    """DNS rebinding: the name looks innocent."""
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)

    def lie(host, port, *_, **__):
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", (forbidden, port))]

    monkeypatch.setattr(address.socket, "getaddrinfo", lie)

    async def list_async() -> None:
        await connect_async(innocent, timeout=2, max_retries=0).models.list()

    innocent = Endpoint(1, "x", "https://innocent.example/v1")
    for forbidden in ("169.254.169.254", "127.0.0.1", "10.0.0.1"):  # noqa: B007 - read by lie()
        with pytest.raises(EndpointError, match=r"innocent\.example leads"):
            connect(innocent, timeout=2).models.list()
        with pytest.raises(EndpointError, match=r"innocent\.example leads"):
            asyncio.run(list_async())


def test_a_redirect_is_not_followed_with_the_key(server, endpoint):
    trap = Server()
    server.answer = (307, {"location": f"http://127.0.0.1:{trap.port}/v1/models"}, b"")
    with pytest.raises(openai.APIStatusError) as caught:
        connect(endpoint, max_retries=0).models.list()

    async def list_async() -> None:
        await connect_async(endpoint, max_retries=0).models.list()

    with pytest.raises(openai.APIStatusError):
        asyncio.run(list_async())
    assert trap.requests == []
    assert "not followed" in explain(caught.value)
    trap.close()


def test_what_the_environment_holds_for_other_servers_stays_here(server, endpoint, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-secret: 42")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    connect(endpoint, max_retries=0).models.list()
    sent = server.requests[0]
    assert sent["authorization"] == f"Bearer {CANARY}"
    assert not {"openai-organization", "openai-project", "x-secret"} & set(sent)
    connect(Endpoint(1, "open", server.base_url), max_retries=0).models.list()
    assert "sk-" not in server.requests[1]["authorization"]


def test_the_key_is_read_at_each_call(server, tmp_path):
    key_file = tmp_path / "token"
    key_file.write_text("first-key")
    client = connect(Endpoint(1, "x", server.base_url, f"file:{key_file}"), max_retries=0)
    client.models.list()
    key_file.write_text("second-key")
    client.models.list()
    assert [sent["authorization"] for sent in server.requests] == ["Bearer first-key", "Bearer second-key"]


def test_the_key_is_in_no_text_that_anybody_sees(server, endpoint, caplog):
    caplog.set_level("DEBUG")
    client = connect(endpoint, max_retries=0)
    words = {"error": {"message": f"Incorrect API key provided: {CANARY}", "code": "invalid_api_key"}}
    server.answer = (401, {}, json.dumps(words).encode())
    with pytest.raises(openai.AuthenticationError) as caught:
        client.models.list()
    assert CANARY not in explain(caught.value)
    assert CANARY not in repr(client) + repr(endpoint) + str(check_connection(endpoint))
    assert not [
        record for record in caplog.records if CANARY in record.getMessage() and record.name.startswith("ftcore")
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("env:TUNEWORTHY_NO_SUCH_KEY", "TUNEWORTHY_NO_SUCH_KEY is not set"),
        ("file:/no/such/file", "there is no file"),
        (CANARY, "env:NAME, file:PATH"),
        ("vault:x", "env:NAME, file:PATH"),
        ("file:", "env:NAME, file:PATH"),
    ],
)
def test_a_missing_key_is_told_in_words(source, words):
    with pytest.raises(EndpointError, match=words) as caught:
        connect(Endpoint(1, "x", "https://api.example.com/v1", source))
    assert CANARY not in str(caught.value)


def test_a_key_of_several_lines_is_refused_without_showing_it(tmp_path):
    (tmp_path / "key").write_text(f"{CANARY}\nX-Injected: yes")
    with pytest.raises(EndpointError, match="cannot be a key") as caught:
        read_key(f"file:{tmp_path / 'key'}")
    assert CANARY not in str(caught.value)


def test_a_key_from_the_environment(monkeypatch):
    monkeypatch.setenv("MY_KEY", " abc ")
    assert read_key("env:MY_KEY") == "abc"
    assert os.environ["MY_KEY"] == " abc "


def test_a_working_connection_is_told_step_by_step(server, endpoint):
    server.list_models("a", "b", "c", "d")
    found = check_connection(endpoint)
    assert [(step.what, step.ok) for step in found] == [
        ("address", True), ("reachable", True), ("authorised", True), ("models", True), ("files", True), ("jobs", True)
    ]  # fmt: skip
    assert found[3].sentence == "It lists 4 models: a, b, c and others."


@pytest.mark.parametrize(
    ("answer", "failed", "words"),
    [
        ((401, {}, b'{"error": {"message": "no"}}'), "authorised", "did not accept the key"),
        ((403, {}, b"{}"), "authorised", "not allowed"),
        ((404, {}, b'{"detail": "Not Found"}'), "models", "Not Found"),
        ((500, {}, b"oops"), "models", "failed"),
        ((200, {"content-type": "text/html"}, b"<html>"), "models", "/v1"),
        ((200, {}, b'{"half": '), "models", "/v1"),
        ((200, {}, b"[]"), "models", "/v1"),
    ],
)
def test_a_connection_that_fails_says_where(server, endpoint, answer, failed, words):
    server.answer = answer
    found = check_connection(endpoint)
    assert (found[-1].what, found[-1].ok) == (failed, False)
    assert words in found[-1].sentence


def test_a_server_that_is_not_there_is_told(endpoint):
    found = check_connection(Endpoint(1, "gone", "http://127.0.0.1:9/v1"), timeout=2)
    assert (found[-1].what, found[-1].ok) == ("reachable", False)
    assert "cannot be reached" in found[-1].sentence
    assert not check_connection(Endpoint(1, "bad", "http://example.com/v1"))[0].ok
