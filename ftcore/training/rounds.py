"""One question for the jobs of an endpoint that have been quiet: its list. It says which of them want a look of their own.

A list ends no job and begins none: whatever it tells that is new is asked about at the job itself. A job that the list does not
show, or a server that has no list, is looked at singly as ever.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import openai

from ftcore.endpoints.adapter import Adapter
from ftcore.records import Endpoint, Job
from ftcore.training.calling import answering, client_of
from ftcore.training.following import moment_of, whole_of

MOST_PAGES = 20
"""Of a hundred jobs each: those that come after are looked at singly."""


def listed(endpoint: Endpoint, remote_ids: Collection[str]) -> dict[str, Any]:
    """The jobs of these ids as the server's list tells them, by id; those that it does not show are left out. Raises NoAnswer,
    and the client's APIStatusError for a server that has no list for us."""
    wanted, found, seen = set(remote_ids), dict[str, Any](), set[str]()
    client = client_of(endpoint)
    after: str | None = None
    for _ in range(MOST_PAGES):
        with answering(endpoint):
            page = client.fine_tuning.jobs.list(limit=100, after=after or openai.omit)
            fresh = [job for job in page.data if job.id not in seen]
            more = getattr(page, "has_more", None)
        seen |= {job.id for job in fresh}
        found |= {job.id: job for job in fresh if job.id in wanted}
        if len(found) == len(wanted) or not fresh or more is False or (more is None and len(page.data) < 100):
            break  # nothing fresh: this server repeats its first page for ever
        after = fresh[-1].id
    return found


def is_as_known(adapter: Adapter, job: Job, remote: Any) -> bool:
    """Whether the list tells nothing of the job that we do not know. What a list leaves out is no news."""
    status = str(getattr(remote, "status", None) or "")
    if (adapter.status(status), status) != (job.state, job.remote_status):
        return False
    told = {
        "estimated_finish": moment_of(getattr(remote, "estimated_finish", None)),
        "queue_position": whole_of(getattr(remote, "queue_position", None)),
    }
    return all(value is None or value == getattr(job, name) for name, value in told.items())
