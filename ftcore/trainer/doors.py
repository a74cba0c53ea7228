"""Where the server listens, and who may come in: this machine only, unless another address is asked for twice."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ftcore.trainer.errors import TrainerError

HOST = "127.0.0.1"
LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]", "::1"))
TOKEN_VARIABLE = "TUNEWORTHY_TRAINER_TOKEN"  # noqa: S105 - the name of a variable
SHORTEST_TOKEN = 32
UNENCRYPTED = (
    "Other machines can reach this server now, and what they send is not encrypted: the token can be read on the way. Put"
    " a proxy with TLS before it, or use it in a network that you trust."
)
LARGEST_TOKEN_FILE = 4_096
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Doors:
    """`names` are the names in Host that are answered besides loopback; None: any. `token` is the user's own, beside the
    workspace's, which then is good from this machine only."""

    host: str = HOST
    names: frozenset[str] | None = frozenset()
    token: str | None = None

    @property
    def opens_to_others(self) -> bool:
        return not ipaddress.ip_address(self.host).is_loopback

    @property
    def reached_at(self) -> str:
        """The host in the address that is announced: one that works from this machine."""
        address = ipaddress.ip_address(self.host)
        if address.is_unspecified:
            return HOST if address.version == 4 else "[::1]"
        return str(address) if address.version == 4 else f"[{address}]"


def doors(
    host: str = HOST,
    *,
    allow_other_machines: bool = False,
    names: list[str] | None = None,
    token_file: Path | None = None,
) -> Doors:
    """Raises `TrainerError` unless the address is a loopback one, or both a token of the user's own and the permission
    to let other machines in are there."""
    address = _address(host)
    token = _own_token(token_file)
    if address.is_loopback:
        if names:
            raise _refused(
                "--name", "It says by which names other machines call this server; without --host there are none."
            )
        return Doors(str(address), frozenset(), token)
    if not allow_other_machines:
        raise _refused(
            f"--host {host}",
            "Other machines could then train and ask here, with whoever holds the token. If that is meant, add"
            " --allow-other-machines.",
        )
    if token is None:
        raise _refused(
            f"--host {host}",
            f"Other machines need a token that you chose: at least {SHORTEST_TOKEN} characters in the variable"
            f" {TOKEN_VARIABLE}, or in a file that --token-file names. `openssl rand -hex 32` makes one.",
        )
    return Doors(str(address), frozenset(map(_known_name, names)) if names else None, token)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(HOST if host == "localhost" else host.strip("[]"))
    except ValueError:
        raise _refused(
            f"--host {host}", "An address of this machine is wanted (127.0.0.1, 0.0.0.0 for all, ...), not a name."
        ) from None


def _known_name(name: str) -> str:
    lower = name.lower()
    if NAME.fullmatch(lower) is None:
        raise _refused(
            f"--name {name}", "A host name or address without scheme and port is wanted, e.g. tuning.example."
        )
    return lower


def _own_token(file: Path | None) -> str | None:
    """The user's own token from the file or the environment; None when neither is set."""
    token, place = os.environ.get(TOKEN_VARIABLE), TOKEN_VARIABLE
    if file is not None:
        place = str(file)
        try:
            with file.open("rb") as opened:
                token = opened.read(LARGEST_TOKEN_FILE).decode("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it holds other characters than ASCII"
            raise _refused("--token-file", f"{file} cannot be read: {reason}.") from error
    if token is None:
        return None
    if len(token) < SHORTEST_TOKEN:
        raise _refused(place, f"The token in it has {len(token)} characters; {SHORTEST_TOKEN} are the least.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise _refused(place, "A token is made of letters, digits and signs, without spaces.")
    return token


def _refused(option: str, reason: str) -> TrainerError:
    return TrainerError(f"The trainer server was not started, because of {option}. {reason}", code="doors_refused")
