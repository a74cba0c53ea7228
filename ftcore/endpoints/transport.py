"""Connections that go only where `address` allows: the name is resolved once, checked, and that number is dialled."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from ftcore.endpoints import address

_POOL: dict[str, Any] = {"max_connections": 1000, "max_keepalive_connections": 100, "keepalive_expiry": 5.0}


class _CheckedBackend(httpcore2.NetworkBackend):
    def __init__(self) -> None:
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            numbers = address.resolve(host, port)
        except OSError as error:
            raise httpcore2.ConnectError(_unknown(host)) from error
        for at, number in enumerate(numbers):
            try:
                return self._sockets.connect_tcp(number, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if at == len(numbers) - 1:
                    raise
        raise httpcore2.ConnectError(_unknown(host))


class _CheckedAsyncBackend(httpcore2.AsyncNetworkBackend):
    def __init__(self) -> None:
        self._sockets = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(_unknown(host)) from error
        numbers = address.check_found([str(entry[4][0]) for entry in found], host)
        for at, number in enumerate(numbers):
            try:
                return await self._sockets.connect_tcp(number, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if at == len(numbers) - 1:
                    raise
        raise httpcore2.ConnectError(_unknown(host))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class CheckedTransport(httpx2.HTTPTransport):
    def __init__(self) -> None:
        # The library's own constructor takes no network backend, so its pool is made here.
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(), network_backend=_CheckedBackend(), **_POOL
        )


class CheckedAsyncTransport(httpx2.AsyncHTTPTransport):
    def __init__(self) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(), network_backend=_CheckedAsyncBackend(), **_POOL
        )


def goes_through_proxy(base_url: str) -> bool:
    """True when this computer's settings send the address through a proxy, which then resolves the name itself."""
    url = httpx2.URL(base_url)
    if address.is_loopback(url.host):
        return False
    proxies = urllib.request.getproxies()
    return bool(proxies.get(url.scheme) or proxies.get("all")) and not urllib.request.proxy_bypass(url.host)


def _unknown(host: str) -> str:
    return f"the name {host} is not known"
