"""The whole protocol spoken by the official Node SDK, streaming included."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.fixtures_trainer import TrainerProcess, jsonl, training_lines

pytestmark = pytest.mark.model
MODEL = "smollm2-135m-instruct"
HERE = Path(__file__).parent / "node_sdk"


@pytest.fixture(scope="module")
def seen(trainer_server: TrainerProcess, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `journey.mjs` saw."""
    node = Path(sys.executable).parent / "node"
    if not node.is_file() or not (HERE / "node_modules" / "openai").is_dir():
        missing("the Node SDK (`make setup` installs it)")
    data = tmp_path_factory.mktemp("node") / "train.jsonl"
    data.write_bytes(jsonl(training_lines()))
    command = [str(node), str(HERE / "journey.mjs"), trainer_server.base_url, trainer_server.token, MODEL, str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_files_are_uploaded_listed_read_back_and_deleted(seen: dict[str, Any]) -> None:
    files = seen["files"]
    assert (files["status"], files["same"], files["deleted"]) == ("processed", True, True)
    assert files["listed"].count(True) == 1
    assert len(set(files["bytes"])) == 1, "a streamed upload arrives whole too"


def test_a_job_runs_once_and_tells_each_step_and_checkpoint(seen: dict[str, Any]) -> None:
    job = seen["job"]
    assert (job["once"], job["status"], job["epochs"]) == (True, "succeeded", 3)
    assert job["model"].startswith(f"ft:{MODEL}:tuneworthy:node:")
    assert (job["steps"], job["doubled"]) == ([6, 5, 4, 3, 2, 1], 0)
    assert job["checkpoints"] == [6, 4, 2]
    assert job["results"] == "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"
    assert job["found"] == [True]


def test_a_job_is_paused_resumed_and_cancelled(seen: dict[str, Any]) -> None:
    assert seen["states"] == ["paused", True, "cancelled"]


def test_answers_come_whole_streamed_in_shape_and_several_at_once(seen: dict[str, Any]) -> None:
    chat = seen["chat"]
    assert chat["text"]
    assert chat["finish"] in ("stop", "length")
    assert all(chat[name] for name in ("logprobs", "streamed", "usage", "runner"))
    assert chat["parsed"]["aisle"] in ("A", "B", "C")
    assert chat["two"] == 2
    assert seen["embeddings"] == [256, 256]


def test_models_are_listed_retrieved_and_deleted(seen: dict[str, Any]) -> None:
    models = seen["models"]
    assert (models["listed"], models["retrieved"], models["deleted"]) == (True, True, True)
    assert (models["after"]["status"], models["after"]["code"]) == (404, "model_not_found")


def test_refusals_become_the_typed_errors_of_the_sdk(seen: dict[str, Any]) -> None:
    refused = seen["refused"]
    assert refused["key"]["kind"] == "AuthenticationError"
    assert (refused["file"]["kind"], refused["file"]["code"]) == ("NotFoundError", "file_not_found")
    assert (refused["method"]["kind"], refused["method"]["param"]) == ("BadRequestError", "method.type")
    assert (refused["chat"]["kind"], refused["chat"]["param"]) == ("BadRequestError", "temperature")
