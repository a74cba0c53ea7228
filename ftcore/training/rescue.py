"""What is at an endpoint already: its jobs, models and files, with what dies when. Looking changes nothing there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import openai

from ftcore.endpoints import EndpointError, explain
from ftcore.endpoints.adapter import Adapter
from ftcore.records import Endpoint, JobState
from ftcore.store import found
from ftcore.store.database import Database
from ftcore.training.calling import NoAnswer, answering, client_of
from ftcore.training.submitting import KEY

PAGE = 100
MOST = 2_000
"""Jobs, and files: whoever has more is told that the list was cut."""
LOOK, BRING, COMPARE = "rescue-look", "rescue", "rescue-compare"
"""The kinds of the worker's tasks."""


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job as its server tells of it. `known` is our own job's id where it is known here already, 0 where it is not; `ours` =
    it was launched from here."""

    id: str
    status: str
    state: str
    base_model: str
    fine_tuned_model: str = ""
    created_at: float = 0.0
    trained_tokens: int | None = None
    training_file: str = ""
    validation_file: str = ""
    method: str = "supervised"
    known: int = 0
    ours: bool = False


@dataclass(frozen=True, slots=True)
class FoundModel:
    """`ends` is the day on which it stops answering ("2027-01-14", "" = nobody knows), `says` who says so."""

    id: str
    tuned: bool
    ends: str = ""
    says: str = ""

    def days_left(self, today: date | None = None) -> int | None:
        return (date.fromisoformat(self.ends) - (today or date.today())).days if self.ends else None


@dataclass(frozen=True, slots=True)
class FoundFile:
    id: str
    name: str
    bytes: int = 0
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """`notes` say what could not be listed, or was cut."""

    jobs: tuple[FoundJob, ...] = ()
    models: tuple[FoundModel, ...] = ()
    files: tuple[FoundFile, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Inventory:
        return cls(
            tuple(FoundJob(**one) for one in value.get("jobs", ())),
            tuple(FoundModel(**one) for one in value.get("models", ())),
            tuple(FoundFile(**one) for one in value.get("files", ())),
            tuple(value.get("notes", ())),
        )

    @property
    def new(self) -> tuple[FoundJob, ...]:
        """The jobs that are not known here yet."""
        return tuple(job for job in self.jobs if not job.known)

    def has_file(self, id_: str) -> bool:
        return any(file.id == id_ for file in self.files)

    def model(self, name: str) -> FoundModel | None:
        return next((one for one in self.models if one.id == name), None)


def look(db: Database, endpoint: Endpoint, adapter: Adapter) -> Inventory:
    """Asks the endpoint for its lists. What it does not offer is noted; raises NoAnswer or EndpointError when it does not answer at
    all, and the client's APIStatusError when it refuses its jobs."""
    client, notes = client_of(endpoint), list[str]()
    listed = every(endpoint, client.fine_tuning.jobs.list, "jobs", notes)
    with db.read() as c:
        by_id = found.at_server(c, endpoint.base_url)
        by_key = found.by_keys(c, {key for job in listed if (key := _key(job))})
    jobs = tuple(_job(job, adapter, by_id.get(str(job.id)) or by_key.get(_key(job))) for job in listed)
    files = _optional(notes, endpoint, "files", lambda: every(endpoint, client.files.list, "files", notes))
    models = _optional(notes, endpoint, "models", lambda: _listed_once(endpoint, client.models.list))
    return Inventory(jobs, _models(models, jobs, adapter), tuple(map(_file, files)), tuple(notes))


def every(endpoint: Endpoint, ask: Callable[..., Any], what: str, notes: list[str]) -> list[Any]:
    """All pages of a list. Some servers ignore `after` and give the first page for ever, some never say whether there is more:
    an entry is taken once, and a page without a new one is the last."""
    taken: dict[str, Any] = {}
    after: str | None = None
    while True:
        with answering(endpoint):
            page = ask(limit=PAGE, after=after or openai.omit)
            fresh = [one for one in page.data or () if str(one.id) not in taken]
            more = getattr(page, "has_more", None)
            full = len(page.data or ()) >= PAGE
        taken |= {str(one.id): one for one in fresh}
        if not fresh or more is False or (more is None and not full):
            return list(taken.values())
        if len(taken) >= MOST:
            notes.append(f"Only the newest {MOST:,} {what} were listed.")
            return list(taken.values())
        after = str(fresh[-1].id)


def moment(value: Any) -> float:
    """Seconds since 1970; 0.0 for what is none."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 32_503_680_000
    return float(value) if good else 0.0


def _listed_once(endpoint: Endpoint, ask: Callable[..., Any]) -> list[Any]:
    with answering(endpoint):
        return list({str(one.id): one for one in ask().data}.values())


def _optional(notes: list[str], endpoint: Endpoint, what: str, ask: Callable[[], list[Any]]) -> list[Any]:
    try:
        return ask()
    except openai.APIStatusError as error:
        notes.append(f"{endpoint.name} does not list its {what}: {explain(error)}")
    except (EndpointError, NoAnswer) as error:
        notes.append(f"The {what} could not be listed: {error}")
    return []


def _job(remote: Any, adapter: Adapter, known: Any) -> FoundJob:
    status = str(getattr(remote, "status", "") or "")
    tokens = getattr(remote, "trained_tokens", None)
    return FoundJob(
        id=str(remote.id),
        status=status,
        state=adapter.status(status).value,
        base_model=str(getattr(remote, "model", "") or ""),
        fine_tuned_model=str(getattr(remote, "fine_tuned_model", "") or ""),
        created_at=moment(getattr(remote, "created_at", None)),
        trained_tokens=tokens if isinstance(tokens, int) else None,
        training_file=str(getattr(remote, "training_file", "") or ""),
        validation_file=str(getattr(remote, "validation_file", "") or ""),
        method=method_of(remote),
        known=known.id if known else 0,
        ours=bool(known and known.origin != "found"),
    )


def method_of(remote: Any) -> str:
    kind = getattr(getattr(remote, "method", None), "type", None)
    return kind if kind in ("supervised", "dpo") else "supervised"


def _models(listed: Iterable[Any], jobs: Iterable[FoundJob], adapter: Adapter) -> tuple[FoundModel, ...]:
    bases = {job.fine_tuned_model: job.base_model for job in jobs if job.fine_tuned_model}
    names = {str(one.id): str(getattr(one, "shutdown_date", "") or "")[:10] for one in listed}
    made = [job.fine_tuned_model for job in jobs if job.fine_tuned_model and job.state == JobState.SUCCEEDED]
    found_models = []
    for name in dict.fromkeys([*made, *names]):
        ends, says = _ending(name, bases.get(name, ""), names.get(name, ""), adapter)
        found_models.append(FoundModel(name, name in bases or name.startswith("ft:"), ends, says))
    return tuple(found_models)


def _ending(name: str, base: str, told: str, adapter: Adapter) -> tuple[str, str]:
    try:
        return date.fromisoformat(told).isoformat(), "from the server itself"
    except ValueError:
        ending = adapter.provider.ending_of(name) or (adapter.provider.ending_of(base) if base else None)
    return (ending.day.isoformat(), ending.fact.origin()) if ending else ("", "")


def _file(remote: Any) -> FoundFile:
    size = getattr(remote, "bytes", 0)
    return FoundFile(
        str(remote.id),
        str(getattr(remote, "filename", "") or remote.id),
        size if isinstance(size, int) else 0,
        str(getattr(remote, "purpose", "") or ""),
    )


def _key(remote: Any) -> str:
    """Our own number in the job's metadata, where it is one of ours."""
    metadata = getattr(remote, "metadata", None)
    return str(metadata.get(KEY) or "") if isinstance(metadata, dict) else ""
