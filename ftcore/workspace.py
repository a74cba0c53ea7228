"""The folder in which everything of one installation lives: the database, uploads, exports, reports, logs, the trainer's home."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ftcore.store.database import Database, open_database

FOLDERS = ("uploads", "exports", "meaning", "trainer", "logs")
"""The folders that may grow, in the order in which their sizes are shown."""


@dataclass(frozen=True, slots=True)
class Workspace:
    root: Path

    @property
    def database(self) -> Path:
        return self.root / "tuneworthy.db"

    @property
    def lock(self) -> Path:
        """Held by the running supervisor."""
        return self.root / "lock"

    @property
    def address(self) -> Path:
        """Where the running app is found in a browser."""
        return self.root / "address"

    @property
    def trainer_address(self) -> Path:
        """The base_url of the running trainer server, which writes it when it listens."""
        return self.root / "trainer-address"

    @property
    def trainer_token(self) -> Path:
        return self.root / "trainer-token"

    @property
    def secrets(self) -> Path:
        """Keys for servers, where the computer has no keyring (`endpoints.secrets`). No backup and no export takes it."""
        return self.root / "secrets"

    def folder(self, name: str) -> Path:
        """`uploads`, `exports`, `reports` or `logs`, made when it is first asked for."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def disk_use(self) -> dict[str, int]:
        """Bytes by what they are for. "other" is everything else in the folder (copies made before updates, reports, inbox)."""
        sizes: dict[str, int] = {"database": 0, **dict.fromkeys(FOLDERS, 0), "other": 0}
        for path in self.root.rglob("*"):
            try:
                size = path.lstat().st_size if path.is_file() and not path.is_symlink() else 0
            except FileNotFoundError:  # somebody took it away meanwhile
                continue
            first = path.relative_to(self.root).parts[0]
            in_database = first in (self.database.name, f"{self.database.name}-wal", f"{self.database.name}-shm")
            sizes["database" if in_database else first if first in FOLDERS else "other"] += size
        return sizes

    def open_database(self) -> Database:
        return open_database(self.database)


def default_root() -> Path:
    """TUNEWORTHY_HOME, or the place that the operating system gives to an app's data."""
    named = os.environ.get("TUNEWORTHY_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("tuneworthy", appauthor=False)


def open_workspace(root: Path | None = None) -> Workspace:
    """The workspace at `root` (default: `default_root()`), its folder made readable by its owner only."""
    folder = (root or default_root()).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Workspace(folder)
