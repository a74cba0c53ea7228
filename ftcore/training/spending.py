"""What jobs have cost, and what those that run may still cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from ftcore.records import LOCAL, Endpoint, Job
from ftcore.store import job_lists


@dataclass(frozen=True, slots=True)
class Spent:
    """US dollars. `low` is what is known for certain, `high` is at most what it comes to. `unpriced` jobs have no known price and
    are in neither."""

    low: float = 0.0
    high: float = 0.0
    jobs: int = 0
    unpriced: int = 0

    @property
    def certain(self) -> bool:
        """Nothing is open: the one figure is the bill."""
        return self.high - self.low < 0.005

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.low + other.low, self.high + other.high, self.jobs + other.jobs, self.unpriced + other.unpriced
        )


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in this computer's time, by the endpoint's id. Jobs belong to the month in which they were launched."""

    begins: datetime
    by_endpoint: dict[int, Spent]

    def of(self, endpoint: Endpoint) -> Spent:
        return self.by_endpoint.get(endpoint.id, Spent())

    @property
    def total(self) -> Spent:
        return sum(self.by_endpoint.values(), Spent())


def month(c: Connection, moment: datetime | None = None) -> Month:
    """What was spent in the month of `moment` (now), those jobs included that have not ended."""
    begins = month_of(moment or datetime.now(UTC))
    spent: dict[int, Spent] = {}
    for job, endpoint in job_lists.jobs_since(c, begins):
        if job.created_at is not None and month_of(job.created_at) == begins:
            spent[endpoint.id] = spent.get(endpoint.id, Spent()) + cost_of(job, free=is_free(endpoint))
    return Month(begins, spent)


def month_of(moment: datetime) -> datetime:
    """Midnight of the first day of the moment's month, by this computer's clock."""
    here = moment.astimezone()
    first = here.replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return first.astimezone()


def cost_of(job: Job, *, free: bool = False) -> Spent:
    """What one job has cost. Once it has ended: the price of its launch x the tokens that the server says it trained on. While it
    runs, or where the server does not say: between nothing and the high estimate. A job that never reached the server cost
    nothing."""
    if free or job.rate == 0:
        return Spent(jobs=1)
    if job.state.ended and not job.remote_id:
        return Spent(jobs=1)
    if job.state.ended and job.trained_tokens is not None and job.rate is not None:
        known = job.rate * job.trained_tokens / 1e6
        return Spent(known, known, 1)
    if job.cost_high is None:
        return Spent(jobs=1, unpriced=1)
    return Spent(0.0, job.cost_high, 1)


def cost_of_all(found: Iterable[Job]) -> Spent:
    """What several jobs have cost together: a group, or a project."""
    return sum((cost_of(job) for job in found), Spent())


def is_free(endpoint: Endpoint) -> bool:
    return endpoint.practice or endpoint.name == LOCAL
