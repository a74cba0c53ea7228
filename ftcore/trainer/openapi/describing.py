"""Adds to the description that the framework makes (addresses, queries) what it cannot know: bodies, replies, failures."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ftcore.trainer.openapi import replies, requests

REF = "#/components/schemas/{model}"
Operation = tuple[str, str]

ASKED: dict[Operation, type[BaseModel]] = {
    ("post", "/v1/fine_tuning/jobs"): requests.CreateJob,
    ("post", "/v1/chat/completions"): requests.Chat,
    ("post", "/v1/embeddings"): requests.Embed,
    ("post", "/v1/files"): requests.Upload,
}
JOB = "/v1/fine_tuning/jobs/{job_id}"
ANSWERED: dict[Operation, type[BaseModel]] = {
    ("get", "/health"): replies.Health,
    ("post", "/v1/files"): replies.FileObject,
    ("get", "/v1/files"): replies.ListedWithEnds[replies.FileObject],
    ("get", "/v1/files/{file_id}"): replies.FileObject,
    ("delete", "/v1/files/{file_id}"): replies.Deleted,
    ("post", "/v1/fine_tuning/jobs"): replies.Job,
    ("get", "/v1/fine_tuning/jobs"): replies.Listed[replies.Job],
    ("get", JOB): replies.Job,
    ("post", f"{JOB}/cancel"): replies.Job,
    ("post", f"{JOB}/pause"): replies.Job,
    ("post", f"{JOB}/resume"): replies.Job,
    ("get", f"{JOB}/events"): replies.Listed[replies.Event],
    ("get", f"{JOB}/checkpoints"): replies.ListedWithEnds[replies.Checkpoint],
    ("get", "/v1/models"): replies.ModelList,
    ("get", "/v1/models/{model_id}"): replies.ModelObject,
    ("delete", "/v1/models/{model_id}"): replies.Deleted,
    ("post", "/v1/chat/completions"): replies.ChatCompletion,
    ("post", "/v1/embeddings"): replies.EmbeddingList,
}
"""What answers 200 with JSON; the others answer with a file."""


def describe(app: FastAPI) -> None:
    """Gives `app` a description with every body, reply and failure; it is made when it is first asked for."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None or "x-described" not in app.openapi_schema:
            app.openapi_schema = _with_bodies(plain())
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]


def _with_bodies(found: dict[str, Any]) -> dict[str, Any]:
    shapes: list[type[BaseModel]] = [replies.Envelope, *ASKED.values(), *ANSWERED.values()]
    names, made = models_json_schema([(shape, _mode(shape)) for shape in dict.fromkeys(shapes)], ref_template=REF)
    failures = {status: _failure(names, said) for status, said in (("4XX", "Refused"), ("5XX", "Failed"))}
    for path, operations in found["paths"].items():
        for verb, operation in operations.items():
            asked, answered = ASKED.get((verb, path)), ANSWERED.get((verb, path))
            if asked is not None:
                kind = "multipart/form-data" if asked is requests.Upload else "application/json"
                operation["requestBody"] = {"required": True, "content": {kind: {"schema": names[asked, _mode(asked)]}}}
            content = {"application/json": {"schema": names[answered, _mode(answered)]}} if answered else _file()
            if answered is replies.ChatCompletion:
                content["text/event-stream"] = {
                    "schema": {"type": "object", "properties": {"data": {"type": "string"}}}
                }
            operation["responses"] = {"200": {"description": "Done", "content": content}, **failures}
    found["paths"]["/v1/fine_tuning/jobs"]["get"]["parameters"].append(_metadata())
    found["components"] = {
        "schemas": made["$defs"],
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "The file trainer-token."}},
    }
    found["security"] = [{"token": []}]
    found["paths"]["/health"]["get"]["security"] = []
    return {**found, "x-described": True}


def _mode(shape: type[BaseModel]) -> Any:
    return "validation" if issubclass(shape, requests.Request) else "serialization"


def _failure(names: dict[Any, Any], said: str) -> dict[str, Any]:
    return {
        "description": said,
        "content": {"application/json": {"schema": names[replies.Envelope, _mode(replies.Envelope)]}},
    }


def _file() -> dict[str, Any]:
    return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def _metadata() -> dict[str, Any]:
    return {
        "name": "metadata",
        "in": "query",
        "description": "metadata[key]=value: only jobs that carry all the named pairs.",
        "style": "deepObject",
        "explode": True,
        "schema": {"type": "object"},
    }
