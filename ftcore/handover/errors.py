"""What went wrong with something that is handed over."""

from __future__ import annotations


class HandoverError(Exception):
    """A sentence for the screen: what happened, what was kept, what to do."""
