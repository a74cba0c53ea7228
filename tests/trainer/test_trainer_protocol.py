"""The protocol without a model: files, jobs, errors, doors. Spoken by the official SDK to a real server."""

from __future__ import annotations

import json
import os
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from ftcore.trainer import hyperparameters
from ftcore.trainer.errors import TrainerError
from tests.fixtures_trainer import TrainerProcess, jsonl, training_lines, upload

MODEL = "smollm2-135m-instruct"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    """A server on a machine without the starter model."""
    home = tmp_path_factory.mktemp("bare")
    server = TrainerProcess(home / "ws", {"TUNEWORTHY_MODELS": str(home / "no-models")}).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def client(bare: TrainerProcess) -> OpenAI:
    return bare.client()


def call(server: TrainerProcess, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    """(status, JSON) of a raw request with the right token unless `Authorization` is given."""
    sent = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json", **headers}
    url = server.base_url.removesuffix("/v1") + path
    request = urllib.request.Request(url, body, {k: v for k, v in sent.items() if v}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_file_is_listed_read_back_and_deleted(client: OpenAI) -> None:
    lines = training_lines()
    made = client.files.create(file=("tickets.jsonl", jsonl(lines)), purpose="fine-tune")
    assert (made.filename, made.status, made.bytes) == ("tickets.jsonl", "processed", len(jsonl(lines)))
    assert client.files.retrieve(made.id) == made
    assert client.files.content(made.id).content == jsonl(lines)
    assert made.id in [file.id for file in client.files.list()]
    assert client.files.wait_for_processing(made.id, max_wait_seconds=5).status == "processed"
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError) as caught:
        client.files.retrieve(made.id)
    assert caught.value.code == "file_not_found"


def test_an_upload_names_its_bad_lines_by_their_physical_numbers(client: OpenAI) -> None:
    good = training_lines(12)
    lines = [*good[:3], "{oops", "", {"messages": [{"role": "user", "content": "Hi"}]}, *good[3:]]
    with pytest.raises(openai.BadRequestError) as caught:
        client.files.create(file=("bad.jsonl", jsonl(lines)), purpose="fine-tune")
    text = str(caught.value)
    assert "2 of 14 lines" in text
    assert "line 4:" in text
    assert "line 6:" in text
    assert (caught.value.code, caught.value.param) == ("invalid_file_format", "file")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\xff\x00\x01" * 500, b"[" * 100_000])
def test_what_is_no_training_file_is_refused_and_not_kept(client: OpenAI, content: bytes) -> None:
    before = len(list(client.files.list()))
    with pytest.raises(openai.BadRequestError):
        client.files.create(file=("x.jsonl", content), purpose="fine-tune")
    assert len(list(client.files.list())) == before


def test_other_purposes_and_unknown_fields_are_refused(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="purpose"):
        client.files.create(file=("x.jsonl", jsonl(training_lines())), purpose="batch")
    with pytest.raises(openai.BadRequestError, match="expires_after"):
        client.files.create(
            file=("x.jsonl", jsonl(training_lines())),
            purpose="fine-tune",
            expires_after={"anchor": "created_at", "seconds": 3600},
        )


def test_files_are_paged_without_doubles(client: OpenAI) -> None:
    made = [upload(client, training_lines(), f"{n}.jsonl") for n in range(5)]
    seen = [file.id for file in client.files.list(limit=2)]
    assert seen[:5] == made[::-1]
    assert len(seen) == len(set(seen))
    oldest_first = [file.id for file in client.files.list(limit=3, order="asc")]
    assert oldest_first == seen[::-1]


def test_without_the_starter_model_everything_says_how_to_get_it(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["wordllama-256"], "embeddings need no starter model"
    file = upload(client, training_lines())
    with pytest.raises(openai.InternalServerError, match="make run") as caught:
        client.fine_tuning.jobs.create(model=MODEL, training_file=file)
    assert (caught.value.status_code, caught.value.code) == (503, "model_not_ready")
    with pytest.raises(openai.InternalServerError, match="make run"):
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hi"}])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nothing", None, 404),
        ("GET", "/nothing", None, 404),
        ("PUT", "/v1/files", b"{}", 405),
        ("POST", "/v1/fine_tuning/jobs", b"{", 400),
        ("POST", "/v1/fine_tuning/jobs", b"[]", 400),
        ("POST", "/v1/fine_tuning/jobs", b"{}", 400),
        ("POST", "/v1/fine_tuning/jobs", b'{"model": 5}', 400),
        ("GET", "/v1/fine_tuning/jobs?limit=x", None, 400),
        ("GET", "/v1/fine_tuning/jobs?after=no", None, 400),
        ("GET", "/v1/fine_tuning/jobs/no", None, 404),
        ("GET", "/v1/fine_tuning/jobs/no/events", None, 404),
        ("POST", "/v1/fine_tuning/jobs/no/cancel", None, 404),
        ("GET", "/v1/models/no", None, 404),
        ("DELETE", "/v1/models/ft:x:y", None, 404),
        ("POST", "/v1/chat/completions", b"{}", 400),
        ("POST", "/v1/chat/completions", b'{"model":"m","messages":[]}', 400),
        ("POST", "/v1/chat/completions", b'{"model":"m","messages":[{"role":"king","content":"x"}]}', 400),
        ("POST", "/v1/chat/completions", b'{"model":"m","messages":[{"role":"user","content":"x"}],"top_k":5}', 400),
        (
            "POST",
            "/v1/chat/completions",
            b'{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":9}',
            400,
        ),
        ("POST", "/v1/chat/completions", b'{"model":"m","messages":[{"role":"user","content":"x"}],"n":true}', 400),
        (
            "POST",
            "/v1/chat/completions",
            b'{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1e400}',
            400,
        ),
        ("POST", "/v1/files", b"{}", 400),
    ],
)
def test_every_error_comes_in_the_envelope(
    bare: TrainerProcess, method: str, path: str, body: bytes | None, status: int
) -> None:
    code, reply = call(bare, method, path, body)
    assert code == status, reply
    assert set(reply) == {"error"}
    assert set(reply["error"]) == {"message", "type", "param", "code"}
    assert len(reply["error"]["message"]) > 10


def test_a_wrong_token_a_foreign_host_and_a_foreign_page_are_turned_away(bare: TrainerProcess) -> None:
    assert call(bare, "GET", "/v1/models", Authorization="")[0] == 401
    assert call(bare, "GET", "/v1/models", Authorization="Bearer wrong")[0] == 401
    assert call(bare, "GET", "/v1/models", Authorization="Bearer w\u00f6ng")[0] == 401
    assert call(bare, "GET", "/v1/models", Host="evil.example")[1]["error"]["code"] == "invalid_host"
    assert call(bare, "GET", "/v1/models", Origin="https://evil.example")[1]["error"]["code"] == "invalid_origin"
    assert call(bare, "GET", "/v1/models", Host="localhost:1")[0] == 200
    assert call(bare, "GET", "/health", Authorization="")[0] == 200
    with pytest.raises(openai.AuthenticationError):
        OpenAI(base_url=bare.base_url, api_key="no", max_retries=0).models.list()


@pytest.mark.skipif(os.name == "nt", reason="file modes are POSIX's")
def test_the_token_is_for_its_owner_only_and_stays(bare: TrainerProcess) -> None:
    path = bare.workspace / "trainer-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bare.token) > 30


def test_a_server_ends_with_its_supervisor(tmp_path: Path) -> None:
    import subprocess
    import sys
    import time

    supervisor = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    server = TrainerProcess(tmp_path / "ws", {"TUNEWORTHY_SUPERVISOR_PID": str(supervisor.pid)}).start()
    supervisor.kill()
    supervisor.wait()
    began = time.monotonic()
    assert server.process is not None
    server.process.wait(5)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("examples", "epochs"), [(10, 10), (12, 8), (33, 3), (34, 3), (240, 3), (8_333, 3), (10_000, 2), (30_000, 1)]
)
def test_auto_epochs_follow_the_published_rule(examples: int, epochs: int) -> None:
    asked = hyperparameters.read({})
    assert hyperparameters.resolve(asked, examples).n_epochs == epochs


def test_both_forms_of_hyperparameters_are_read_and_the_newer_wins() -> None:
    older = {"hyperparameters": {"n_epochs": 2, "batch_size": 3}}
    assert hyperparameters.read(older)["n_epochs"] == 2
    both = {**older, "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 5}}}}
    assert hyperparameters.read(both) == {"n_epochs": 5, "batch_size": 3, "learning_rate_multiplier": "auto"}


@pytest.mark.parametrize(
    "body",
    [
        {"method": {"type": "dpo"}},
        {"method": {"type": "reinforcement"}},
        {"method": "supervised"},
        {"hyperparameters": {"n_epochs": 0}},
        {"hyperparameters": {"n_epochs": 51}},
        {"hyperparameters": {"n_epochs": 2.5}},
        {"hyperparameters": {"n_epochs": True}},
        {"hyperparameters": {"batch_size": 257}},
        {"hyperparameters": {"learning_rate_multiplier": 0}},
        {"hyperparameters": {"learning_rate_multiplier": float("nan")}},
        {"hyperparameters": {"warmup": 1}},
    ],
)
def test_what_cannot_be_set_is_refused_by_name(body: dict[str, Any]) -> None:
    with pytest.raises(TrainerError) as caught:
        hyperparameters.read(body)
    assert caught.value.param


def test_texts_become_vectors_by_the_official_sdk(client: OpenAI) -> None:
    texts = ["Where is my parcel?", "My package has not arrived.", "How do I bake bread?", "a" * 30_000]
    found = client.embeddings.create(model="wordllama-256", input=texts)  # the SDK asks for base64 by itself
    vectors = [one.embedding for one in found.data]
    assert [one.index for one in found.data] == [0, 1, 2, 3]
    assert {len(vector) for vector in vectors} == {256}
    assert all(sum(x * x for x in vector) == pytest.approx(1, abs=1e-5) for vector in vectors)

    def alike(one: int, other: int) -> float:
        return sum(a * b for a, b in zip(vectors[one], vectors[other], strict=True))

    assert alike(0, 1) > alike(0, 2)
    assert found.usage.total_tokens == found.usage.prompt_tokens > 4 * len(texts)
    one = client.embeddings.create(model="wordllama-256", input=texts[0], encoding_format="float", dimensions=64)
    assert len(one.data[0].embedding) == 64
    longer = vectors[0][:64]
    scale = sum(x * x for x in longer) ** 0.5
    assert one.data[0].embedding == pytest.approx([x / scale for x in longer], abs=1e-5)
    assert client.models.retrieve("wordllama-256").owned_by == "system"


def test_the_end_of_a_long_text_is_read_too(client: OpenAI) -> None:
    long = "the invoice of the spare parts " * 200
    found = client.embeddings.create(model="wordllama-256", input=[long, f"{long} bread"], encoding_format="float")
    assert found.data[0].embedding != found.data[1].embedding


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", "  "]}, "input"),
        ({"input": [[1, 2]]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": {"a": 1}}, "input"),
        ({"input": ["a"] * 2_049}, "input"),
        ({"input": "a" * 200_001}, "input"),
        ({"input": "a", "dimensions": 100}, "dimensions"),
        ({"input": "a", "dimensions": True}, "dimensions"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format"),
        ({"input": "a", "mood": "good"}, "mood"),
        ({"input": "a", "model": "gpt-9"}, "model"),
    ],
)
def test_what_cannot_become_a_vector_is_refused_by_name(bare: TrainerProcess, body: dict[str, Any], param: str) -> None:
    status, said = call(bare, "POST", "/v1/embeddings", json.dumps({"model": "wordllama-256", **body}).encode())
    assert status == (404 if param == "model" else 400)
    assert said["error"]["param"] == param
    assert said["error"]["message"]


def test_the_embedding_model_cannot_be_deleted(client: OpenAI) -> None:
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete("wordllama-256")
