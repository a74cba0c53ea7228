"""A server of the protocol whose answers a test writes down: (method, end of the path) -> (status, body). Everything it was
asked is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any] | Callable[[dict[str, str], bytes], tuple[int, Any]]
EMPTY = {"object": "list", "data": [], "has_more": False}
MODELS = {"object": "list", "data": [{"id": "base-1", "object": "model", "created": 1, "owned_by": "us"}]}


def refusal(message: str, *, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": None}}


@dataclass
class Script:
    """`answers` are looked up by method and path below /v1, with `*` for one part that is an id. What is not in it is a 404."""

    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    base_url: str = ""

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        self.asked.append((method, path))
        found = self.answers.get((method, path)) or next(
            (one for (verb, form), one in self.answers.items() if verb == method and _fits(form, path)), None
        )
        if found is None:
            return 404, refusal(f"Unknown path {path}")
        return found(query, body) if callable(found) else found


def _fits(form: str, path: str) -> bool:
    parts, given = form.split("/"), path.split("/")
    return len(parts) == len(given) and all(a in ("*", b) for a, b in zip(parts, given, strict=True))


def usual() -> dict[tuple[str, str], Answer]:
    """A server that is there and holds one base model and nothing else."""
    return {
        ("GET", "/models"): (200, MODELS),
        ("GET", "/files"): (200, EMPTY),
        ("GET", "/fine_tuning/jobs"): (200, EMPTY),
    }


@contextmanager
def scripted(script: Script) -> Iterator[Script]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, said = script.answer(self.command, url.path.removeprefix("/v1"), query, body)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header(
                "Content-Type", "application/octet-stream" if isinstance(said, bytes) else "application/json"
            )
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _do

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
