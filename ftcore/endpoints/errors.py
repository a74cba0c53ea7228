"""What went wrong at an endpoint, in words for the reader of the screen."""

from __future__ import annotations

import email.utils
import math
import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openai


class EndpointError(Exception):
    """A server cannot be used as asked. The message is a plain sentence and never holds a key."""


_LOOKS_LIKE_A_KEY = re.compile(
    r"(?i)(bearer\s+\S+|\b(?:sk|rk|pk|key|nvapi|gsk)[-_][\w*.-]{6,}"
    r"|\b(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{32,}\b)"  # some keys are nothing but letters and digits
)
_LONGEST = 300

_BY_STATUS = {
    400: "The server did not accept the request",
    401: "The server did not accept the key. Check it, and where it is read from",
    403: "The key is valid, but it is not allowed to do this",
    404: "The server does not know this model or this address",
    408: "The server took too long",
    409: "The server was busy with a conflicting request",
    413: "The request is too large for the server",
    422: "The server did not accept the request",
    429: "The server asks to slow down (rate limit)",
}


def explain(error: BaseException) -> str:
    """One plain sentence for an exception of the client, with the server's own words behind it where there are some.

    Whatever looks like a key is replaced: some servers repeat the key they were sent.
    """
    import openai

    own = _ours(error)
    if own is not None:
        return str(own)
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return "The server did not answer in time."
    if isinstance(error, openai.APIStatusError):
        return _explain_status(error)
    if isinstance(error, openai.APIConnectionError):
        return f"The server cannot be reached{_because(error.__cause__)}."
    if isinstance(error, openai.APIError | ValueError):
        return "The server sent something that is not an answer of this protocol."
    return without_keys(f"{type(error).__name__}: {error}")


def without_keys(text: str) -> str:
    """The text with everything that looks like a key taken out, cut at 300 characters."""
    cleaned = _LOOKS_LIKE_A_KEY.sub("[key]", " ".join(text.split()))
    return cleaned if len(cleaned) <= _LONGEST else cleaned[:_LONGEST] + "..."


def retry_after(error: BaseException) -> float | None:
    """Seconds that the server asks to wait (Retry-After in seconds or as a date, retry-after-ms), or None."""
    response = getattr(error, "response", None)
    if response is None:
        return None
    for header, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(response.headers.get(header, "")) / divisor
        except ValueError:
            continue
        if not math.isnan(seconds):
            return max(0.0, seconds)
    parsed = email.utils.parsedate_tz(response.headers.get("retry-after", ""))
    if parsed is None:
        return None
    try:
        return max(0.0, email.utils.mktime_tz(parsed) - time.time())
    except (OverflowError, ValueError, OSError):
        return None


def _ours(error: BaseException) -> EndpointError | None:
    """Our own refusal, should a client have wrapped it."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None or isinstance(seen, EndpointError):
            return seen
        seen = seen.__cause__
    return None


def _explain_status(error: openai.APIStatusError) -> str:
    status = error.status_code
    if 300 <= status < 400:
        return "The server sends us on to another address. That was not followed: the key would have gone along."
    if error.code == "insufficient_quota":
        return f"The account's credit is used up.{_server_says(error)}"
    start = _BY_STATUS.get(status, "The server failed" if status >= 500 else "The server refused")
    return f"{start} (HTTP {status}).{_server_says(error)}"


def _server_says(error: openai.APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    detail = body.get("detail")
    words = body.get("message") or (detail if isinstance(detail, str) else "")
    return f' It says: "{without_keys(str(words))}"' if words else ""


def _because(cause: BaseException | None) -> str:
    text = without_keys(str(cause)) if cause is not None else ""
    return f" ({text.rstrip('.')})" if text else ""
