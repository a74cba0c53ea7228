"""Answers on their way to the disk: several in one commit, in a thread, so that no question waits for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ftcore.records import Answer

Keep = Callable[[Sequence[tuple[str, Answer]]], None]
"""Commits answers with the keys of their calls. Called in a thread, once at a time."""
MOST = 8
"""So many answers may wait for the disk before nobody asks on: a process that dies loses no more than these."""


class Keeper:
    """All its methods belong to one event loop."""

    def __init__(self, keep: Keep | None) -> None:
        self._keep = keep
        self._waiting: list[tuple[str, Answer]] = []
        self._committing = 0
        self._moved = asyncio.Condition()
        self._at_work: asyncio.Task[None] | None = None
        self._failed: Exception | None = None

    async def keep(self, key: str, answer: Answer) -> None:
        """Takes an answer; returns when few enough wait for the disk. Raises what a commit raised."""
        if self._keep is None:
            return
        self._raise()
        self._waiting.append((key, answer))
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._work(self._keep))
        async with self._moved:
            await self._moved.wait_for(lambda: self._failed or len(self._waiting) + self._committing <= MOST)
        self._raise()

    async def close(self) -> None:
        """Commits what is still waiting, also when nobody waits for it any more."""
        if self._at_work is not None:
            await self._at_work
        self._raise()

    async def _work(self, keep: Keep) -> None:
        while self._waiting and self._failed is None:
            batch, self._waiting = self._waiting, []
            self._committing = len(batch)
            try:
                await asyncio.to_thread(keep, batch)
            except Exception as error:  # noqa: BLE001 - raised by everybody who brings an answer
                self._failed = error
            self._committing = 0
            async with self._moved:
                self._moved.notify_all()
        self._at_work = None

    def _raise(self) -> None:
        if self._failed is not None:
            raise self._failed
