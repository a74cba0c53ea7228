"""A hub of one's own on loopback: the routes that fetching a model by name uses, and what can go wrong with each."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "5" * 40
LARGE = 1 << 20
INFO = re.compile(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/?]+))?")
TREE = re.compile(r"/api/models/([^/]+/[^/]+)/tree/([^/?]+)")
FILE = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")


@dataclass
class FakeHub:
    """`models` name -> folder; `cut` says how many times the body of a large .safetensors breaks off half-way."""

    models: dict[str, Path] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    token: str | None = None
    cut: int = 0
    damage: bool = False
    url: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """(method, path, Range) of every request."""

    def gets(self, ending: str) -> list[str]:
        """The Range of every GET of a file with this ending."""
        return [reach for method, path, reach in self.asked if method == "GET" and path.endswith(ending)]


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    class Handler(_Handler):
        state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *given: Any) -> None:
        """Quiet."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        self.state.asked.append((self.command, path, self.headers.get("Range", "")))
        for pattern, route in ((TREE, self._tree), (INFO, self._info), (FILE, self._file)):
            if (found := pattern.fullmatch(path)) is not None:
                self._route(route, found, with_body)
                return
        self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _route(self, route: Any, found: re.Match[str], with_body: bool) -> None:
        name = found[1]
        allowed = self.headers.get("Authorization") == f"Bearer {self.state.token}"
        if name not in self.state.models or (self.state.token and name not in self.state.gated and not allowed):
            self._send(401, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif name in self.state.gated and not allowed:
            self._send(403, b"{}", {"X-Error-Code": "GatedRepo"})
        elif found[2] not in (None, "main", COMMIT):
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            route(found, with_body)

    def _info(self, found: re.Match[str], with_body: bool) -> None:
        files = [{"rfilename": one["path"], "blobId": one["oid"], **_size(one)} for one in self._entries(found[1])]
        card = {"license": "mit", "tags": []}
        self._json({"id": found[1], "sha": COMMIT, "siblings": files, "cardData": card, "private": False})

    def _tree(self, found: re.Match[str], with_body: bool) -> None:
        self._json(self._entries(found[1]))

    def _entries(self, name: str) -> list[dict[str, Any]]:
        folder = self.state.models[name]
        entries = []
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            content = path.read_bytes()
            entry = {"type": "file", "path": str(path.relative_to(folder)), "size": len(content)}
            entry["oid"] = hashlib.sha1(content).hexdigest()
            if path.suffix == ".safetensors":
                entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            entries.append(entry)
        return entries

    def _file(self, found: re.Match[str], with_body: bool) -> None:
        path = self.state.models[found[1]] / found[3]
        if not path.is_file():
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        heavy = path.suffix == ".safetensors"
        if heavy and self.state.damage:
            content = content[:-1] + bytes([content[-1] ^ 1])
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        headers = {"ETag": f'"{digest}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        body = content[start:]
        if with_body and len(content) > LARGE and heavy and self.state.cut:
            self.state.cut -= 1
            self._send(206 if start else 200, body[: len(body) // 2], headers, told=len(body))
            self.close_connection = True
            return
        self._send(206 if start else 200, body, headers, with_body=with_body)

    def _json(self, value: Any) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], *, told: int | None = None, with_body: bool = True
    ) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body) if told is None else told)}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body and self.command != "HEAD":
            self.wfile.write(body)


def _size(entry: dict[str, Any]) -> dict[str, Any]:
    if "lfs" not in entry:
        return {"size": entry["size"]}
    lfs = {"sha256": entry["lfs"]["oid"], "size": entry["size"], "pointerSize": 134}
    return {"size": entry["size"], "lfs": lfs}
