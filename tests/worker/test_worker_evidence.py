"""The evidence of a run that really asked: every request in it is the one that was sent."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from ftcore.report.evidence_file import write_evidence
from ftcore.store import documents
from tests.worker.test_worker_evaluate import World, server, world  # noqa: F401 - its world is a fixture


def test_every_request_is_the_one_that_the_server_got(world: World, tmp_path: Path) -> None:  # noqa: F811
    with world.db.write() as c:
        text = "\n\n".join(f"# Part {n}\n\nThe zip of tent {n} is repaired in {n} days." for n in range(20))
        documents.add(c, world.journey.project_id, "repairs.md", text, kind="md", size=len(text))
    ended = world.go(world.plan())
    assert ended.state == "done", ended.error
    made = write_evidence(world.db, ended.id, tmp_path / "e.zip")
    assert (made.other_requests, made.private_requests, made.lost) == (0, 0, {})
    with zipfile.ZipFile(made.path) as archive:
        asked = [json.loads(line) for line in archive.read("requests.jsonl").splitlines()]
        told = [json.loads(line) for line in archive.read("answers.jsonl").splitlines()]
    assert {arm.split("#")[0] for arm in {one["arm"] for one in asked}} == {arm["name"] for arm in ended.arms}
    assert {one["key"] for one in asked} == {one["key"] for one in told}
    sent = {json.dumps(one["request"], sort_keys=True) for one in asked}
    assert sent == {json.dumps(body, sort_keys=True) for body in world.server.bodies}
