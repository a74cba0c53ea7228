"""What is installed, writable and reachable, and which model is there: for `tuneworthy doctor`."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from ftcore import __version__
from ftcore.app_files import app_dir, data_dir
from ftcore.supervisor import answers, has_trainer
from ftcore.workspace import Workspace

ENOUGH_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`bad` stops the app from working, `note` is something that is not there and can be done without."""

    what: str
    state: Literal["ok", "note", "bad"]
    sentence: str


def examine(workspace: Workspace) -> list[Finding]:
    return [
        Finding(
            "Tuneworthy",
            "ok",
            f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        ),
        _app_files(),
        _packages(),
        _workspace(workspace),
        _database(workspace),
        _space(workspace),
        _running(workspace),
        _training(),
        _models(),
        _browser(),
    ]


def _app_files() -> Finding:
    wanted = (
        app_dir() / "app.py",
        app_dir() / "pages",
        app_dir() / ".streamlit" / "config.toml",
        data_dir() / "decision.yaml",
    )
    absent = [path.name for path in wanted if not path.exists()]
    if absent:
        return Finding("App files", "bad", f"{', '.join(absent)} not found in {app_dir()}. Install Tuneworthy again.")
    return Finding("App files", "ok", str(app_dir()))


def _packages() -> Finding:
    names = ("streamlit", "pandas", "openai", "plotly", "sqlalchemy", "daft", "python-pptx", "openpyxl")
    absent = [name for name in names if _version(name) is None]
    if absent:
        return Finding("Packages", "bad", f"{', '.join(absent)} not installed. Install Tuneworthy again.")
    return Finding("Packages", "ok", ", ".join(f"{name} {_version(name)}" for name in names[:4]))


def _workspace(workspace: Workspace) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=workspace.root):
            pass
    except OSError as error:
        return Finding(
            "Workspace", "bad", f"{workspace.root} cannot be written ({error.strerror}). Name another with --workspace."
        )
    return Finding("Workspace", "ok", f"{workspace.root} is writable")


def _database(workspace: Workspace) -> Finding:
    from ftcore.store.database import StoreError, integrity

    if not workspace.database.exists():
        return Finding("Database", "ok", f"none yet; it is made at the first start (SQLite {sqlite3.sqlite_version})")
    try:
        db = workspace.open_database()
        with db.read() as c:
            said = integrity(c)
        db.close()
    except StoreError as error:
        return Finding("Database", "bad", str(error))
    if said != "ok":
        return Finding("Database", "bad", f"damaged: {said}. Restore a backup.")
    return Finding(
        "Database", "ok", f"whole, {workspace.database.stat().st_size / 1e6:.1f} MB (SQLite {sqlite3.sqlite_version})"
    )


def _space(workspace: Workspace) -> Finding:
    free = shutil.disk_usage(workspace.root).free
    state: Literal["ok", "note"] = "ok" if free > ENOUGH_BYTES else "note"
    return Finding(
        "Disk", state, f"{free / 1e9:.1f} GB free" + ("" if state == "ok" else "; a training needs about 1 GB")
    )


def _running(workspace: Workspace) -> Finding:
    app, trainer = _said(workspace.address), _said(workspace.trainer_address)
    parts = [f"app {app}"] if app and answers(f"{app}/_stcore/health") else ["app not running"]
    reached = trainer and answers(f"{trainer.removesuffix('/v1')}/health")
    parts.append(f"trainer server {trainer}" if reached else "trainer server not running")
    return Finding("Running", "ok", ", ".join(parts))


def _training() -> Finding:
    if not has_trainer():
        return Finding(
            "Local training", "note", "not installed; pip install 'tuneworthy[local]' adds it. Everything else works."
        )
    return Finding(
        "Local training",
        "ok",
        f"torch {_version('torch')}, transformers {_version('transformers')}, {os.cpu_count()} cores",
    )


def _models() -> Finding:
    """Which base models there are, the unusable ones with their reason."""
    from ftcore.trainer import library, starter
    from ftcore.trainer.errors import TrainerError

    try:
        bases = library.every()
    except TrainerError as error:
        return Finding("Base models", "note", error.message)
    usable = [base.name for base in bases if base.fault is None]
    broken = [f"{base.name} cannot be used. {base.fault}" for base in bases if base.fault is not None]
    if not usable:
        none = f"none in {starter.models_folder()}; `make run` or `tuneworthy models pull {starter.NAME}` fetches the starter."
        return Finding("Base models", "note", " ".join([none, "Everything but local training works.", *broken]))
    return Finding(
        "Base models",
        "note" if broken else "ok",
        " ".join([f"{', '.join(usable)} in {starter.models_folder()}.", *broken]),
    )


def _browser() -> Finding:
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    installed = importlib.util.find_spec("playwright") is not None
    if found and installed:
        return Finding("Browser tests", "ok", found)
    return Finding(
        "Browser tests", "note", "Chromium or Playwright is not installed; only the tests in a real browser need them."
    )


def _said(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
