"""Requests as a broken or a hostile client sends them: valid ones of every route, each with something wrong in it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

JSON_TYPE = "application/json"
BOUNDARY = "----the-edge"


@dataclass(frozen=True)
class Sent:
    """`chunked`: without saying how long it is."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False


def requests(model: str, file: str) -> list[Sent | tuple[str, str, dict[str, Any]]]:
    """Valid requests: ready ones, and those with a JSON body as (method, path, body)."""
    said = [{"role": "user", "content": "Hi"}]
    line = {"messages": [*said, {"role": "assistant", "content": "Hello"}]}
    upload = form([("purpose", None, b"fine-tune"), ("file", "t.jsonl", (json.dumps(line) + "\n").encode() * 12)])
    job = {
        "model": model,
        "training_file": file,
        "validation_file": None,
        "suffix": "fuzz",
        "seed": 3,
        "metadata": {"a": "b"},
        "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1, "batch_size": "auto"}}},
    }
    pairs = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1, "n_epochs": 1}}}
    chat = {"model": model, "messages": said, "max_tokens": 3, "temperature": 0.5, "stop": ["x"], "seed": 1, "n": 1}
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    shaped = {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    return [
        ("POST", "/v1/chat/completions", chat),
        ("POST", "/v1/chat/completions", {**chat, "logprobs": True, "top_logprobs": 2, "logit_bias": {"5": -3}}),
        ("POST", "/v1/chat/completions", {**chat, "stream": True, "stream_options": {"include_usage": True}}),
        ("POST", "/v1/chat/completions", {**chat, "response_format": shaped, "presence_penalty": 0.5}),
        ("POST", "/v1/chat/completions", {**chat, "tools": [tool], "tool_choice": "auto"}),
        ("POST", "/v1/fine_tuning/jobs", job),
        ("POST", "/v1/fine_tuning/jobs", {**job, "method": pairs}),
        ("POST", "/v1/fine_tuning/jobs", {"model": model, "training_file": file, "hyperparameters": {"n_epochs": 1}}),
        ("POST", "/v1/embeddings", {"model": "wordllama-256", "input": ["a", "b"], "dimensions": 64}),
        Sent("POST", "/v1/files", upload, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}),
        Sent("GET", "/v1/files?limit=2&order=asc&purpose=fine-tune"),
        Sent("GET", f"/v1/files/{file}"),
        Sent("GET", f"/v1/files/{file}/content"),
        Sent("DELETE", "/v1/files/file-no"),
        Sent("GET", "/v1/fine_tuning/jobs?limit=2&metadata[a]=b"),
        Sent("GET", "/v1/fine_tuning/jobs/ftjob-no/events?limit=3&after=x"),
        Sent("GET", "/v1/fine_tuning/jobs/ftjob-no/checkpoints"),
        Sent("POST", "/v1/fine_tuning/jobs/ftjob-no/cancel"),
        Sent("POST", "/v1/fine_tuning/jobs/ftjob-no/pause"),
        Sent("POST", "/v1/fine_tuning/jobs/ftjob-no/resume"),
        Sent("GET", "/v1/models"),
        Sent("GET", f"/v1/models/{model}"),
        Sent("GET", f"/v1/models/{model}/archive?form=adapter"),
        Sent("DELETE", f"/v1/models/{model}"),
        Sent("GET", "/openapi.json"),
        Sent("GET", "/health"),
    ]


def form(parts: list[tuple[str, str | None, bytes]]) -> bytes:
    """A multipart form of (name, filename, content)."""
    found = b""
    for name, filename, content in parts:
        named = f'; filename="{filename}"' if filename is not None else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        found += head.encode("utf-8", "surrogatepass") + content + b"\r\n"
    return found + f"--{BOUNDARY}--\r\n".encode()


def mutated(chance: random.Random, model: str, file: str) -> Sent:
    """One of the valid requests with one to three things wrong."""
    every = requests(model, file)
    bodies = [one for one in every if isinstance(one, tuple)]
    chosen = chance.choice(bodies if chance.random() < 0.6 else every)
    if isinstance(chosen, tuple):
        method, path, body = chosen
        for _ in range(chance.randint(1, 3)):
            body = _json_mutated(chance, body, 0.03)
        raw = json.dumps(body, ensure_ascii=chance.random() < 0.8).encode("utf-8", "surrogatepass")
        chosen = Sent(method, path, raw, {"Content-Type": JSON_TYPE})
        if chance.random() < 0.7:
            return chosen
    for _ in range(chance.randint(1, 2)):
        chosen = chance.choice(RAW)(chance, chosen)
    return chosen


def _nested(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def _odd(chance: random.Random) -> Any:
    """A value that hardly any field expects."""
    return chance.choice(
        [
            lambda: None,
            lambda: chance.choice([True, False]),
            lambda: chance.choice([-1, 0, 1, 2**31, 2**63, -(2**63) - 1, 10**300]),
            lambda: chance.choice([0.5, -0.0, 1e308, -1e-320, float("nan"), float("inf"), float("-inf")]),
            lambda: chance.choice(["", " ", "\x00", "\ud800", "a\udfffb", "é" * 50, "\u202e", "ft:x:y::z", "auto"]),
            lambda: chance.choice(["\ud800", "a\udfffb", "5", "nan", "1e999", "true", "null", "😀", "\\", '"']),
            lambda: chance.choice(
                ["x" * 70_000, "../../../etc/passwd", "{{7*7}}", "'; DROP TABLE jobs;--", "<script>"]
            ),
            lambda: chance.choice([[], {}, [[]], [None], {"": None}, ["a"] * 3_000, [{}] * 40]),
            lambda: _nested(chance.choice([3, 60, 400])),
            lambda: {"type": chance.choice(["text", "object", "function", 1, None, "json_schema", "\ud800"])},
            lambda: [{"role": chance.choice(["user", "king", 5, None, "tool"]), "content": _plain(chance)}],
        ]
    )()


def _plain(chance: random.Random) -> Any:
    return chance.choice(["Hi", "", None, 5, [], [{"type": "text", "text": "Hi"}], [{"type": "image_url"}], "\ud83d"])


def _json_mutated(chance: random.Random, value: Any, here: float = 0.3) -> Any:
    """A copy with one place changed: replaced, taken out, or given a neighbour; this place itself by the chance `here`."""
    if chance.random() < here or not isinstance(value, dict | list) or not value:
        if isinstance(value, dict) and chance.random() < 0.5:
            return {**value, chance.choice(["extra", "", "model", "\ud800", "n", "stream", "__proto__"]): _odd(chance)}
        return _odd(chance)
    if isinstance(value, list):
        at = chance.randrange(len(value))
        return [*value[:at], _json_mutated(chance, value[at]), *value[at + 1 :]]
    key = chance.choice(list(value))
    if chance.random() < 0.15:
        return {name: inner for name, inner in value.items() if name != key}
    return {**value, key: _json_mutated(chance, value[key])}


def _cut(chance: random.Random, sent: Sent) -> Sent:
    return replace(sent, body=sent.body[: chance.randrange(len(sent.body) + 1)])


def _flipped(chance: random.Random, sent: Sent) -> Sent:
    body = bytearray(sent.body)
    for _ in range(min(len(body), chance.randint(1, 8))):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return replace(sent, body=bytes(body))


def _inserted(chance: random.Random, sent: Sent) -> Sent:
    odd = [
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 6_000,
        b"\xef\xbb\xbf",
        b"NaN",
    ]
    at = chance.choice([0, len(sent.body), chance.randrange(len(sent.body) + 1)])
    return replace(sent, body=sent.body[:at] + chance.choice(odd) + sent.body[at:])


def _recoded(chance: random.Random, sent: Sent) -> Sent:
    return replace(sent, body=sent.body.decode("utf-8", "replace").encode(chance.choice(["utf-16", "utf-32", "utf-7"])))


def _retyped(chance: random.Random, sent: Sent) -> Sent:
    kinds = [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={BOUNDARY}x",
        f"multipart/form-data; boundary={'b' * 300}",
        f"multipart/form-data; boundary={BOUNDARY}; charset=unicode_escape",
        f"multipart/form-data; boundary={BOUNDARY}; charset=hex",
        f"multipart/form-data; boundary={BOUNDARY}; charset=utf-16",
        "application/json; charset=utf-16",
        "application/problem+json",
        "application/octet-stream",
        ";;;=",
    ]
    return replace(sent, headers={**sent.headers, "Content-Type": chance.choice(kinds)})


def _rerouted(chance: random.Random, sent: Sent) -> Sent:
    path = sent.path
    odd = ["%00", "%ff", "..%2f..%2f", "/", "//", "%F0%9F%98%80", "x" * 3_000, "%ED%A0%80", "?", "#", ":", "%0d%0a"]
    return replace(sent, path=path + chance.choice(odd) if chance.random() < 0.7 else path.replace("v1/", "v1//"))


def _asked(chance: random.Random, sent: Sent) -> Sent:
    name = chance.choice(
        ["limit", "after", "order", "purpose", "form", "metadata[a]", "metadata[", "metadata[]", "", "x"]
    )
    value = chance.choice(
        ["-1", "0", "1e9", "99999999999999999999", "", "%00", "%ff", "abc", "x" * 5_000, "None", "1.5"]
    )
    many = "&".join([f"{name}={value}"] * chance.choice([1, 2, 8]))
    return replace(sent, path=f"{sent.path}{'&' if '?' in sent.path else '?'}{many}")


def _other_method(chance: random.Random, sent: Sent) -> Sent:
    return replace(sent, method=chance.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]))


def _other_header(chance: random.Random, sent: Sent) -> Sent:
    odd = {
        "Idempotency-Key": chance.choice(["k", "", "x" * 300, "\xff\xfe"]),
        "Range": chance.choice(["bytes=0-", "bytes=-1", "bytes=9999-1", "x", "bytes=0-1,3-4" + ",5-6" * 50]),
        "If-None-Match": "*",
        "Accept": chance.choice(["", "text/html", "*/*;q=9"]),
        "Content-Encoding": "gzip",
        "Expect": "100-continue",
        "Cookie": "a=b; c",
        "Upgrade": "websocket",
        "Origin": chance.choice(["null", "http://localhost", "http://evil.example", "", "\xe9"]),
        "X-Forwarded-For": "1.2.3.4",
    }
    name = chance.choice(list(odd))
    return replace(sent, headers={**sent.headers, name: odd[name]})


def _other_form(chance: random.Random, sent: Sent) -> Sent:
    name = chance.choice(["t.jsonl", "../../x", "\x00", "a" * 5_000, "\ud800", 'a"b', "é.jsonl", "CON", ""])
    parts = [
        ("file", name, chance.choice([b"", b"{}\n", b"\xff\xfe\x00", b"[" * 50_000, b'{"messages":[]}\n' * 20])),
        ("purpose", None, chance.choice([b"fine-tune", b"", b"\xff", b"x" * 2_000_000, b"batch"])),
        ("file", "second.jsonl", b"{}"),
        ("", None, b"no name"),
        ("extra", None, b"1"),
    ]
    count = chance.randint(0, len(parts))
    body = form([(a, b, c) for a, b, c in chance.sample(parts, count)] * chance.choice([1, 1, 20]))
    if chance.random() < 0.3:
        body = body.replace(b"Content-Disposition", chance.choice([b"X" * 9_000, b"Content-Type", b"", b":"]))
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return replace(sent, method="POST", path="/v1/files", body=body, headers=kind)


def _chunked(chance: random.Random, sent: Sent) -> Sent:
    return replace(sent, chunked=True)


RAW: list[Callable[[random.Random, Sent], Sent]] = [
    _cut,
    _flipped,
    _inserted,
    _recoded,
    _retyped,
    _rerouted,
    _asked,
    _other_method,
    _other_header,
    _other_form,
    _chunked,
]
