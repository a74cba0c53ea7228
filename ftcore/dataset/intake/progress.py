"""How a long piece of work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what is being done); total is 0 while it is not known. It may raise, and the work stops there."""


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""
