"""Which addresses a key may be sent to.

The address is checked twice: as it is written, and again as numbers when the connection is made, so that a name
which changes its mind (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from ftcore.endpoints.errors import EndpointError

ALLOWED_VARIABLE = "TUNEWORTHY_ALLOWED_NETWORKS"
"""Names and networks inside a company that may be reached, separated by commas: "gpu.internal, 10.1.0.0/16"."""

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_address(base_url: str, *, allowed: Collection[str] | None = None) -> str:
    """The address without a trailing slash, when a key may be sent to it; otherwise EndpointError.

    http only to this computer, https otherwise; 169.254/16 and its like never; private networks only when `allowed`
    (names or networks; None reads them from TUNEWORTHY_ALLOWED_NETWORKS).
    """
    text = base_url.strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise EndpointError("This is not an address. It should look like https://api.example.com/v1.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise EndpointError("The address must begin with https:// (or http:// for this computer) and name a server.")
    if parts.username is not None or parts.password is not None:
        raise EndpointError("The address must not hold a user name or a password. Give the key separately.")
    if parts.query or parts.fragment:
        raise EndpointError("The address must end with its path, without ? or #.")
    if parts.scheme == "http" and not is_loopback(host):
        raise EndpointError(f"http:// would send the key in the open to {host}. Use https://.")
    literal = _literal(host)
    if literal is not None:
        check_number(literal, host, allowed=allowed)
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """True for this computer, as it is written: localhost, 127.x.x.x or ::1."""
    literal = _literal(host)
    return host.lower() == "localhost" if literal is None else literal.is_loopback


def resolve(host: str, port: int, *, allowed: Collection[str] | None = None) -> list[str]:
    """The numbers to connect to, all of them checked. Raises EndpointError; OSError where the name is unknown."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return check_found([str(entry[4][0]) for entry in found], host, allowed=allowed)


def check_found(numbers: list[str], host: str, *, allowed: Collection[str] | None = None) -> list[str]:
    """Refuses the whole name when one of its numbers is refused."""
    for number in numbers:
        check_number(ipaddress.ip_address(number.partition("%")[0]), host, allowed=allowed)
    return list(dict.fromkeys(numbers))


def check_number(number: Ip, host: str, *, allowed: Collection[str] | None = None) -> None:
    """Raises EndpointError unless a connection to this number, reached by the name `host`, is allowed."""
    number = getattr(number, "ipv4_mapped", None) or number
    if number.is_loopback:
        if is_loopback(host):
            return
        raise EndpointError(f"{host} leads back to this computer under another name. That is refused.")
    if number.is_link_local or number.is_multicast or number.is_unspecified:
        raise EndpointError(f"{host} leads to {number}, which is never a model server. That is refused.")
    if not number.is_global and not _is_allowed(number, host, allowed):
        raise EndpointError(
            f"{host} leads into a private network ({number}). If it is yours, whoever runs Tuneworthy can allow it in "
            f"the environment variable {ALLOWED_VARIABLE}."
        )


def _is_allowed(number: Ip, host: str, allowed: Collection[str] | None) -> bool:
    entries = os.environ.get(ALLOWED_VARIABLE, "").split(",") if allowed is None else allowed
    for entry in (entry.strip() for entry in entries):
        if entry.lower() == host.lower():
            return True
        try:
            if number in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue  # a name, and not this one
    return False


def _literal(host: str) -> Ip | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
