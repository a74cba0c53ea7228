"""The trainer server: the application, who may talk to it, and how it is started."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from filelock import FileLock
from starlette.types import ASGIApp, Receive, Scope, Send

from ftcore import supervision
from ftcore.trainer import handlers, starter
from ftcore.trainer.database import Database
from ftcore.trainer.generation.engine import Engine
from ftcore.trainer.routes import chat, embeddings, files, jobs, models
from ftcore.trainer.runner import Runner, write_whole
from ftcore.trainer.state import State

LOCK_SECONDS = 15.0
"""A killed supervisor's server ends within five."""
HOST = "127.0.0.1"
LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]", "::1"))
LARGEST_BODY = 520 << 20
LARGEST_JSON = 16 << 20


def create_app(home: Path, token: str, *, work: bool = True) -> FastAPI:
    """The application over the folder `home` (`<workspace>/trainer`). With `work` it trains and answers."""
    for name in ("files", "jobs"):
        (home / name).mkdir(parents=True, exist_ok=True)
    database = Database(home / "trainer.db")
    runner, engine = Runner(home, database), Engine(database)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if work:
            runner.start()
            engine.start()
        yield
        runner.stop()
        database.close()

    app = FastAPI(title="Tuneworthy trainer", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.trainer = State(home, database, runner, engine)
    handlers.install(app)
    for group in (files, jobs, models, chat, embeddings):
        app.include_router(group.router)

    @app.get("/health")
    def health() -> dict[str, object]:
        return {"status": "ok", "starter_model": starter.is_ready()}

    app.add_middleware(Doorman, token=token)
    return app


class Doorman:
    """Loopback names only in Host (a web page on another name cannot reach us through the user's browser), no foreign
    Origin, the bearer token, and no body beyond what a route may need."""

    def __init__(self, app: ASGIApp, token: str):
        self._app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope["path"], headers)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            status, message, code = refusal
            await handlers.reply(status, message, code=code)(scope, receive, send)

    def _refusal(self, path: str, headers: dict[str, str]) -> tuple[int, str, str] | None:
        if _name(headers.get("host", "")) not in LOOPBACK:
            return 403, "This server answers only to loopback names (127.0.0.1, localhost).", "invalid_host"
        origin = headers.get("origin")
        if origin is not None and _name(origin.partition("://")[2]) not in LOOPBACK:
            return 403, "Pages from elsewhere may not use this server.", "invalid_origin"
        if path == "/health":
            return None
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secrets.compare_digest(given.strip().encode(), self._token):
            message = "The API key is missing or wrong: it is the content of the file `trainer-token` in the workspace."
            return 401, message, "invalid_api_key"
        length = headers.get("content-length", "0")
        largest = LARGEST_BODY if path == "/v1/files" else LARGEST_JSON
        if not length.isdigit() or int(length) > largest:
            return 413, f"The request is larger than {largest >> 20} MB.", "request_too_large"
        if path != "/v1/files" and "transfer-encoding" in headers:
            return 411, "Say how long the body is (Content-Length).", "length_required"
        return None


def _name(host: str) -> str:
    """The host without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


def token_of(workspace: Path) -> str:
    """The bearer token in `<workspace>/trainer-token`, made at the first call, readable by its owner only."""
    path = workspace / "trainer-token"
    workspace.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text().strip()


def serve(workspace: Path, port: int = 0, *, announce: Callable[[str], None] | None = None) -> None:
    """Serves until it is told to stop (SIGINT, SIGTERM, or its supervisor's death). Port 0: a free one.

    Once it listens, its address is in `<workspace>/trainer-address` (`http://127.0.0.1:PORT/v1`) and is given to
    `announce`. One server a workspace: another one that is just ending is waited for. Raises OSError when the port is
    taken, filelock.Timeout (an OSError) when the other one stays.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    supervision.share_processor()
    supervision.end_with_supervisor()
    home = workspace / "trainer"
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "lock", timeout=LOCK_SECONDS):
        _serve(home, workspace, port, announce)


def _serve(home: Path, workspace: Path, port: int, announce: Callable[[str], None] | None) -> None:
    app = create_app(home, token_of(workspace))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    address = f"http://{HOST}:{listener.getsockname()[1]}/v1"
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3
    )
    try:
        _Announcing(config, lambda: _announce(workspace, address, announce)).run(sockets=[listener])
    finally:  # nobody may take another server on this port for this one
        (workspace / "trainer-address").unlink(missing_ok=True)


def _announce(workspace: Path, address: str, announce: Callable[[str], None] | None) -> None:
    write_whole(workspace / "trainer-address", address)
    if announce is not None:
        announce(address)


class _Announcing(uvicorn.Server):
    """Tells when it listens: who reads the address may call at once."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]):
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
