"""The workspace's own file of keys, for computers without a keyring: readable by its owner only, and taken by no backup,
project file or report."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path

from ftcore.endpoints.errors import EndpointError

NAME = "secrets"
"""The file's name in the workspace."""
_TEMPORARY = ".secrets.new"
OWNER_ONLY = 0o600


def read(folder: Path, name: str) -> str:
    """The key kept under `name`. Raises EndpointError, which never holds a key; so it does where others may read the file."""
    found = _all(folder / NAME).get(name)
    if found is None:
        raise EndpointError(
            f"The key is not there: the secrets file of this workspace holds none named {name}. "
            "A backup never takes keys along: give the key again under Connections."
        )
    return found


def keep(folder: Path, name: str, key: str) -> None:
    """Writes the key under `name`: the file is then whole, or as it was, and never readable by others, not for a moment."""
    with _locked(folder):
        _write(folder, {**_all(folder / NAME), name: key})


def forget(folder: Path, name: str) -> None:
    """Takes the key out; one that is not there is no error."""
    with _locked(folder):
        known = _all(folder / NAME)
        if known.pop(name, None) is not None:
            _write(folder, known)


def _locked(folder: Path):  # type: ignore[no-untyped-def]  # filelock's own class, imported late
    from filelock import FileLock

    return FileLock(folder / ".secrets.lock", timeout=10)


def _all(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            _refuse_readable(path, os.fstat(file.fileno()))
            found = json.loads(file.read())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise EndpointError(f"The secrets file {path} cannot be read: {error.strerror}.") from None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise EndpointError(
            f"The secrets file {path} is damaged. Nothing was changed. Take it away and give the keys again."
        )
    return found


def _refuse_readable(path: Path, state: os.stat_result) -> None:
    """Windows has no such bits: there the user's own folder is what protects the file."""
    if os.name == "posix" and stat.S_IMODE(state.st_mode) & 0o077:
        raise EndpointError(
            f"Others on this computer may read the secrets file {path}, so no key was taken from it. "
            f"Mend it with: chmod 600 {path}. Whoever could read it may have the keys: renew them at the provider."
        )


def _write(folder: Path, content: dict[str, str]) -> None:
    waiting = folder / _TEMPORARY
    with suppress(FileNotFoundError):  # left by a process that was killed; we hold the lock
        waiting.unlink()
    try:
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, folder / NAME)
    except OSError as error:
        with suppress(FileNotFoundError):
            waiting.unlink()
        why = (error.strerror or "unknown reason").lower()
        raise EndpointError(f"The key could not be kept in {folder / NAME} ({why}). Nothing was changed.") from None
