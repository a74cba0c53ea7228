"""`tuneworthy models`: what is listed, added, pulled and removed, in clear lines and as JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ftcore.cli import app
from ftcore.trainer.database import Database
from ftcore.workspace import Workspace
from tests.trainer.fake_hub import FakeHub, running
from tests.trainer.small_model import SMALL, write_small_model

pytestmark = pytest.mark.model
NAME = "workshop/small-instruct"


@pytest.fixture(scope="module")
def made(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("made") / SMALL, starter_model)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("TUNEWORTHY_MODELS", str(folder))
    return folder


@pytest.fixture
def hub(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running(FakeHub({NAME: made})) as found:
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield found


@pytest.fixture
def trained(workspace: Workspace) -> Iterator[Database]:
    """A workspace in which one model was tuned from `small` and a job waits for it."""
    folder = workspace.root / "trainer" / "jobs" / "ftjob-1" / "checkpoints" / "step-6"
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    database = Database(workspace.root / "trainer" / "trainer.db")
    job = {"model": SMALL, "training_file": "file-1", "seed": 1, "asked": {}, "settings": {}, "metadata": {}}
    for name, status, end in (("ftjob-1", "succeeded", 5), ("ftjob-2", "queued", None)):
        database.insert("jobs", {"id": name, "created_at": 1, "status": status, "finished_at": end, **job})
    row = {"base": SMALL, "job_id": "ftjob-1", "folder": str(folder), "created_at": 5}
    database.insert("models", {"id": "ft:small:tuneworthy::1", **row})
    yield database
    database.close()


def run(*arguments: str | Path, code: int = 0, answer: str = "") -> str:
    result = CliRunner().invoke(app, ["models", *map(str, arguments)], input=answer)
    assert result.exit_code == code, result.output
    return result.output


def listed(workspace: Workspace) -> Any:
    return json.loads(CliRunner().invoke(app, ["models", "list", "--json", "--workspace", str(workspace.root)]).stdout)


def test_a_folder_is_added_listed_and_taken_off_again_with_its_files_untouched(
    models: Path, made: Path, workspace: Workspace
) -> None:
    assert "no base model yet" in run("list", "--workspace", workspace.root)
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    said = run("add", made)
    assert f"{made} (by reference)" in said
    (base,) = listed(workspace)["bases"]
    assert (base["name"], base["folder"], base["by_reference"], base["fault"]) == (SMALL, str(made), True, None)
    assert (base["tools"], base["licence"]) == (False, None)
    assert base["parameters"] > 1_000_000
    assert base["bytes"] == (made / "model.safetensors").stat().st_size
    assert "Its folder is untouched" in run("remove", SMALL, "--workspace", workspace.root, "--yes")
    assert listed(workspace)["bases"] == []
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_tools_are_told_by_the_chat_template_and_the_licence_by_the_card(
    models: Path, made: Path, tmp_path: Path, workspace: Workspace
) -> None:
    folder = tmp_path / "spoken"
    shutil.copytree(made, folder)
    (folder / "chat_template.jinja").write_text("{% if tools %}{{ tools }}{% endif %}{{ messages }}")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\ntags:\n- license\n---\n# Card\nlicense: none\n")
    run("add", folder, "--name", "workshop/spoken")
    (base,) = listed(workspace)["bases"]
    assert (base["name"], base["tools"], base["licence"]) == ("workshop/spoken", True, "apache-2.0")


def test_what_cannot_be_used_is_refused_with_the_reason_and_not_listed(
    models: Path, made: Path, tmp_path: Path, workspace: Workspace
) -> None:
    folder = tmp_path / "plain"
    shutil.copytree(made, folder)
    (folder / "chat_template.jinja").unlink()
    assert "no chat template" in run("add", folder, code=1)
    assert "is no folder" in run("add", tmp_path / "none", code=1)
    assert "cannot be a model's name" in run("add", made, "--name", "a b", code=1)
    assert "cannot be a model's name" in run("add", made, "--name", "wordllama-256", code=1)
    assert listed(workspace)["bases"] == []


def test_an_unusable_folder_is_listed_with_its_fault(models: Path, made: Path, workspace: Workspace) -> None:
    shutil.copytree(made, models / "cut")
    path = models / "cut" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    (base,) = listed(workspace)["bases"]
    assert "damaged" in base["fault"]
    assert "cannot be used" in run("list", "--workspace", workspace.root)


def test_a_model_is_pulled_and_removed_with_its_files(
    models: Path, hub: FakeHub, workspace: Workspace, made: Path
) -> None:
    said = run("pull", NAME)
    assert "licence mit" in said
    assert "here already" in run("pull", NAME)
    folder = models / "workshop--small-instruct"
    assert listed(workspace)["bases"][0]["folder"] == str(folder)
    assert "Nothing was removed" in run("remove", NAME, "--workspace", workspace.root, code=1, answer="n\n")
    assert folder.is_dir()
    assert "was deleted" in run("remove", NAME, "--workspace", workspace.root, answer="y\n")
    assert not folder.exists()
    assert listed(workspace)["bases"] == []
    assert "no model workshop/none" in run("pull", "workshop/none", code=1)
    assert "no name on a hub" in run("pull", "nothing", code=1)


def test_a_folder_that_was_put_there_by_hand_is_not_deleted(models: Path, made: Path, workspace: Workspace) -> None:
    shutil.copytree(made, models / SMALL)
    assert "put there by hand" in run("remove", SMALL, "--workspace", workspace.root, "--yes", code=1)
    assert (models / SMALL / "model.safetensors").is_file()


def test_a_base_that_jobs_and_tuned_models_need_stays_unless_it_is_forced(
    models: Path, made: Path, workspace: Workspace, trained: Database
) -> None:
    run("add", made)
    said = run("remove", SMALL, "--workspace", workspace.root, "--yes", code=1)
    assert "1 unfinished jobs (ftjob-2)" in said
    assert "1 tuned models (ft:small:tuneworthy::1)" in said
    (tuned,) = listed(workspace)["tuned"]
    assert (tuned["id"], tuned["job"], tuned["job_status"]) == ("ft:small:tuneworthy::1", "ftjob-1", "succeeded")
    assert (tuned["kind"], tuned["form"], tuned["usable"]) == ("model", "adapter", True)
    run("remove", SMALL, "--workspace", workspace.root, "--yes", "--force")
    assert listed(workspace)["tuned"][0]["usable"] is False
    assert "cannot answer now" in run("list", "--workspace", workspace.root)


def test_the_starter_is_pulled_by_its_name(monkeypatch: pytest.MonkeyPatch, starter_model: Path) -> None:
    assert "is ready" in run("pull", "smollm2-135m-instruct")


def test_the_doctor_says_which_base_models_are_there(models: Path, made: Path, workspace: Workspace) -> None:
    def asked() -> str:
        return CliRunner().invoke(app, ["doctor", "--workspace", str(workspace.root)]).output

    assert f"Base models: none in {models}" in asked()
    run("add", made)
    assert f"Base models: {SMALL} in {models}" in asked()
    shutil.copytree(made, models / "plain")
    (models / "plain" / "chat_template.jinja").unlink()
    assert "plain cannot be used. It has no chat template" in asked()
