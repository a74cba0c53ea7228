"""A run of 1,000 items x 3 arms against a server that answers after 200 ms, 32 at a time, beside what the server alone takes."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ftcore.dataset import curation
from ftcore.evaluation.arms import ArmPlan
from ftcore.evaluation.plans import Declared, plan_run
from ftcore.records import JobState, Split, TrainingExample
from ftcore.store import endpoints, examples, imports, jobs, projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.runs import Run
from ftcore.training.launch import launch
from ftcore.worker.evaluate import carry_out
from ftcore.workspace import Workspace, open_workspace
from tests.bench.measure import Row

ITEMS, ARMS, AT_ONCE, SECONDS = 1_000, 3, 32, 0.2
IDEAL = ITEMS * ARMS * SECONDS / AT_ONCE
SERVER = """
import asyncio, json, sys
DELAY = float(sys.argv[2])
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = next((int(line.split(b":")[1]) for line in head.split(b"\\r\\n") if line.lower().startswith(b"content-length")), 0)
            body = json.loads(await reader.readexactly(length))
            await asyncio.sleep(DELAY)
            told = {"id": "c", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [{"index": 0,
                "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}],
                "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}}
            data = json.dumps(told).encode()
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(data) + data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=512)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class _Quiet:
    cancelled = False

    def progress(self, done: int, total: int, message: str) -> None:
        pass

    def check(self) -> None:
        pass


@contextmanager
def slow_server() -> Iterator[str]:
    """Its base_url; a process of its own, so that its work is not ours."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    child = subprocess.Popen([sys.executable, "-c", SERVER, str(port), str(SECONDS)], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        child.kill()
        child.wait()


def planned(workspace: Workspace, db: Database, base_url: str) -> Run:
    rows = [NewExample(_example(at), Split.TEST if at < ITEMS else Split.TRAIN, tokens=12) for at in range(ITEMS + 20)]
    with db.write() as c:
        project = projects.create(c, "bench")
        imported = imports.start(c, project.id, file_name="b.csv", sha256="", shape="columns", who="b")
        imports.finish(c, imported, accepted=len(rows), rejected=[])
        examples.add(c, project.id, rows, import_id=imported, source="b.csv", who="b")
        endpoint = endpoints.put(c, "local", base_url=base_url, key_source="", practice=True)
    curation.approve_clean(db, project.id, who="b")
    job = launch(db, project.id, endpoint, base_model="base", who="b")
    with db.write() as c:
        jobs.change(c, job.id, state=JobState.SUCCEEDED, fine_tuned_model="tuned")
        job = jobs.get(c, job.id)
    arms = [
        ArmPlan("base", "base", "Base", "base"),
        ArmPlan("prompt", "prompt", "Prompt", "base", "Say yes."),
        ArmPlan("fine_tuned", "fine_tuned", "Tuned", "tuned"),
    ]
    return plan_run(db, project.id, job, Declared(arms=arms, scorer="exact_match", further=()))


def run() -> list[Row]:
    with slow_server() as base_url, tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder))
        db = workspace.open_database()
        wanted = planned(workspace, db, base_url)
        bare = asyncio.run(_bare(base_url))
        began = time.perf_counter()
        carry_out(db, workspace, wanted.id, _Quiet())  # type: ignore[arg-type]
        ours = time.perf_counter() - began
        db.close()
    how = f"{ITEMS:,} items x {ARMS} arms, {AT_ONCE} at a time, {SECONDS * 1000:.0f} ms an answer, kept, scored and compared"
    return [
        Row("a run, against the ideal", ours, IDEAL, how),
        Row("the SDK alone, against the ideal", bare, IDEAL, "the same questions by the openai SDK, nothing kept"),
    ]


async def _bare(base_url: str) -> float:
    import openai

    gate = asyncio.Semaphore(AT_ONCE)
    async with openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0) as client:

        async def ask(at: int) -> Any:
            async with gate:
                return await client.chat.completions.create(
                    model="base", messages=[{"role": "user", "content": f"question {at}"}], max_tokens=16
                )

        began = time.perf_counter()
        await asyncio.gather(*(ask(at) for at in range(ITEMS * ARMS)))
        return time.perf_counter() - began


def _example(at: int) -> TrainingExample:
    words = " ".join(f"{chr(97 + (at * 7 + k * 3) % 26)}{at * 31 + k}" for k in range(8))
    said = [{"role": "user", "content": f"Is {words} right?"}, {"role": "assistant", "content": ("yes", "no")[at % 2]}]
    return TrainingExample(said)


if __name__ == "__main__":
    for row in run():
        print(f"{row.what}: {row.ours:.2f} s, ideal {row.baseline:.2f} s, ratio {row.ours / row.baseline:.3f}")
