"""Fifty people at once while a job trains: raw websockets as a browser opens them, each acting every ten seconds.

TUNEWORTHY_BENCH_MINUTES minutes, 3 when it says nothing; TUNEWORTHY_BENCH_SESSIONS people, 50 when it says nothing.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from websockets import ClientConnection, Subprotocol, connect

from ftcore.dataset.sample import open_sample
from ftcore.journey.launching import local_endpoint
from ftcore.training.launch import launch
from ftcore.workspace import Workspace, open_workspace
from tests.bench.measure import Row
from tests.faults.supervised import Supervised

MINUTES = float(os.environ.get("TUNEWORTHY_BENCH_MINUTES", "3"))
PEOPLE = int(os.environ.get("TUNEWORTHY_BENCH_SESSIONS", "50"))
EVERY = 10.0
"""Seconds between two actions of one person."""
SLOWEST, MEMORY = 1.0, 500.0
"""What is promised: seconds at the 95th percentile, and megabytes of the app's process."""
PAGES = ("", "decide", "curate", "train", "evaluate", "report")
EPOCHS = 40


@dataclass
class Seen:
    """`seconds`: from an action to the end of its drawing, for those in time; `errors`: what went wrong, in words."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    training: bool = False


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, _app(Path(folder)) as (address, supervised, workspace):
        alone = asyncio.run(_all(address, supervised, 1, 60.0))
        seen = asyncio.run(_all(address, supervised, PEOPLE, MINUTES * 60))
        seen.training = _trains(workspace)
    if seen.errors or alone.errors:
        raise RuntimeError(f"{len(seen.errors)} errors, the first: {(seen.errors or alone.errors)[0]}")
    if not seen.training:
        raise RuntimeError("The job had ended before the last action: give it more passes.")
    how = f"{PEOPLE} sessions, an action every {EVERY:g} s for {MINUTES:g} minutes ({len(seen.seconds):,} actions), a job trains"
    late = quantiles(seen.seconds, n=20)[-1]
    yield Row("action to drawn page, 95th percentile", late, SLOWEST, f"{how}, against the promise")
    yield Row(
        "action to drawn page, median", median(seen.seconds), median(alone.seconds), f"{how}, against one session"
    )
    yield Row("memory of the app, highest", max(seen.memory), MEMORY, f"{how}, against the promise", unit="MB")


@contextmanager
def _app(folder: Path) -> Iterator[tuple[str, Supervised, Workspace]]:
    """(host and port, the processes, the workspace), with the sample open and a job that trains."""
    workspace = open_workspace(folder)
    supervised = Supervised(workspace).start()
    try:
        db = workspace.open_database()
        project = open_sample(db, who="bench")
        while (place := local_endpoint(db, workspace, start=False)) is None:
            time.sleep(0.5)
        launch(db, project.id, place, base_model="smollm2-135m-instruct", who="bench", epochs=EPOCHS)
        while not _trains(workspace):
            time.sleep(1)
        yield workspace.address.read_text().strip().removeprefix("http://"), supervised, workspace
    finally:
        supervised.stop()


def _trains(workspace: Workspace) -> bool:
    from ftcore.store import jobs

    with workspace.open_database().read() as c:
        return any(job.state == "running" for job in jobs.of_project(c, 1))


async def _all(address: str, supervised: Supervised, people: int, seconds: float) -> Seen:
    seen, until = Seen(), time.monotonic() + seconds
    watching = asyncio.create_task(_weigh(supervised, seen))
    await asyncio.gather(*(_person(address, number, people, until, seen) for number in range(people)))
    watching.cancel()
    return seen


async def _weigh(supervised: Supervised, seen: Seen) -> None:
    drawing = supervised.find("app")
    assert drawing is not None
    while True:
        seen.memory.append(drawing.memory_info().rss / 1e6)
        await asyncio.sleep(1)


async def _person(address: str, number: int, people: int, until: float, seen: Seen) -> None:
    rng = random.Random(number)
    await asyncio.sleep(EVERY * number / people)
    where = f"ws://{address}/_stcore/stream"
    async with connect(where, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=60) as socket:
        while time.monotonic() < until:
            began = time.monotonic()
            await _act(socket, rng.choice(PAGES), seen)
            seen.seconds.append(time.monotonic() - began)
            rest = began + EVERY - time.monotonic()
            if rest > 0:
                await _listen(socket, rest, seen)


async def _act(socket: ClientConnection, page: str, seen: Seen) -> None:
    """Opens a page and waits until its script has ended."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    wanted = BackMsg()
    wanted.rerun_script.page_name = page
    wanted.rerun_script.query_string = ""
    await socket.send(wanted.SerializeToString())
    while not _ends(await asyncio.wait_for(socket.recv(), 60), seen):
        pass


async def _listen(socket: ClientConnection, seconds: float, seen: Seen) -> None:
    """Takes in whatever comes until then, as a browser does: messages that pile up would be memory of the app."""
    until = time.monotonic() + seconds
    while (rest := until - time.monotonic()) > 0:
        try:
            _ends(await asyncio.wait_for(socket.recv(), rest), seen)
        except TimeoutError:
            return


def _ends(message: bytes | str, seen: Seen) -> bool:
    """Whether a script has ended with this message; what went wrong on the page is noted."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    assert isinstance(message, bytes)
    found = ForwardMsg.FromString(message)
    element = found.delta.new_element
    if found.WhichOneof("type") == "delta" and element.WhichOneof("type") == "exception":
        seen.errors.append(element.exception.message)
    if found.WhichOneof("type") == "page_not_found":
        seen.errors.append(f"no page {found.page_not_found.page_name}")
    return found.WhichOneof("type") == "script_finished"
