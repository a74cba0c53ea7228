"""Limits, and thousands of broken requests: nothing takes the server down, and nothing that comes in is run."""

from __future__ import annotations

import ast
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import times
from tests.fixtures_trainer import ROOT, TrainerProcess, training_lines, upload
from tests.trainer.mutations import Sent, mutated
from tests.trainer.raw_requests import error_of, raw, send
from tests.trainer.small_model import SMALL, write_small_model

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    home = tmp_path_factory.mktemp("safety")
    write_small_model(home / "models" / SMALL, starter_model)
    found = TrainerProcess(home / "ws", {"TUNEWORTHY_MODELS": str(home / "models")}).start()
    yield found
    found.stop()


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
