"""Taking tuned models away: what leaves here answers elsewhere as it does here, and its card says what it was made from."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest
import yaml
from openai import OpenAI
from typer.testing import CliRunner

from ftcore.cli import app
from tests.fixtures_trainer import TrainerProcess, jsonl, training_lines, upload, wait_for_job
from tests.trainer.small_model import SMALL, write_small_model

pytestmark = pytest.mark.model
ASKED = [{"role": "system", "content": "Say the aisle."}, {"role": "user", "content": "Where is the lamp?"}]
FORMS = ("adapter", "merged", "ollama")


@dataclass
class Trained:
    """A server with one adapter and one fully tuned model over a small base."""

    server: TrainerProcess
    base: Path
    adapter: Any
    whole: Any
    room: Path
    taken: dict[tuple[str, str], Path] = field(default_factory=dict)

    @property
    def client(self) -> OpenAI:
        return self.server.client()

    def take(self, model: str, form: str) -> Path:
        """The server's zip, unpacked; each is asked for once."""
        if (model, form) not in self.taken:
            self.taken[model, form] = fetched(self, model, form, self.room / str(len(self.taken)))
        return self.taken[model, form]


@pytest.fixture(scope="module")
def trained(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    home = tmp_path_factory.mktemp("takeaway")
    base = write_small_model(home / "models" / SMALL, starter_model)
    server = TrainerProcess(home / "ws", {"TUNEWORTHY_MODELS": str(home / "models")}).start()
    client = server.client()
    files = {"training_file": upload(client, training_lines(12)), "validation_file": upload(client, training_lines(4))}
    jobs = []
    for extras in ({}, {"training": "full"}):
        settings = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 20}
        method: Any = {"type": "supervised", "supervised": {"hyperparameters": settings, **extras}}
        made = client.fine_tuning.jobs.create(model=SMALL, seed=11, suffix="shelf", method=method, **files)
        jobs.append(wait_for_job(client, made.id))
    assert [job.status for job in jobs] == ["succeeded", "succeeded"], jobs
    yield Trained(server, base, *jobs, room=home / "taken")
    server.stop()


def fetched(trained: Trained, model: str, form: str, target: Path) -> Path:
    """The zip of the server, unpacked."""
    request = urllib.request.Request(
        f"{trained.server.base_url}/models/{model}/archive?form={form}",
        headers={"Authorization": f"Bearer {trained.server.token}"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert answer.headers["Content-Type"] == "application/zip"
        content = answer.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(target)
    (folder,) = target.iterdir()
    assert ":" not in folder.name
    return folder


def served(trained: Trained, model: str) -> dict[str, float]:
    """The likeliest first tokens of the answer with their log-probabilities, as the server tells them."""
    reply = trained.client.chat.completions.create(
        model=model, messages=ASKED, max_tokens=1, temperature=0, logprobs=True, top_logprobs=10
    )
    content = reply.choices[0].logprobs.content  # type: ignore[union-attr]
    found = content[0].top_logprobs  # type: ignore[index]
    return {one.token: one.logprob for one in found if "\ufffd" not in one.token}  # half a character has many tokens


def told(model: Any, folder: Path, tokens: list[str]) -> dict[str, float]:
    """The same by plain transformers, in float32."""
    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer.apply_chat_template(ASKED, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        logits = model.float().eval()(**ids).logits[0, -1].log_softmax(-1)
    by_text = {tokenizer.decode([at]): float(value) for at, value in enumerate(logits)}
    return {token: by_text[token] for token in tokens}


def assert_alike(ours: dict[str, float], theirs: dict[str, float]) -> None:
    """Within what bfloat16 rounds away, and nothing else."""
    assert len(ours) > 5
    for token, value in ours.items():
        assert math.isclose(theirs[token], value, abs_tol=0.01), (token, value, theirs[token])


def test_the_adapter_works_under_peft_as_it_does_here(trained: Trained) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    name = trained.adapter.fine_tuned_model
    folder = trained.take(name, "adapter")
    base = AutoModelForCausalLM.from_pretrained(trained.base)
    before, ours = told(base, folder, list(served(trained, SMALL))), served(trained, name)
    theirs = told(PeftModel.from_pretrained(base, str(folder)), folder, list(ours))
    assert_alike(ours, theirs)
    with pytest.raises((AssertionError, KeyError)):
        assert_alike(ours, before)  # it has learnt something
    config = json.loads((folder / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == SMALL, "a name, and no folder of this machine"


@pytest.mark.parametrize("kind", ["adapter", "whole"])
def test_the_merged_model_loads_alone_and_answers_as_here(trained: Trained, kind: str) -> None:
    from transformers import AutoModelForCausalLM

    name = getattr(trained, kind).fine_tuned_model
    folder = trained.take(name, "merged")
    assert not (folder / "adapter_config.json").exists()
    ours = served(trained, name)
    assert_alike(ours, told(AutoModelForCausalLM.from_pretrained(folder), folder, list(ours)))


def test_a_checkpoint_can_be_taken_away_too(trained: Trained) -> None:
    points = list(trained.client.fine_tuning.jobs.checkpoints.list(trained.adapter.id))
    first = min(points, key=lambda point: point.step_number)
    folder = trained.take(first.fine_tuned_model_checkpoint, "adapter")
    text = (folder / "README.md").read_text()
    assert f"| step | {first.step_number} of 6 |" in text
    assert f"| training loss | {first.metrics.train_loss:.4f} |" in text


@pytest.mark.parametrize("form", FORMS)
def test_the_card_says_what_the_model_was_made_from_and_nothing_of_this_machine(trained: Trained, form: str) -> None:
    from ftcore import __version__

    folder = trained.take(trained.adapter.fine_tuned_model, form)
    text = (folder / "README.md").read_text()
    head = yaml.safe_load(text.split("---")[1])
    assert head["base_model"] == SMALL
    assert head["library_name"] == ("peft" if form == "adapter" else "transformers")
    assert head["license"] == "other", "nothing here says which"
    assert "lora" in head["tags"]
    for wanted in (
        f"12 examples, sha256 `{hashlib.sha256(jsonl(training_lines(12))).hexdigest()}`",
        f"4 examples, sha256 `{hashlib.sha256(jsonl(training_lines(4))).hexdigest()}`",
        "| epochs | 2 |",
        "| batch size | 4 |",
        "| learning rate multiplier | 20",
        "| seed | 11 |",
        "| adapter rank | 16 |",
        "| validation loss |",
        "| validation token accuracy |",
        "| best checkpoint by validation loss | ft:small:tuneworthy:shelf:",
        f"Tuneworthy {__version__}",
    ):
        assert wanted in text, wanted
    assert re.search(r"\| precision \| (bfloat16|float32) \|", text)
    secrets = (str(trained.server.workspace), str(trained.base.parent), trained.server.token, "train.jsonl")
    for path in folder.iterdir():
        if path.suffix != ".safetensors" and path.name != "tokenizer.json":
            content = path.read_text(encoding="utf-8")
            assert not [secret for secret in secrets if secret in content], path.name


def test_the_modelfile_writes_conversations_as_the_model_does(trained: Trained) -> None:
    folder = trained.take(trained.adapter.fine_tuned_model, "ollama")
    text = (folder / "Modelfile").read_text()
    assert text.splitlines()[1] == "FROM ."
    assert 'PARAMETER stop "<|im_end|>"' in text
    assert "PARAMETER num_ctx 2048" in text
    template = text.split('"""')[1]
    assert template.startswith("{{ if not .System }}<|im_start|>system\nYou are a helpful AI assistant named SmolLM")
    assert template.endswith("{{ end }}<|im_start|>assistant\n")


def refused(trained: Trained, path: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {trained.server.token}"}
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{trained.server.base_url}{path}", headers=headers), timeout=30)
    return caught.value.code, json.loads(caught.value.read())["error"]


def test_what_cannot_be_taken_away_is_refused_with_a_reason(trained: Trained) -> None:
    status, said = refused(trained, f"/models/{SMALL}/archive")
    assert (status, said["param"]) == (400, "model")
    assert "nothing was learnt" in said["message"]
    status, said = refused(trained, f"/models/{trained.whole.fine_tuned_model}/archive?form=adapter")
    assert (status, said["param"]) == (400, "form")
    assert "merged" in said["message"]
    assert refused(trained, f"/models/{trained.adapter.fine_tuned_model}/archive?form=zip")[0] == 400
    assert refused(trained, "/models/ft:no:such::model/archive")[0] == 404


def test_the_server_merges_outside_itself_and_leaves_nothing_behind(trained: Trained) -> None:
    trained.take(trained.adapter.fine_tuned_model, "merged")
    assert list((trained.server.workspace / "trainer" / "takeaway").iterdir()) == []
    assert trained.server.process is not None
    assert not psutil.Process(trained.server.process.pid).children(recursive=True)


def test_while_one_is_merged_the_next_is_told_when_to_ask_again(trained: Trained, tmp_path: Path) -> None:
    import threading
    import time

    first, *_ = trained.client.fine_tuning.jobs.checkpoints.list(trained.adapter.id)
    asked = (trained, first.fine_tuned_model_checkpoint, "merged", tmp_path)
    other = threading.Thread(target=fetched, args=asked)
    other.start()
    room = trained.server.workspace / "trainer" / "takeaway"
    until = time.monotonic() + 60
    while not (room.is_dir() and list(room.iterdir())) and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(openai.RateLimitError) as caught:
        trained.client.get(f"/models/{trained.whole.fine_tuned_model}/archive?form=merged", cast_to=object)
    assert caught.value.code == "merging_busy"
    assert caught.value.response.headers["Retry-After"] == "30"
    other.join(120)
    assert list(tmp_path.iterdir()), "the first one came"


def test_who_leaves_in_the_middle_leaves_nothing_behind(trained: Trained) -> None:
    import time

    room = trained.server.workspace / "trainer" / "takeaway"
    url = f"{trained.server.base_url}/models/{trained.whole.fine_tuned_model}/archive?form=merged"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {trained.server.token}"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert len(answer.read(10_000)) == 10_000
        assert len(list(room.iterdir())) == 1, "it is still being sent"
    until = time.monotonic() + 20
    while list(room.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(room.iterdir()) == []


def test_the_command_line_makes_a_new_folder_or_none(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEWORTHY_MODELS", str(trained.base.parent))
    name, target = trained.adapter.fine_tuned_model, tmp_path / "away"
    asked = ["models", "export", name, str(target), "--workspace", str(trained.server.workspace)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert (target / "adapter_model.safetensors").is_file()
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    again = CliRunner().invoke(app, [*asked, "--as", "merged"])
    assert again.exit_code == 1
    assert "not empty" in again.output
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    unknown = CliRunner().invoke(app, ["models", "export", "ft:no", str(tmp_path / "x"), *asked[-2:]])
    assert unknown.exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["away"], "nothing half-made"
