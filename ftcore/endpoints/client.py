"""The openai client for an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftcore.endpoints.address import check_address
from ftcore.endpoints.keys import NO_KEY, read_key
from ftcore.records import Endpoint

if TYPE_CHECKING:
    import openai

TIMEOUT = 600.0
"""Seconds that one call may take. Long, because a small computer may answer a full batch at a time."""


def connect(
    endpoint: Endpoint, *, timeout: float = TIMEOUT, max_retries: int = 2, api_key: str | None = None
) -> openai.OpenAI:
    """A client that sends the endpoint's key to its address and nowhere else: redirects are not followed, and what the
    environment holds for other servers (organisation, custom headers, admin key) stays here.

    The key is read at each call; `api_key` is one that the calling program holds itself. Use `max_retries=0` wherever a
    repeated request would cost money. Raises EndpointError when the address is refused or the key is missing.
    """
    import httpx2
    import openai

    from ftcore.endpoints.transport import CheckedTransport, goes_through_proxy

    base_url = check_address(endpoint.base_url)
    source = endpoint.key_source
    if api_key is None:
        read_key(source)  # a missing key is told now, not at the first call
    if goes_through_proxy(base_url):
        http_client = httpx2.Client(follow_redirects=False, timeout=timeout)
    else:
        http_client = httpx2.Client(
            follow_redirects=False, timeout=timeout, trust_env=False, transport=CheckedTransport()
        )
    client = openai.OpenAI(
        base_url=base_url,
        api_key=(lambda: read_key(source)) if api_key is None else (api_key or NO_KEY),
        timeout=timeout,
        max_retries=max_retries,
        http_client=http_client,
    )
    _forget_environment(client)
    return client


def connect_async(
    endpoint: Endpoint, *, timeout: float = TIMEOUT, max_retries: int = 2, api_key: str | None = None
) -> openai.AsyncOpenAI:
    """`connect` for asyncio."""
    import httpx2
    import openai

    from ftcore.endpoints.transport import CheckedAsyncTransport, goes_through_proxy

    base_url = check_address(endpoint.base_url)
    source = endpoint.key_source
    if api_key is None:
        read_key(source)

    async def key() -> str:
        return read_key(source)

    if goes_through_proxy(base_url):
        http_client = httpx2.AsyncClient(follow_redirects=False, timeout=timeout)
    else:
        http_client = httpx2.AsyncClient(
            follow_redirects=False, timeout=timeout, trust_env=False, transport=CheckedAsyncTransport()
        )
    client = openai.AsyncOpenAI(
        base_url=base_url,
        api_key=key if api_key is None else (api_key or NO_KEY),
        timeout=timeout,
        max_retries=max_retries,
        http_client=http_client,
    )
    _forget_environment(client)
    return client


def _forget_environment(client: Any) -> None:
    """The client reads OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_ADMIN_KEY and OPENAI_CUSTOM_HEADERS by itself and would
    send them to any server."""
    client.organization = None
    client.project = None
    client.admin_api_key = None
    client._custom_headers = {}
