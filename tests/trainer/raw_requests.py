"""Requests to a real server as no SDK would send them."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from typing import Any

from tests.fixtures_trainer import TrainerProcess
from tests.trainer.mutations import Sent

CHUNK = 7_000


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
