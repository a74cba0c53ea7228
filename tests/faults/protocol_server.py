"""A server of the fine-tuning protocol that misbehaves on demand and counts what it was asked. For faults only: the main path
is tested against the project's own trainer."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FAULTS = (
    "reset_after",
    "reset_before",
    "error_500_after",
    "timeout_408_after",
    "html_after",
    "half_json_after",
    "conflict_409",
    "busy_429",
)
"""What may become of a creation; after each of them exactly one job must exist."""


@dataclass
class Remote:
    """What the server knows. `faults` are used up one by one by the requests that create jobs."""

    faults: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    """Statuses with which the next questions about a job are refused."""
    status: str = "succeeded"
    ignores_filter: bool = False
    repeats_events: bool = False
    creates: int = 0
    jobs: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id; `content` holds the bytes that were sent."""
    uploads: int = 0
    pauses: bool = True
    repeats_key: bool = False
    """Its refusals repeat the key that they were sent."""
    retry_after: str = ""
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    result_files: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    """Further fields of every job."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of all creations, with `idempotency_key`."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.creates += 1
            job = {
                "id": f"ftjob-{len(self.jobs)}",
                "object": "fine_tuning.job",
                "created_at": 1,
                "finished_at": 2,
                "status": "queued",
                "model": body["model"],
                "training_file": body["training_file"],
                "fine_tuned_model": None,
                "metadata": body.get("metadata", {}),
                "trained_tokens": 7,
                "error": None,
            }
            self.jobs.append(job)
            return job

    def keep(self, body: bytes) -> dict[str, Any]:
        """Takes a file out of the form in which it was sent."""
        found = re.search(rb'name="file"; filename="([^"]*)".*?\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
        assert found is not None
        with self.lock:
            self.uploads += 1
            file = {"id": f"file-{self.uploads}", "object": "file", "created_at": 1, "purpose": "fine-tune"}
            file |= {"filename": found[1].decode(), "bytes": len(found[2]), "content": found[2], "status": "processed"}
            self.files[str(file["id"])] = file
            return file


def _shown(file: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in file.items() if name != "content"}


@contextmanager
def protocol_server(remote: Remote) -> Iterator[str]:
    """Its base_url, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.endswith("/files"):
                self._send(200, _shown(remote.keep(body)))
            elif self.path.endswith("/cancel"):
                remote.status = "cancelled"
                self._send(200, self._job(self.path.split("/")[-2]))
            elif self.path.endswith(("/pause", "/resume")):
                self._pause(self.path.rpartition("/")[2])
            else:
                remote.asked.append({**json.loads(body), "idempotency_key": self.headers.get("Idempotency-Key")})
                self._create(json.loads(body))

        def do_DELETE(self) -> None:
            id_ = self.path.rpartition("/")[2]
            gone = remote.files.pop(id_, None)
            self._send(200, {"id": id_, "object": "file", "deleted": True}) if gone else self._refuse(404)

        def _pause(self, wish: str) -> None:
            if not remote.pauses:
                self._refuse(405)
                return
            remote.status = "paused" if wish == "pause" else "running"
            self._send(200, self._job(self.path.split("/")[-2]))

        def _refuse(self, code: int) -> None:
            key = f" {self.headers.get('Authorization', '').removeprefix('Bearer ')}" if remote.repeats_key else ""
            error = {"message": f"no: {code}{key}", "type": "t", "param": None, "code": None}
            self._send(
                code, {"error": error}, headers={"Retry-After": remote.retry_after} if remote.retry_after else {}
            )

        def _create(self, body: dict[str, Any]) -> None:
            fault = remote.faults.pop(0) if remote.faults else ""
            if fault == "reset_before":
                self._reset()
                return
            if fault in ("conflict_409", "busy_429", "refuse_400"):
                self._refuse(int(fault[-3:]))
                return
            job = remote.create(body)
            if fault == "reset_after":
                self._reset()
            elif fault == "error_500_after":
                self._send(500, {"error": {"message": "oops", "type": "t", "param": None, "code": None}})
            elif fault == "timeout_408_after":
                self._send(408, {"error": {"message": "too slow", "type": "t", "param": None, "code": None}})
            elif fault == "html_after":
                self._send(200, b"<html>a proxy says hello</html>", kind="text/html")
            elif fault == "half_json_after":
                self._send(200, job, half=True)
            else:
                self._send(200, job)

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path.endswith("/events"):
                event = {"object": "fine_tuning.job.event", "created_at": 1, "level": "info", "message": "m"}
                data = [
                    {**event, "id": f"e{i}", "data": {"step": i, "total_steps": 3, "train_loss": 1.0}}
                    for i in (3, 2, 1)
                ]
                self._send(200, {"object": "list", "data": data, "has_more": remote.repeats_events})
            elif remote.refusals and "/jobs/" in url.path:
                self._refuse(remote.refusals.pop(0))
            elif url.path.endswith("/checkpoints"):
                self._send(200, {"object": "list", "data": remote.checkpoints, "has_more": False})
            elif found := re.search(r"/files(?:/(file-\w+)(/content)?)?$", url.path):
                self._file(found[1], whole=bool(found[2]))
            elif re.search(r"/jobs/ftjob-\d+$", url.path):
                self._send(200, self._job(url.path.rpartition("/")[2]))
            else:
                wanted = parse_qs(url.query).get("metadata[tuneworthy_job]", [None])[0]
                data = [
                    j
                    for j in remote.jobs[::-1]
                    if remote.ignores_filter or wanted is None or j["metadata"].get("tuneworthy_job") == wanted
                ]
                self._send(200, {"object": "list", "data": data, "has_more": False})

        def _file(self, id_: str | None, *, whole: bool) -> None:
            if id_ is None:
                files = [_shown(file) for file in remote.files.values()][::-1]
                self._send(200, {"object": "list", "data": files, "has_more": False})
            elif id_ not in remote.files:
                self._refuse(404)
            elif whole:
                self._send(200, remote.files[id_]["content"], kind="application/octet-stream")
            else:
                self._send(200, _shown(remote.files[id_]))

        def _job(self, id_: str) -> dict[str, Any]:
            job = next(j for j in remote.jobs if j["id"] == id_)
            done = remote.status.lower() == "succeeded"
            told = {"status": remote.status, "fine_tuned_model": f"ft:{id_}" if done else None}
            return {**job, **told, "result_files": remote.result_files, **remote.more}

        def _send(
            self,
            code: int,
            value: Any,
            *,
            half: bool = False,
            kind: str = "application/json",
            headers: dict[str, str] | None = None,
        ) -> None:
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(code)
            for name, text in (headers or {}).items():
                self.send_header(name, text)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if half else data)
            if half:
                self._reset()

        def _reset(self) -> None:
            self.close_connection = True
            linger = struct.pack("ii", 1, 0)  # closing sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.connection.close()

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                return  # we closed it ourselves

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, address: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
