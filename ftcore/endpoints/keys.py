"""Where a key is found. It is read at the moment of the call and kept nowhere."""

from __future__ import annotations

import os
from pathlib import Path

from ftcore.endpoints.errors import EndpointError

NO_KEY = "no-key"
"""What is sent to a server that wants none: the client refuses to send nothing."""


def read_key(key_source: str) -> str:
    """The key from `file:PATH` or `env:NAME`; "" means that the server wants none.

    Raises EndpointError, which names the source and never the key.
    """
    kind, _, where = key_source.partition(":")
    if not key_source:
        return NO_KEY
    if kind == "file" and where:
        return _sendable(_from_file(Path(where)), f"The key's file {where}")
    if kind == "env" and where:
        key = os.environ.get(where, "").strip()
        if not key:
            raise EndpointError(
                f"The key is not there: the environment variable {where} is not set. Set it and start again."
            )
        return _sendable(key, f"The environment variable {where}")
    # The text itself is not repeated: somebody may have put the key there.
    raise EndpointError("Where the key is found must be written as file:PATH or env:NAME.")


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
