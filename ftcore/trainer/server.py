"""The trainer server: the application, who may talk to it, and how it is started."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI
from filelock import FileLock

from ftcore import supervision
from ftcore.trainer import handlers, starter
from ftcore.trainer.database import Database
from ftcore.trainer.doorman import Doorman, refuse_broken_text
from ftcore.trainer.doors import Doors
from ftcore.trainer.generation.engine import Engine
from ftcore.trainer.listener import Listener
from ftcore.trainer.openapi.describing import describe
from ftcore.trainer.routes import chat, embeddings, files, jobs, models
from ftcore.trainer.runner import Runner, write_whole
from ftcore.trainer.state import State

LOCK_SECONDS = 15.0
"""A killed supervisor's server ends within five."""
LISTENING = Doors()
"""On loopback, with the workspace's token."""


def create_app(home: Path, token: str, *, doors: Doors = LISTENING, work: bool = True) -> FastAPI:
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
        engine.stop()
        database.close()

    app = FastAPI(
        title="Tuneworthy trainer",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_broken_text)],
    )
    app.state.trainer = state = State(home, database, runner, engine)
    shutil.rmtree(state.takeaway, ignore_errors=True)
    handlers.install(app)
    for group in (files, jobs, models, chat, embeddings):
        app.include_router(group.router)

    @app.get("/health")
    def health() -> dict[str, object]:
        return {"status": "ok", "starter_model": starter.is_ready()}

    describe(app)
    app.add_middleware(Doorman, token=token, doors=doors)
    return app


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


def serve(
    workspace: Path, port: int = 0, *, doors: Doors = LISTENING, announce: Callable[[str], None] | None = None
) -> None:
    """Serves until it is told to stop (SIGINT, SIGTERM, or its supervisor's death). Port 0: a free one.

    Once it listens, the address at which this machine reaches it is in `<workspace>/trainer-address`
    (`http://127.0.0.1:PORT/v1`) and is given to `announce`. One server a workspace: another one that is just ending is waited for. Raises OSError when the port is
    taken, filelock.Timeout (an OSError) when the other one stays.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    supervision.share_processor()
    supervision.end_with_supervisor()
    home = workspace / "trainer"
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "lock", timeout=LOCK_SECONDS):
        _serve(home, workspace, port, doors, announce)


def _serve(home: Path, workspace: Path, port: int, doors: Doors, announce: Callable[[str], None] | None) -> None:
    app = create_app(home, token_of(workspace), doors=doors)
    listener = socket.socket(socket.AF_INET6 if ":" in doors.host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((doors.host, port))
    address = f"http://{doors.reached_at}:{listener.getsockname()[1]}/v1"
    # No proxy headers: whoever sends X-Forwarded-For must not become a caller of this machine.
    config = uvicorn.Config(
        app,
        http=Listener,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
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
