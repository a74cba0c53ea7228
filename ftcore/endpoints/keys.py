"""Where a key is found. It is read at the moment of the call and kept nowhere else."""

from __future__ import annotations

import os
import re
import secrets as chance
from pathlib import Path
from typing import Any

from ftcore.endpoints import secrets
from ftcore.endpoints.errors import EndpointError

NO_KEY = "no-key"
"""What is sent to a server that wants none: the client refuses to send nothing."""
SERVICE = "tuneworthy"
"""Under this name our keys stand in the keyring of the operating system."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_GONE = "Give the key again under Connections."


def read_key(key_source: str) -> str:
    """The key from `env:NAME`, `file:PATH`, `keyring:NAME` or `secret:NAME@FOLDER`; "" means that the server wants none.

    A workspace's database holds `secret:NAME` only, and `store.endpoints` adds the folder in which it lies now. Raises
    EndpointError, which names the source and never the key.
    """
    kind, _, where = key_source.partition(":")
    if not key_source:
        return NO_KEY
    if kind == "file" and where:
        return _sendable(_from_file(Path(where)), f"The key's file {where}")
    if kind == "env" and where:
        return _sendable(_from_environment(where), f"The environment variable {where}")
    if kind == "keyring" and where:
        return _sendable(_from_keyring(where), "The keyring's entry")
    if kind == "secret" and where:
        name, _, folder = where.partition("@")
        if not folder:
            raise EndpointError("The secrets file belongs to a workspace, and none is named here.")
        return _sendable(secrets.read(Path(folder), name), "The secrets file")
    # The text itself is not repeated: somebody may have put the key there.
    raise EndpointError("Where the key is found must be written as env:NAME, file:PATH, keyring:NAME or secret:NAME.")


def from_variable(name: str) -> str:
    """The key source for an environment variable. Raises EndpointError for what is no variable's name (a key, perhaps)."""
    if not _VARIABLE.fullmatch(name):
        raise EndpointError("This is not the name of an environment variable: letters, digits and _ were expected.")
    return f"env:{name}"


def keep_key(folder: Path, endpoint_name: str, key: str, *, keyring_only: bool = False) -> str:
    """Puts the key into the keyring where there is one, else into the secrets file of the workspace `folder` (unless
    `keyring_only`); gives its key source. Raises EndpointError, and keeps nothing then."""
    found = _sendable(key.strip(), "What was given")
    if not found:
        raise EndpointError("The key is empty. Nothing was kept.")
    name = f"{endpoint_name}-{chance.token_hex(4)}"  # another workspace may have an endpoint of the same name
    if _put_into_keyring(name, found):
        return f"keyring:{name}"
    if keyring_only:
        raise EndpointError(
            "This computer has no keyring that can be used now. Nothing was kept. Unlock it, or use the secrets file."
        )
    secrets.keep(folder, name, found)
    return f"secret:{name}"


def forget_key(folder: Path, key_source: str) -> None:
    """Takes away a key that `keep_key` put there. What stands in the environment, or in a file of the user's own, is not ours."""
    kind, _, where = key_source.partition(":")
    name = where.partition("@")[0]
    if kind == "secret":
        secrets.forget(folder, name)
    elif kind == "keyring":
        _take_from_keyring(name)


def has_keyring() -> bool:
    """Whether this computer offers a keyring that may hold a key."""
    return _keyring() is not None


def say_source(key_source: str) -> str:
    """Where the key is, for the reader."""
    kind, _, where = key_source.partition(":")
    said = {
        "": "no key",
        "env": f"environment variable {where}",
        "keyring": "in the keyring",
        "secret": "in the secrets file",
        "file": f"in the file {where}",
    }
    return said.get(kind, "not readable")


def _keyring() -> Any:
    """The keyring of the operating system, or None. One that would write keys in the open (priority below 1) is none."""
    try:
        import keyring
        from keyring.backends import chainer, fail, null
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found: Any = keyring.get_keyring()
        if isinstance(found, chainer.ChainerBackend):
            found = next(iter(found.backends), None)
        unusable = found is None or isinstance(found, fail.Keyring | null.Keyring) or float(found.priority) < 1
    except (KeyringError, RuntimeError, OSError):
        return None
    return None if unusable else found


def _put_into_keyring(name: str, key: str) -> bool:
    """False where there is none, or it is locked or forgets at once: the secrets file is used then."""
    keyring = _keyring()
    if keyring is None:
        return False
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, name, key)
        return bool(keyring.get_password(SERVICE, name) == key)
    except (KeyringError, RuntimeError, OSError):
        return False


def _from_keyring(name: str) -> str:
    keyring = _keyring()
    if keyring is None:
        raise EndpointError(f"The key is in a keyring, and there is none that can be used here now. {_GONE}")
    from keyring.errors import KeyringError

    try:
        key = keyring.get_password(SERVICE, name)
    except (KeyringError, RuntimeError, OSError):
        raise EndpointError("The keyring did not give the key. Unlock it, then try again.") from None
    if not key:
        raise EndpointError(f"The key is not there: the keyring holds none named {name}. {_GONE}")
    return str(key)


def _take_from_keyring(name: str) -> None:
    keyring = _keyring()
    if keyring is None:
        raise EndpointError("The keyring cannot be reached, so the key is still in it. Take it out there.")
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(SERVICE, name)
    except PasswordDeleteError:
        return  # it is not there (any more)
    except (KeyringError, RuntimeError, OSError):
        raise EndpointError("The keyring did not let the key go. Take it out there.") from None


def _from_environment(name: str) -> str:
    key = os.environ.get(name, "").strip()
    if not key:
        raise EndpointError(
            f"The key is not there: the environment variable {name} is not set. Set it and start again."
        )
    return key


def _from_file(path: Path) -> str:
    try:
        key = path.expanduser().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise EndpointError(
            f"The key is not there: there is no file {path}. Put the key into it, or name another."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise EndpointError(f"The key's file {path} cannot be read: {reason}.") from None
    if not key:
        raise EndpointError(f"The key's file {path} is empty.")
    return key


def _sendable(key: str, where: str) -> str:
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise EndpointError(f"{where} holds something that cannot be a key: one line of plain letters was expected.")
    return key
