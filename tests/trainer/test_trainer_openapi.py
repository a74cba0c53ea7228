"""The server against its own OpenAPI description: what is described it takes, what is not it refuses, and every answer has the
described shape."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from ftcore.trainer.openapi.describing import ANSWERED
from tests.conftest import times
from tests.fixtures_trainer import TrainerProcess, training_lines, upload
from tests.trainer import tiny

pytestmark = pytest.mark.model

SHAPES = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [*ANSWERED, ("get", "/v1/files/{file_id}/content"), ("get", "/v1/models/{model_id}/archive")]
BEYOND_SHAPE = {
    "cannot_delete_base",
    "context_length_exceeded",
    "invalid_file_format",
    "invalid_job_state",
    "invalid_training_file",
    "unsupported_value",
}
"""Refusals that no shape can tell beforehand: which model is a base, what is in a file, how many tokens a text has, how far a job is."""
DEPEND = frozenset(("after", "form", "tools", "tool_choice", "top_logprobs", "logit_bias"))
"""Parameters whose value may be refused because of another one, or of the model."""


@pytest.fixture(scope="module")
def server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    """A server whose base model costs nothing."""
    home = tmp_path_factory.mktemp("described")
    tiny.write_tiny(starter_model, home / "models")
    server = TrainerProcess(home / "ws", {"TUNEWORTHY_MODELS": str(home / "models")}).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def described(server: TrainerProcess) -> Any:
    """The description, in which names of files, jobs and models are those that exist, or one that does not."""
    client = server.client()
    used, *free = (upload(client, training_lines()) for _ in range(4))
    jobs = [client.fine_tuning.jobs.create(model=tiny.NAME, training_file=used).id for _ in range(2)]
    found = _told(server)
    asked = found["components"]["schemas"]
    _only(asked["CreateJob"]["properties"], model=[tiny.NAME], training_file=[used], validation_file=[None, used])
    _only(asked["Chat"]["properties"], model=[tiny.NAME])
    for path, operations in found["paths"].items():
        for verb, operation in operations.items():
            for parameter in operation.get("parameters", []):
                names = {"file_id": free if verb == "delete" else [used], "job_id": jobs, "model_id": [tiny.NAME]}
                if parameter["in"] == "path" and path.count("{") == 1:
                    parameter["schema"] = {"enum": [*names[parameter["name"]], "nobody"]}
    return schemathesis.openapi.from_dict(found)


def _told(server: TrainerProcess) -> dict[str, Any]:
    """What `/openapi.json` says."""
    address = server.base_url.removesuffix("/v1") + "/openapi.json"
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {server.token}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _only(properties: dict[str, Any], **values: list[Any]) -> None:
    for name, known in values.items():
        properties[name] = {"enum": known}


@pytest.mark.parametrize(("verb", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["described", "not described"])
def test_the_server_does_what_it_describes(
    server: TrainerProcess, described: Any, verb: str, path: str, mode: GenerationMode
) -> None:
    operation = described[path][verb.upper()]
    raw = described.raw_schema["paths"][path][verb]
    if not raw.get("parameters") and not raw.get("requestBody"):
        mode = GenerationMode.POSITIVE  # nothing can be asked wrongly
    headers = {"Authorization": f"Bearer {server.token}"}
    base = server.base_url.removesuffix("/v1")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=times(8, 200),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def held(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            case.body = _whole(case.body)
        answer = case.call(base_url=base, headers=headers, timeout=60)
        if mode is GenerationMode.NEGATIVE:
            case.validate_response(answer, checks=[*SHAPES, negative_data_rejection])
            return
        case.validate_response(answer, checks=SHAPES)
        if answer.status_code not in (200, 404, 409):
            said = answer.json()["error"]
            known = said["code"] in BEYOND_SHAPE or said["param"] in DEPEND
            assert known, (said, case.as_curl_command())

    held()


def _whole(value: Any) -> Any:
    """4.0 as 4: a whole number to JSON Schema, and no whole number to the server, which never gets one from an SDK."""
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_every_route_is_described(described: Any) -> None:
    routes = {(result.ok().method.lower(), result.ok().path) for result in described.get_all_operations()}
    assert routes == set(OPERATIONS)
