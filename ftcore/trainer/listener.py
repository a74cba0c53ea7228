"""The connection, before there is a request: what is no HTTP is told so in the envelope too."""

from __future__ import annotations

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ftcore.trainer.errors import envelope


class Listener(H11Protocol):
    """uvicorn's own, whose refusal of a request that is no HTTP (conflicting lengths, say) is a bare line of text."""

    def send_400_response(self, msg: str) -> None:
        body = json.dumps(envelope(400, "This is not a request in HTTP/1.1.", code="invalid_request")).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
