"""Doors, limits, and thousands of broken requests: nobody comes in who should not, and nothing takes the server down."""

from __future__ import annotations

import ast
import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from openai import OpenAI
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.trainer.doors import TOKEN_VARIABLE, doors
from ftcore.trainer.errors import TrainerError
from tests.conftest import times
from tests.fixtures_trainer import ROOT, TrainerProcess, training_lines, upload
from tests.trainer.mutations import Sent, mutated
from tests.trainer.small_model import SMALL, write_small_model

pytestmark = pytest.mark.model
OWN = "a-token-of-my-own-of-forty-characters-xx"
CHUNK = 7_000
START = (sys.executable, "-m", "ftcore.trainer", "--host", "0.0.0.0", "--allow-other-machines")


@pytest.fixture(scope="module")
def server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    home = tmp_path_factory.mktemp("safety")
    write_small_model(home / "models" / SMALL, starter_model)
    found = TrainerProcess(home / "ws", {"TUNEWORTHY_MODELS": str(home / "models")}).start()
    yield found
    found.stop()


def reached(server: TrainerProcess) -> tuple[str, int]:
    host, _, port = server.base_url.removeprefix("http://").removesuffix("/v1").rpartition(":")
    return host, int(port)


def send(server: TrainerProcess, sent: Sent, token: str | None = None) -> tuple[int, str, bytes]:
    """(status, content type, body); each on a connection of its own."""
    connection = http.client.HTTPConnection(*reached(server), timeout=120)
    try:
        # Not percent-encoded, as a careless client would send it.
        path = sent.path.replace(" ", "%20")
        connection.putrequest(sent.method, path, skip_host="Host" in sent.headers, skip_accept_encoding=True)
        for name, value in {"Authorization": f"Bearer {token or server.token}", **sent.headers}.items():
            connection.putheader(name, value.encode("latin-1", "replace"))
        if sent.chunked:
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders()
            for at in range(0, len(sent.body), CHUNK):
                piece = sent.body[at : at + CHUNK]
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            connection.send(b"0\r\n\r\n")
        else:
            connection.putheader("Content-Length", str(len(sent.body)))
            connection.endheaders(sent.body)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type") or "", answer.read()
    finally:
        connection.close()


def raw(server: TrainerProcess, text: bytes) -> tuple[int, dict[str, Any]]:
    """(status, error) of bytes as they are."""
    with socket.create_connection(reached(server), timeout=30) as connection:
        connection.sendall(text.replace(b"TOKEN", server.token.encode()))
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while block := connection.recv(65_536):
                answer += block
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]


def error_of(content: bytes) -> dict[str, Any]:
    said = json.loads(content)
    assert set(said) == {"error"}
    assert set(said["error"]) == {"message", "type", "param", "code"}
    assert isinstance(said["error"]["message"], str)
    assert said["error"]["message"]
    error: dict[str, Any] = said["error"]
    return error


def assert_well(server: TrainerProcess) -> None:
    """It still answers health and a real question."""
    assert send(server, Sent("GET", "/health"))[0] == 200
    client = server.client()
    said = client.chat.completions.create(model=SMALL, messages=[{"role": "user", "content": "Hi"}], max_tokens=2)
    assert said.usage is not None
    assert said.usage.completion_tokens > 0
    assert SMALL in [model.id for model in client.models.list()]
    assert client.files.list().object == "list"  # type: ignore[attr-defined]
    client.fine_tuning.jobs.list(limit=100)


def test_thousands_of_broken_requests_are_refused_in_the_envelope_and_change_nothing(server: TrainerProcess) -> None:
    client = server.client()
    file = upload(client, training_lines(12))
    counts: Counter[int] = Counter()
    jobs = 0
    for number in range(times(300, 5_000)):
        sent = mutated(random.Random(f"broken-{number}"), SMALL, file)
        status, _, content = send(server, sent)
        counts[status] += 1
        assert status != 500, (number, sent, content)
        if status >= 400:
            error_of(content)
        elif status == 200 and (sent.method, sent.path.partition("?")[0]) == ("POST", "/v1/fine_tuning/jobs"):
            client.fine_tuning.jobs.cancel(json.loads(content)["id"])
            jobs += 1
        elif status == 200 and sent.method == "DELETE":  # as it was asked
            file = upload(client, training_lines(12))
    assert counts[400] > sum(counts.values()) // 4, counts
    assert jobs > 0, "some are whole enough to be done"
    assert file in [one.id for one in client.files.list()]
    assert_well(server)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 2\r\nContent-Length: 3\r\n", 400),
        (b"Content-Length: 2, 3\r\n", 400),
        (b"Content-Length: -1\r\n", 400),
        (b"Content-Length: +2\r\n", 400),
        (b"Content-Length: 0x2\r\n", 400),
        (b"Content-Length: 99999999999999\r\n", 413),
        (b"Content-Length: 17000000\r\n", 413),
        (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"Transfer-Encoding: gzip, chunked\r\n", 400),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"Bad Header\r\n", 400),
    ],
)
def test_a_request_that_tells_its_length_wrongly_is_refused(server: TrainerProcess, head: bytes, status: int) -> None:
    start = b"POST /v1/embeddings HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer TOKEN\r\nConnection: close\r\n"
    found, error = raw(server, start + b"Content-Type: application/json\r\n" + head + b"\r\n{}")
    assert found == status
    assert error["code"] in ("invalid_request", "invalid_length", "request_too_large")


def test_bodies_whose_length_is_not_told_are_counted(server: TrainerProcess) -> None:
    kind = {"Content-Type": "application/json"}
    asked = json.dumps({"model": "wordllama-256", "input": "a"}).encode()
    assert send(server, Sent("POST", "/v1/embeddings", asked, kind, chunked=True))[0] == 200
    status, error = raw(
        server,
        b"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer TOKEN\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"100000\r\n%s\r\n"
        % (b" " * (1 << 20))
        * 17,
    )
    assert (status, error["code"]) == (413, "request_too_large")
    assert_well(server)


def test_an_upload_whose_length_is_not_told_is_taken(server: TrainerProcess) -> None:
    from tests.trainer.mutations import BOUNDARY, form

    lines = b"".join(json.dumps(line).encode() + b"\n" for line in training_lines(200))
    body = form([("purpose", None, b"fine-tune"), ("file", "../../evil.jsonl", lines)])
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    before = {path.name for path in server.workspace.parent.rglob("*")}
    status, _, content = send(server, Sent("POST", "/v1/files", body, kind, chunked=True))
    assert status == 200, content
    made = json.loads(content)
    assert made["bytes"] == len(lines)
    new = {path.name for path in server.workspace.parent.rglob("*")} - before
    assert new == {f"{made['id']}.data"}, "the file's name here is made of its id"


def test_text_that_is_no_unicode_is_refused_and_never_kept(server: TrainerProcess) -> None:
    client = server.client()
    file = upload(client, training_lines(12))
    job = {"model": SMALL, "training_file": file, "metadata": {"a": "\ud800"}}
    for body in (json.dumps(job).encode(), json.dumps(job, ensure_ascii=False).encode("utf-8", "surrogatepass")):
        status, _, content = send(
            server, Sent("POST", "/v1/fine_tuning/jobs", body, {"Content-Type": "application/json"})
        )
        assert (status, error_of(content)["code"]) == (400, "invalid_encoding")
    whole = {**job, "metadata": {"a": "\U0001f600 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")}}
    made = client.fine_tuning.jobs.create(**whole)  # both halves, escaped by the SDK or not, are one character
    client.fine_tuning.jobs.cancel(made.id)
    assert client.fine_tuning.jobs.retrieve(made.id).metadata == whole["metadata"]


def test_a_websocket_and_a_preflight_find_no_door(server: TrainerProcess) -> None:
    upgrade = b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    assert raw(server, upgrade.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))[0] == 401
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    status, _, content = send(server, Sent("OPTIONS", "/v1/models", headers=asked))
    assert (status, error_of(content)["code"]) == (403, "invalid_origin")


@pytest.mark.parametrize(
    ("asked", "token", "said"),
    [
        ({"host": "0.0.0.0"}, OWN, "--allow-other-machines"),
        ({"host": "192.168.1.5"}, OWN, "--allow-other-machines"),
        ({"host": "::"}, OWN, "--allow-other-machines"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, None, "a token that you chose"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, "short", "5 characters"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, "ä" * 40, "without spaces"),
        ({"host": "0.0.0.0", "allow_other_machines": True}, "with space " * 4, "without spaces"),
        ({"host": "0.0.0.0", "allow_other_machines": True, "names": ["http://x"]}, OWN, "without scheme"),
        ({"host": "example.org", "allow_other_machines": True}, OWN, "not a name"),
        ({"names": ["x.example"]}, OWN, "--name"),
        ({}, "short", "5 characters"),
    ],
)
def test_another_address_needs_a_token_of_ones_own_and_the_permission(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], token: str | None, said: str
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    if token is not None:
        monkeypatch.setenv(TOKEN_VARIABLE, token)
    with pytest.raises(TrainerError, match=said):
        doors(**asked)


def test_a_token_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    file = tmp_path / "token"
    file.write_text(f"{OWN}\n")
    opened = doors("0.0.0.0", allow_other_machines=True, token_file=file)
    assert (opened.token, opened.names, opened.opens_to_others) == (OWN, None, True)
    with pytest.raises(TrainerError, match="cannot be read"):
        doors("0.0.0.0", allow_other_machines=True, token_file=tmp_path / "none")
    assert not doors("localhost").opens_to_others
    assert not doors("127.0.0.9").opens_to_others


@pytest.mark.parametrize("command", [["ftcore.trainer"], ["ftcore.cli", "serve"]])
def test_a_server_that_may_not_listen_there_says_so_and_ends_with_2(tmp_path: Path, command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command, "--workspace", str(tmp_path), "--host", "0.0.0.0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env={name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE},
    )
    assert done.returncode == 2
    assert "was not started" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "trainer-address").exists()


def test_serve_names_its_options_in_its_help() -> None:
    said = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200"}).output
    for option in ("--host", "--allow-other-machines", "--name", "--token-file"):
        assert option in said


def opened(home: Path, *more: str) -> TrainerProcess:
    """A server for other machines too, started as a person would."""
    server = TrainerProcess(home / "ws")
    server.workspace.mkdir(parents=True)
    with (server.workspace / "trainer.log").open("ab") as log:
        server.process = subprocess.Popen(
            [*START, "--workspace", str(server.workspace), *more],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, TOKEN_VARIABLE: OWN, "TUNEWORTHY_MODELS": str(home / "none")},
        )
    return server


def wait_for(server: TrainerProcess) -> TrainerProcess:
    import time

    until = time.monotonic() + 60
    while not (server.workspace / "trainer-address").is_file():
        assert time.monotonic() < until
        assert server.process is not None
        assert server.process.poll() is None, (server.workspace / "trainer.log").read_text()
        time.sleep(0.05)
    return server


def other_address() -> str:
    """An address of this machine that is not loopback, as a neighbour would use it."""
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family == socket.AF_INET and not one.address.startswith("127."):
                return one.address
    return "127.0.0.1"


def test_a_server_for_other_machines_knows_its_own_token_and_names(tmp_path: Path) -> None:
    server = wait_for(opened(tmp_path, "--name", "tuning.example"))
    try:
        host, port = reached(server)
        assert host == "127.0.0.1", "the app on this machine goes on finding it"
        assert "not encrypted" in (server.workspace / "trainer.log").read_text()
        assert OWN not in (server.workspace / "trainer.log").read_text()
        call = Sent("GET", "/v1/models", headers={"Host": "tuning.example:99"})
        assert send(server, Sent("GET", "/v1/models"), OWN)[0] == 200
        assert send(server, call, OWN)[0] == 200
        assert send(server, call, "wrong" * 10)[0] == 401
        assert send(server, Sent("GET", "/v1/models", headers={"Host": "other.example"}), OWN)[0] == 403
        page = {"Host": "tuning.example", "Origin": "https://tuning.example"}
        assert send(server, Sent("GET", "/v1/models", headers=page), OWN)[0] == 403, "no page may, by any name"
        assert send(server, Sent("GET", "/v1/models"), server.token)[0] == 200, "from this machine"
        away = other_address()
        if away != host:
            client = OpenAI(base_url=f"http://{away}:{port}/v1", api_key=server.token, max_retries=0)
            forged = {"X-Forwarded-For": "127.0.0.1", "Host": "tuning.example"}
            with pytest.raises(Exception, match="API key"):
                client.models.list(extra_headers=forged)
            assert client.with_options(api_key=OWN).models.list(extra_headers={"Host": "tuning.example"}).data
    finally:
        server.stop()


def test_nothing_of_the_server_unpickles() -> None:
    """No `pickle`, `torch.load`, `shell=True`, `eval` or `trust_remote_code=True` in its code."""
    found = []
    files = sorted((ROOT / "ftcore" / "trainer").rglob("*.py"))
    assert len(files) > 30
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if (said := _dangerous(node)) is not None:
                found.append(f"{path.name}:{getattr(node, 'lineno', 0)}: {said}")
    assert found == []


def _dangerous(node: ast.AST) -> str | None:
    banned = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
    if isinstance(node, ast.Import) and any(one.name.partition(".")[0] in banned for one in node.names):
        return "import"
    if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in banned:
        return "import"
    if not isinstance(node, ast.Call):
        return None
    called = ast.unparse(node.func)
    if called in ("torch.load", "eval", "exec", "os.system", "os.popen", "yaml.load", "numpy.load", "np.load"):
        return called
    for word in node.keywords:
        on = isinstance(word.value, ast.Constant) and word.value.value is True
        if word.arg in ("shell", "trust_remote_code", "allow_pickle") and on:
            return word.arg
    return None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import pickle", "import"),
        ("from pickle import loads", "import"),
        ("torch.load(path)", "torch.load"),
        ("run(a, shell=True)", "shell"),
        ("load(a, trust_remote_code=True)", "trust_remote_code"),
        ("load(a, trust_remote_code=False)", None),
    ],
)
def test_what_unpickles_would_be_found(code: str, said: str | None) -> None:
    found = [one for one in map(_dangerous, ast.walk(ast.parse(code))) if one is not None]
    assert found == ([said] if said else [])
