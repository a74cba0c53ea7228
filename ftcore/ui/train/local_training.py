"""Can this computer train now? Asked before every launch, and cheap enough for every drawing."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from ftcore import supervisor
from ftcore.trainer import starter
from ftcore.workspace import Workspace

STILL_WORKS = "Deciding, curating, exporting and reading reports work without it."
ANSWER_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Readiness:
    """`sentence` says what is missing, what works all the same and what to do; `command` is what to type, if anything.
    `soon`: it may be ready in a moment, so it is worth looking again."""

    ok: bool
    sentence: str = ""
    command: str = ""
    soon: bool = False


def readiness(workspace: Workspace, base_model: str = starter.NAME) -> Readiness:
    """Is the trainer installed, is the model here, does its server answer?"""
    if not supervisor.has_trainer():
        said = (
            f"Training on this computer is not installed. {STILL_WORKS} To add it, run this and start Tuneworthy again:"
        )
        return Readiness(False, said, "pip install 'tuneworthy[local]'")
    if base_model == starter.NAME and not starter.is_ready():
        size = starter.plan().bytes / 1e6
        said = f"The practice model is not on this computer yet. {STILL_WORKS} This fetches it ({size:.0f} MB, once):"
        return Readiness(False, said, "make run", soon=True)
    if not listens(address(workspace)):
        said = (
            f"The trainer server is not answering; after a start it takes some seconds. {STILL_WORKS} If it stays away:"
        )
        return Readiness(False, said, "make run", soon=True)
    return Readiness(True)


def address(workspace: Workspace) -> str:
    """The trainer server's base_url, as it wrote it; "" while it does not run."""
    try:
        return workspace.trainer_address.read_text().strip()
    except OSError:
        return ""


def listens(base_url: str) -> bool:
    """Whether something takes connections there; on this machine that is known at once."""
    try:
        parts = urlsplit(base_url)
        if not parts.hostname or not parts.port:
            return False
        with socket.create_connection((parts.hostname, parts.port), timeout=ANSWER_SECONDS):
            return True
    except (OSError, ValueError):
        return False
