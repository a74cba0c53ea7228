"""The models of a project with where they come from (snapshot -> job -> model -> runs), and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import openai
from sqlalchemy import Connection

from ftcore.endpoints import EndpointError, connect, explain
from ftcore.endpoints.adapter import adapter_for
from ftcore.endpoints.providers import Provider
from ftcore.records import Endpoint, Job, Model, Snapshot
from ftcore.store import endpoints, jobs, models, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.store.schema import now

DELETE = "delete-model"
LOOK = "look-at-models"
DEPLOY = "deploy-model"


UNSURE = "Look at the server's own page before asking again: a model that answers may be paid by the hour."


@dataclass(frozen=True, slots=True)
class Ending:
    """The day on which a model stops answering, and who says so."""

    day: date
    origin: str

    def days_left(self, today: date | None = None) -> int:
        return (self.day - (today or date.today())).days


@dataclass(frozen=True, slots=True)
class Lineage:
    """A tuned model and everything that made it or was made with it. `checkpoints` are ordered by their step."""

    model: Model
    endpoint: Endpoint
    job: Job
    snapshot: Snapshot
    runs: tuple[Run, ...]
    checkpoints: tuple[Model, ...]
    ending: Ending | None


def lineages(c: Connection, project_id: int, providers: Sequence[Provider]) -> list[Lineage]:
    """The tuned models of a project that are on its list, the newest first."""
    known = models.of_project(c, project_id)
    every_run = runs.of_project(c, project_id)
    found = []
    for model in known:
        if model.kind != "tuned" or model.job_id is None:
            continue
        job, endpoint = jobs.get(c, model.job_id), endpoints.get(c, model.endpoint_id)
        steps = [one for one in known if one.kind == "checkpoint" and one.job_id == job.id]
        found.append(
            Lineage(
                model,
                endpoint,
                job,
                snapshots.get(c, job.snapshot_id),
                tuple(run for run in every_run if run.job_id == job.id),
                tuple(sorted(steps, key=lambda one: one.step)),
                ending_of(model, endpoint, providers),
            )
        )
    return found


def ending_of(model: Model, endpoint: Endpoint, providers: Sequence[Provider]) -> Ending | None:
    """When a model stops answering: as its server told, else as the facts about its provider say; None = nobody knows."""
    if (left := model.days_left()) is not None:
        return Ending(date.fromordinal(date.today().toordinal() + left), "from the server itself")
    provider = next((one for one in providers if one.name == endpoint.provider), None)
    known = provider and (provider.ending_of(model.name) or provider.ending_of(model.base_model))
    return Ending(known.day, known.fact.origin()) if known else None


def note(db: Database, model_id: int, text: str) -> None:
    with db.write() as c:
        models.change(c, model_id, note=text.strip())


def take_off(db: Database, model_id: int) -> None:
    """No longer lists a model here, nor its checkpoints; the server keeps it."""
    with db.write() as c:
        model = models.get(c, model_id)
        models.change(c, model_id, removed_at=now())
        for one in models.of_endpoint(c, model.endpoint_id):
            if one.job_id == model.job_id and one.kind == "checkpoint" and model.kind == "tuned":
                models.change(c, one.id, removed_at=now())


def ask_to_delete(db: Database, project_id: int, model_id: int) -> None:
    """Has the worker delete the model at its endpoint; asked twice, it is done once."""
    _ask(db, project_id, DELETE, {"model_id": model_id})


def ask_to_look(db: Database, project_id: int) -> None:
    """Has the worker ask the endpoints which of the project's models are still there, and how long they stay."""
    _ask(db, project_id, LOOK, {"project_id": project_id})


def ask_to_deploy(db: Database, project_id: int, model_id: int) -> None:
    """Has the worker take the step that this server wants before a tuned model answers. It may cost by the hour from then on."""
    _ask(db, project_id, DEPLOY, {"model_id": model_id})


def serve_as(db: Database, model_id: int, name: str) -> None:
    """Remembers the name under which a model answers: from now on it is asked by that one, here and in comparisons."""
    with db.write() as c:
        model = models.get(c, model_id)
        models.change(c, model_id, served_as=name.strip())
        if model.job_id is not None:
            jobs.change(c, model.job_id, fine_tuned_model=name.strip() or model.name)


def deploy(db: Database, model_id: int, providers: Sequence[Provider]) -> str:
    """Takes that step, once and without retries; gives the name under which the model answers. Raises EndpointError, also where
    nobody can know whether it was done: then somebody has to look at the server's own page."""
    with db.read() as c:
        model = models.get(c, model_id)
        endpoint = endpoints.get(c, model.endpoint_id)
        job = jobs.get(c, model.job_id) if model.job_id is not None else None
        steps = [
            one for one in models.of_endpoint(c, endpoint.id) if one.kind == "checkpoint" and one.job_id == model.job_id
        ]
    if job is None or not job.remote_id:
        raise EndpointError("This model's training is not known here, and the server wants to be told it.")
    last = max(steps, key=lambda one: one.step, default=None)
    checkpoint = str(last.metrics.get("id") or last.name) if last else ""
    try:
        with connect(endpoint, timeout=120.0, max_retries=0) as client:
            asked = {"base_model": job.base_model, "job_id": job.remote_id, "checkpoint_id": checkpoint}
            name = adapter_for(endpoint, providers).deploy(client, name=_plain_name(job), **asked)
    except openai.OpenAIError as error:
        raise EndpointError(f"{endpoint.name}: {explain(error)} {UNSURE}") from error
    serve_as(db, model_id, name)
    return name


def _plain_name(job: Job) -> str:
    """A name of our own that a server takes: letters, digits and - only."""
    return f"{job.suffix or 'tuneworthy'}-{job.key[:8]}"


def delete_there(db: Database, model_id: int) -> None:
    """Deletes a model at its endpoint; one that is gone already counts as deleted. Raises EndpointError with the server's words."""
    with db.read() as c:
        model = models.get(c, model_id)
        endpoint = endpoints.get(c, model.endpoint_id)
    try:
        with connect(endpoint, timeout=60.0, max_retries=0) as client:
            client.models.delete(model.asked_as)
    except openai.NotFoundError:
        pass  # what is gone is deleted
    except openai.OpenAIError as error:
        raise EndpointError(f"{endpoint.name} did not delete {model.name}: {explain(error)}") from error
    with db.write() as c:
        models.change(c, model_id, gone_at=now())


def look(db: Database, project_id: int) -> int:
    """Asks for each of the project's models; gives how many are there. An endpoint that does not answer says nothing about its
    models. Raises EndpointError when no endpoint answered."""
    with db.read() as c:
        known = [(one, endpoints.get(c, one.endpoint_id)) for one in models.of_project(c, project_id)]
    there, silent = 0, ""
    for model, endpoint in known:
        if model.gone_at is not None:
            continue
        try:
            told = _ask_for(model, endpoint)
        except (openai.OpenAIError, EndpointError) as error:
            silent = f"{endpoint.name} did not say which models it has: {explain(error)}"
            continue
        there += "gone_at" not in told
        with db.write() as c:
            models.change(c, model.id, **told)
    if silent and not there:
        raise EndpointError(silent)
    return there


def _ask_for(model: Model, endpoint: Endpoint) -> dict[str, object]:
    with connect(endpoint, timeout=30.0, max_retries=0) as client:
        try:
            found = client.models.retrieve(model.asked_as)
        except openai.NotFoundError:
            return {"gone_at": now()}
    ends = getattr(found, "shutdown_date", None)
    return {"listed_at": now(), **({"shutdown_date": ends} if isinstance(ends, str) and len(ends) <= 10 else {})}


def _ask(db: Database, project_id: int, kind: str, payload: dict[str, int]) -> None:
    with db.write() as c:
        if not any(task.payload == payload for task in tasks.open_tasks(c, project_id, kind)):
            tasks.put(c, kind, payload, project_id=project_id)
