"""A server with many jobs that counts what it is asked, and may list them badly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.faults.serving import serving


def nothing() -> None:
    """What happens while a server lists, as a rule."""


@dataclass
class Many:
    """`statuses` by the job's id. A list gives `page` jobs at a time; `refuses` answers it with that status instead."""

    statuses: dict[str, str]
    page: int = 100
    hidden: tuple[str, ...] = ()
    repeats: bool = False
    """It ignores `after`, and says for ever that there are more."""
    refuses: int = 0
    retry_after: str = ""
    meanwhile: Callable[[], None] = nothing
    lists: int = 0
    looks: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def answer(self, path: str, after: str | None) -> tuple[int, dict[str, Any]]:
        name = path.split("/")[-1]
        if name == "events":
            self.events.append(path.split("/")[-2])
            return 200, {"object": "list", "data": [], "has_more": False}
        if name != "jobs":
            self.looks.append(name)
            return 200, _told(name, self.statuses[name])
        self.lists += 1
        self.meanwhile()
        if self.refuses:
            return self.refuses, {"error": {"message": "no", "type": "t", "param": None, "code": None}}
        shown = [one for one in self.statuses if one not in self.hidden]
        start = shown.index(after) + 1 if after and not self.repeats else 0
        data = [_told(one, self.statuses[one]) for one in shown[start : start + self.page]]
        return 200, {"object": "list", "data": data, "has_more": self.repeats or start + self.page < len(shown)}


def _told(id_: str, status: str) -> dict[str, Any]:
    return {"id": id_, "object": "fine_tuning.job", "created_at": 1, "status": status, "model": "m"}


@contextmanager
def listing_server(many: Many) -> Iterator[str]:
    """Its base_url, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            code, body = many.answer(url.path, parse_qs(url.query).get("after", [None])[0])
            data = json.dumps(body).encode()
            self.send_response(code)
            if many.retry_after and code >= 400:
                self.send_header("Retry-After", many.retry_after)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with serving(Handler) as base_url:
        yield base_url
