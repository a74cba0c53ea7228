"""A real HTTP server on the loopback that answers chat completions, and misbehaves as a test wants."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ftcore.records import Endpoint

Fault = dict[str, Any]
"""`status` with `headers` and `body`; or `kind`: reset, half, cut, page, slow."""


class FaultServer:
    def __init__(self) -> None:
        self.reply: Callable[[dict[str, Any]], str] = lambda body: body["messages"][-1]["content"]
        self.fault: Callable[[int, dict[str, Any]], Fault | None] = lambda number, body: None
        self.delay = 0.0
        self.bodies: list[dict[str, Any]] = []
        self.answered: Counter[str] = Counter()
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server._lock:
                    server.bodies.append(body)
                    number = len(server.bodies)
                    server._at_once += 1
                    server.most_at_once = max(server.most_at_once, server._at_once)
                try:
                    server.serve(self, number, body)
                finally:
                    with server._lock:
                        server._at_once -= 1

            def log_message(self, *_: Any) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_: Any) -> None:
                pass

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self.endpoint = Endpoint(1, "fault server", self.base_url)
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def serve(self, handler: BaseHTTPRequestHandler, number: int, body: dict[str, Any]) -> None:
        fault = self.fault(number, body) or {}
        kind = fault.get("kind")
        whole = json.dumps(completion(body, self.reply(body))).encode()
        if kind == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
        elif kind == "half":
            send(handler, 200, whole[: len(whole) // 2])
        elif kind == "cut":
            send(handler, 200, whole[: len(whole) // 2], length=len(whole))
            handler.close_connection = True
        elif kind == "page":
            send(handler, 200, b"<html>Welcome</html>", content_type="text/html")
        elif kind == "slow":
            time.sleep(fault["seconds"])
            send(handler, 200, whole)
        elif "status" in fault:
            send(handler, fault["status"], json.dumps(fault.get("body", {})).encode(), headers=fault.get("headers"))
        else:
            time.sleep(self.delay)
            send(handler, 200, whole)
            with self._lock:
                self.answered[json.dumps(body, sort_keys=True)] += 1

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    *,
    length: int | None = None,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> None:
    handler.send_response(status)
    handler.send_header("content-type", content_type)
    handler.send_header("content-length", str(len(body) if length is None else length))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def completion(body: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


@pytest.fixture
def server() -> Iterator[FaultServer]:
    running = FaultServer()
    yield running
    running.close()
