"""Servers that speak the fine-tuning protocol: addresses, keys, the client, what differs, prices and dates."""

from ftcore.endpoints.adapter import Adapter, adapter_for
from ftcore.endpoints.address import check_address
from ftcore.endpoints.client import connect, connect_async
from ftcore.endpoints.connection import Finding, check_connection
from ftcore.endpoints.errors import EndpointError, explain, retry_after
from ftcore.endpoints.keys import read_key
from ftcore.endpoints.statuses import normalise

__all__ = [
    "Adapter",
    "EndpointError",
    "Finding",
    "adapter_for",
    "check_address",
    "check_connection",
    "connect",
    "connect_async",
    "explain",
    "normalise",
    "read_key",
    "retry_after",
]
