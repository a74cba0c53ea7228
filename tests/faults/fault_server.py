"""A server of the fine-tuning protocol, as a process of its own, that misbehaves by a plan and never forgets what it was asked.

`python -m tests.faults.fault_server FOLDER` writes its port to FOLDER/port. FOLDER/plan.json says which request of which job goes
wrong and how; FOLDER/journal.jsonl is its memory: a server that is killed reads it again. It does not know Idempotency-Keys.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "tuneworthy_job"
BEFORE = ("busy_429", "busy_429_huge", "error_500_before", "conflict_409", "reset_before", "silent_before")
"""What becomes of a request that is not carried out."""
AFTER = (
    "error_500_after",
    "timeout_408_after",
    "conflict_409_after",
    "reset_after",
    "dropped",
    "silent_after",
    "slow_after",
    "half_json_after",
    "html_after",
)
"""What becomes of the reply to a request that was carried out."""
REFUSED = "refuse_400"
PLACES = ("create", "upload", "status", "list")
SLOW_SECONDS = 1.0


def name_of(key: str) -> str:
    """How a job's number appears in the names of its files."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


@dataclass
class Memory:
    """Jobs by id, in the order of their creation. `shows` = jobs are listed with their metadata."""

    folder: Path
    shows: bool
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def load(self) -> None:
        journal = self.folder / "journal.jsonl"
        for line in journal.read_text().splitlines() if journal.exists() else ():
            entry = json.loads(line)
            if entry["what"] == "job":
                self.jobs[entry["value"]["id"]] = entry["value"]
            elif entry["what"] == "file":
                self.files[entry["value"]["id"]] = entry["value"]
            elif entry["what"] == "fault":
                self.used.add((entry["value"][0], entry["value"][1]))

    def write(self, what: str, value: Any) -> None:
        with self.lock, (self.folder / "journal.jsonl").open("a") as file:
            file.write(json.dumps({"what": what, "value": value}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def fault(self, place: str, name: str) -> str:
        """The fault that this job's plan holds for this place; each happens once, and a refusal each time."""
        plan = json.loads((self.folder / "plan.json").read_text())
        wanted = plan.get(name, {}).get(place, "")
        if wanted == REFUSED:
            return REFUSED
        with self.lock:
            if not wanted or (name, place) in self.used:
                return ""
            self.used.add((name, place))
            self.write("fault", [name, place, wanted])
        return str(wanted)

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            job = {
                "id": f"ftjob-{len(self.jobs)}",
                "object": "fine_tuning.job",
                "created_at": int(time.time()),
                "finished_at": None,
                "model": body["model"],
                "training_file": body["training_file"],
                "fine_tuned_model": None,
                "metadata": body.get("metadata", {}),
                "trained_tokens": None,
                "result_files": [],
                "error": None,
            }
            self.jobs[job["id"]] = job
            self.write("job", job)
            return job

    def told(self, job: dict[str, Any], *, looked: bool = False) -> dict[str, Any]:
        """As it is answered: after a few looks it has succeeded."""
        with self.lock:
            self.looks[job["id"]] = self.looks.get(job["id"], 0) + looked
            looks = self.looks[job["id"]]
        status = "queued" if looks < 2 else "running" if looks < 3 else "succeeded"
        done = {"finished_at": int(time.time()), "fine_tuned_model": f"ft:{job['id']}", "trained_tokens": 7}
        shown = {**job, "status": status, **(done if status == "succeeded" else {})}
        return shown if self.shows else {**shown, "metadata": None}

    def number(self, job_id: str) -> str:
        return name_of(self.jobs.get(job_id, {}).get("metadata", {}).get(KEY, ""))


class Handler(BaseHTTPRequestHandler):
    memory: Memory
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/files"):
            found = re.search(rb'filename="[^"]*-([0-9a-f]{12})\.jsonl"', body)
            name = found[1].decode() if found else ""
            self._answer("upload", name, lambda: self._keep(body))
        elif self.path.endswith("/fine_tuning/jobs"):
            wanted = json.loads(body)
            self._answer("create", name_of(wanted["metadata"][KEY]), lambda: self._create(wanted))
        else:
            self._error(404, "there is no such request")

    def do_GET(self) -> None:
        url, memory = urlsplit(self.path), self.memory
        if found := re.search(r"/jobs/(ftjob-\d+)/(events|checkpoints)$", url.path):
            self._send(200, {"object": "list", "data": [], "has_more": False})
        elif found := re.search(r"/jobs/(ftjob-\d+)$", url.path):
            job = memory.jobs.get(found[1])
            if job is None:
                self._error(404, "there is no such job")
            else:
                self._answer("status", memory.number(found[1]), lambda: memory.told(job, looked=True))
        elif url.path.endswith("/jobs"):
            wanted = parse_qs(url.query).get(f"metadata[{KEY}]", [""])[0]
            self._answer("list", name_of(wanted), lambda: self._list(wanted))
        elif found := re.search(r"/files/(file-\d+)$", url.path):
            self._send(200, memory.files[found[1]]) if found[1] in memory.files else self._error(404, "no such file")
        elif url.path.endswith("/files"):
            with memory.lock:
                files = list(memory.files.values())[::-1][:100]
            self._send(200, {"object": "list", "data": files, "has_more": False})
        else:
            self._error(404, "there is no such request")

    def _keep(self, body: bytes) -> dict[str, Any]:
        memory = self.memory
        content = body.split(b"\r\n\r\n", 2)
        found = re.search(rb'filename="([^"]*)"', body)
        with memory.lock:
            file = {
                "id": f"file-{len(memory.files)}",
                "object": "file",
                "bytes": len(content[-1].rsplit(b"\r\n--", 1)[0]),
                "created_at": int(time.time()),
                "filename": found[1].decode() if found else "",
                "purpose": "fine-tune",
                "status": "processed",
            }
            memory.files[file["id"]] = file
            memory.write("file", file)
            return file

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        return self.memory.told(self.memory.create(body))

    def _list(self, wanted: str) -> dict[str, Any]:
        memory = self.memory
        with memory.lock:
            found = list(reversed(memory.jobs.values()))
        if wanted and memory.shows:
            found = [job for job in found if job["metadata"].get(KEY) == wanted]
        return {"object": "list", "data": [memory.told(job) for job in found[:100]], "has_more": len(found) > 100}

    def _answer(self, place: str, name: str, carry_out: Any) -> None:
        fault = self.memory.fault(place, name)
        if fault == REFUSED or fault in BEFORE:
            self._refuse(fault)
            return
        reply = carry_out()
        if fault in ("error_500_after", "timeout_408_after", "conflict_409_after"):
            self._error(int(fault.split("_")[1]), "something went wrong")
        elif fault == "reset_after":
            self._reset()
        elif fault == "dropped":
            self.close_connection = True
        elif fault == "silent_after":
            self._stay_silent()
        elif fault == "slow_after":
            self._drip(reply)
        elif fault == "half_json_after":
            self._send(200, reply, half=True)
        elif fault == "html_after":
            self._send(200, "<html>a proxy says hello</html>", kind="text/html")
        else:
            self._send(200, reply)

    def _refuse(self, fault: str) -> None:
        if fault == "reset_before":
            self._reset()
        elif fault == "silent_before":
            self._stay_silent()
        elif fault == "busy_429":
            self._error(429, "too fast", {"Retry-After": "0"})
        elif fault == "busy_429_huge":
            self._error(429, "too fast", {"Retry-After": "8640000"})
        else:
            self._error(int(fault.split("_")[1]), f"no; your key was {self.headers.get('Authorization')}")

    def _error(self, code: int, said: str, headers: dict[str, str] | None = None) -> None:
        self._send(code, {"error": {"message": said, "type": "t", "param": None, "code": None}}, headers=headers or {})

    def _send(
        self,
        code: int,
        value: Any,
        *,
        half: bool = False,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        data = value.encode() if kind == "text/html" else json.dumps(value).encode()
        self.send_response(code)
        for name, text in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if half else data)
        if half:
            self._reset()

    def _drip(self, value: Any) -> None:
        data = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
            + json.dumps(value).encode()
        )
        self.close_connection = True
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(SLOW_SECONDS)

    def _stay_silent(self) -> None:
        self.close_connection = True
        self.connection.settimeout(30)
        self.connection.recv(1)  # until the client goes

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing sends RST
        self.wfile.flush()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            return  # the connection has gone, by our fault or by theirs

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return


def serve(folder: Path) -> None:
    Handler.memory = Memory(folder, (folder / "shows-metadata").exists())
    Handler.memory.load()
    known = folder / "port"
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", int(known.read_text()) if known.exists() else 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, address: None  # type: ignore[method-assign]
    waiting = folder / "port.part"
    waiting.write_text(str(server.server_address[1]))
    os.replace(waiting, known)
    server.serve_forever(0.05)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
