"""Stands before every route: who calls, by which name, from which page, with which token, and how much they bring."""

from __future__ import annotations

import ipaddress
import json
import re
import secrets

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ftcore.trainer import handlers
from ftcore.trainer.doors import LOOPBACK, Doors
from ftcore.trainer.errors import TrainerError

LARGEST_BODY = 520 << 20
LARGEST_JSON = 16 << 20
HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
Refusal = tuple[int, str, str]


class Doorman:
    """Only known names in Host (a web page on another name cannot reach us through the user's browser), no foreign
    Origin, a bearer token, and no body beyond what a route may need, however its length is told."""

    def __init__(self, app: ASGIApp, token: str, doors: Doors):
        self._app, self._token, self._doors = app, token.encode(), doors
        self._own = doors.token.encode() if doors.token else None
        self._names = None if doors.names is None else LOOPBACK | doors.names | {doors.reached_at}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is None:
            await self._app(scope, _counted(receive, _largest(scope["path"], headers)), send)
        else:
            status, message, code = refusal
            await handlers.reply(status, message, code=code)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> Refusal | None:
        if self._names is not None and _name(headers.get("host", "")) not in self._names:
            return 403, f"This server does not answer to this name, only to {_listed(self._names)}.", "invalid_host"
        origin = headers.get("origin")
        if origin is not None and _name(origin.partition("://")[2]) not in LOOPBACK:
            return 403, "Pages from elsewhere may not use this server.", "invalid_origin"
        if scope["path"] == "/health":
            return None
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not self._is_known(given.strip(), scope.get("client")):
            return 401, self._which_key(), "invalid_api_key"
        return _size_refusal(scope["path"], headers)

    def _is_known(self, given: str, client: tuple[str, int] | None) -> bool:
        token = given.encode()
        own = self._own is not None and secrets.compare_digest(token, self._own)
        workspace = secrets.compare_digest(token, self._token)
        # The workspace's token was made for this machine: the app here goes on using it when others are let in.
        return own or (workspace and (not self._doors.opens_to_others or _is_here(client)))

    def _which_key(self) -> str:
        if self._doors.opens_to_others:
            return "The API key is missing or wrong: it is the token that this server was started with."
        return "The API key is missing or wrong: it is the content of the file `trainer-token` in the workspace."


def _size_refusal(path: str, headers: dict[str, str]) -> Refusal | None:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if length is not None and coding is not None:
        return (
            400,
            "The request says twice how long its body is (Content-Length and Transfer-Encoding).",
            "invalid_length",
        )
    if length is None:
        return None
    if not (length.isascii() and length.isdigit()):
        return 400, "Content-Length is no number.", "invalid_length"
    largest = _largest(path, headers)
    if len(length) > 20 or int(length) > largest:
        return 413, f"The request is larger than {largest >> 20} MB.", "request_too_large"
    return None


def _largest(path: str, headers: dict[str, str]) -> int:
    """Bytes. Only a form is written to the disk as it comes; anything else is held in memory."""
    form = headers.get("content-type", "").lower().startswith("multipart/form-data")
    return LARGEST_BODY if path == "/v1/files" and form else LARGEST_JSON


def _counted(receive: Receive, largest: int) -> Receive:
    """`receive`, with an end for a body that goes on beyond `largest` bytes: its length need not be told beforehand."""
    total = 0

    async def take() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > largest:
            raise HTTPException(413, f"larger than {largest >> 20} MB")
        return message

    return take


def _name(host: str) -> str:
    """The host without its port."""
    if host.startswith("["):
        return (host.partition("]")[0] + "]").lower()
    return host.partition(":")[0].lower()


def _is_here(client: tuple[str, int] | None) -> bool:
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names - {"::1"}))


async def refuse_broken_text(request: Request) -> None:
    """For every route, before it reads its body: text that is no Unicode could be stored, but never be told again.

    JSON's own parser lets it through, as bytes (surrogates in UTF-8) and as escapes (half of a pair).
    """
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/") and "charset" in kind and "charset=utf-8" not in kind.replace('"', ""):
        raise TrainerError("A form is read as UTF-8; leave the charset out.", code="invalid_encoding")
    if "json" not in kind.partition(";")[0]:
        return
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start + 1} does not fit."
        raise TrainerError(message, code="invalid_encoding") from None
    if HALF_PAIR.search(text) is None:
        return
    try:
        json.dumps(await request.json(), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = error.object[error.start]
        message = f"A text in the body holds half of a character (\\u{ord(half):04x} without its other half)."
        raise TrainerError(message, code="invalid_encoding") from None
