"""How long a call may take altogether, and a last look before its bytes leave.

The client's own timeouts hold for each read by itself: a server that sends a byte a second is waited for for ever. And a
process may be stopped (a laptop that sleeps) at any moment before a request leaves; so what must be true then is asked then.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import openai

UNHEARD_SECONDS = 20
"""What the other side has not acknowledged after so long, the operating system (Linux) no longer sends."""

_OPTIONS = (
    ((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_SECONDS * 1000),)
    if hasattr(socket, "TCP_USER_TIMEOUT")
    else ()
)
_thread = threading.local()


@contextmanager
def within(seconds: float, *, before_sending: Callable[[], None] | None = None) -> Iterator[None]:
    """In this thread, all calls of patient clients end within `seconds` (a timeout of the client), connecting included.

    `before_sending` is called right before each part of a request leaves, on a connection that stands; what it raises keeps
    that part here: the request is then not whole at the server, and is not carried out. It comes back as the cause of the
    client's APIConnectionError.
    """
    _thread.until, _thread.before_sending = time.monotonic() + seconds, before_sending
    try:
        yield
    finally:
        _thread.until = _thread.before_sending = None


def be_patient(client: openai.OpenAI) -> openai.OpenAI:
    """The same client, which now keeps to `within`. Raises RuntimeError when its connections cannot be reached: nothing may be
    sent that is not watched."""
    pool = getattr(getattr(client._client, "_transport", None), "_pool", None)
    if not isinstance(pool, httpcore2.ConnectionPool):
        raise RuntimeError("The client's connections are not where they are looked for.")
    if not isinstance(pool._network_backend, _Backend):
        pool._network_backend = _Backend(pool._network_backend)
    for mounted in client._client._mounts.values():  # ways through a proxy
        outer = getattr(mounted, "_pool", None)
        if outer is not None and not isinstance(outer._network_backend, _Backend):
            outer._network_backend = _Backend(outer._network_backend)
    return client


def _left(timeout: float | None, kind: type[Exception]) -> float | None:
    until = getattr(_thread, "until", None)
    if until is None:
        return timeout
    left = until - time.monotonic()
    if left <= 0:
        raise kind("it took longer than it may")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = _left(timeout, httpcore2.WriteTimeout)
        before_sending = getattr(_thread, "before_sending", None)
        if before_sending is not None:
            before_sending()
        self._inner.write(buffer, left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, inner: httpcore2.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, (*(socket_options or ()), *_OPTIONS)))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)
