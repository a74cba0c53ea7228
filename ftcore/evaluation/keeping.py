"""Answers on their way to the disk: several in one commit, in a thread, so that no other answer waits for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ftcore.records import Answer

Keep = Callable[[Sequence[tuple[str, Answer]]], None]
"""Commits answers with the keys of their calls. Called in a thread, once at a time."""


class Keeper:
    """All its methods belong to one event loop."""

    def __init__(self, keep: Keep | None) -> None:
        self._keep = keep
        self._waiting: list[tuple[str, Answer, asyncio.Future[None]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def keep(self, key: str, answer: Answer) -> None:
        """Returns when the answer is committed; raises what the commit raised."""
        if self._keep is None:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, answer, done))
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._work(self._keep))
        await done

    async def close(self) -> None:
        """Commits what is still waiting, also when nobody waits for it any more."""
        if self._at_work is not None:
            await self._at_work

    async def _work(self, keep: Keep) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            failed: Exception | None = None
            try:
                await asyncio.to_thread(keep, [(key, answer) for key, answer, _ in batch])
            except Exception as error:  # noqa: BLE001 - handed to everybody who waits for this commit
                failed = error
            for _, _, done in batch:
                if done.done():
                    continue
                if failed is None:
                    done.set_result(None)
                else:
                    done.set_exception(failed)
        self._at_work = None
