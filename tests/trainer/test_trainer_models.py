"""Several base models at once: folders, folders by reference, parts of weights; and what becomes of a tuned model whose
base is gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest

from ftcore.trainer import catalogue, library, shelf, starter, weights
from ftcore.trainer.database import Database
from ftcore.trainer.errors import TrainerError
from tests.fixtures_trainer import TrainerProcess, training_lines, upload
from tests.trainer.small_model import SMALL, write_small_model

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def made(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("made") / SMALL, starter_model, shards=2)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("TUNEWORTHY_MODELS", str(folder))
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(tmp_path / "t.db")
    yield found
    found.close()


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    return target


def names() -> list[str]:
    return [model.id for model in catalogue.bases()]


def test_every_whole_folder_is_a_base_by_its_name_and_hidden_ones_are_not(models: Path, made: Path) -> None:
    copied(made, models / "small")
    copied(made, models / "workshop--other")
    copied(made, models / ".half-fetched")
    assert names() == ["small", "workshop/other"]
    assert catalogue.base("workshop/other").folder == models / "workshop--other"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("config.json", "no config.json"),
        ("model-00002-of-00002.safetensors", "not complete: model-00002-of-00002"),
        ("model.safetensors.index.json", "no weights"),
        ("tokenizer.json", "no tokenizer"),
        ("chat_template.jinja", "no chat template"),
    ],
)
def test_a_folder_that_lacks_something_is_no_base_and_says_what(
    models: Path, made: Path, missing: str, said: str
) -> None:
    folder = copied(made, models / "small")
    (folder / missing).unlink()
    assert names() == []
    with pytest.raises(TrainerError, match=said) as caught:
        catalogue.base("small")
    assert (caught.value.status, caught.value.code) == (503, "model_not_ready")
    with pytest.raises(TrainerError, match=said):
        shelf.examine(folder)


def test_pickled_weights_are_refused_and_beside_safetensors_not_looked_at(models: Path, made: Path) -> None:
    folder = copied(made, models / "small")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04 never opened")
    shelf.examine(folder)
    assert names() == ["small"]
    for path in folder.glob("*.safetensors*"):
        path.unlink()
    assert names() == []
    with pytest.raises(TrainerError, match=r"pytorch_model\.bin.*pickle.*not opened"):
        shelf.examine(folder)


def test_a_model_with_code_of_its_own_is_refused_and_its_code_is_not_run(
    models: Path, made: Path, tmp_path: Path
) -> None:
    folder = copied(made, models / "small")
    witness = tmp_path / "was-run"
    config = json.loads((folder / "config.json").read_text())
    (folder / "own.py").write_text(f"open({str(witness)!r}, 'w').close()\nclass Own: pass\n")
    own = {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": own}))
    with pytest.raises(TrainerError, match="program code of its own"):
        shelf.examine(folder)
    assert names() == []
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "unheard-of"}))
    with pytest.raises(TrainerError, match=r"unheard-of.*not known"):
        shelf.examine(folder)
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "vit"}))
    with pytest.raises(TrainerError, match="no model that writes text"):
        shelf.examine(folder)
    assert not witness.exists()


@pytest.mark.parametrize("keep", [4, 2_000, -1])
def test_weights_that_are_cut_off_are_refused(models: Path, made: Path, keep: int) -> None:
    folder = copied(made, models / "small")
    path = folder / "model-00001-of-00002.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(TrainerError, match="damaged"):
        shelf.examine(folder)


def test_an_index_cannot_name_weights_elsewhere(models: Path, made: Path, tmp_path: Path) -> None:
    folder = copied(made, models / "small")
    (tmp_path / "model-elsewhere.safetensors").write_bytes(b"secret")
    (folder / library.INDEX).write_text(json.dumps({"weight_map": {"a": "../../model-elsewhere.safetensors"}}))
    assert library.shards(folder) == ["model-elsewhere.safetensors"]
    assert "not complete" in str(library.fault(folder))


def test_the_size_is_read_from_the_headers(made: Path) -> None:
    from transformers import AutoModelForCausalLM

    size = weights.size(made)
    model: Any = AutoModelForCausalLM.from_pretrained(made)
    assert size.parameters == model.num_parameters()
    assert size.bytes == sum(path.stat().st_size for path in made.glob("*.safetensors"))
    assert size.kinds == ("F32",)


def test_a_folder_elsewhere_is_a_base_by_reference_until_it_is_gone(models: Path, made: Path, tmp_path: Path) -> None:
    elsewhere = copied(made, tmp_path / "elsewhere")
    shelf.add(elsewhere, "mine")
    assert names() == ["mine"]
    assert catalogue.base("mine").folder == elsewhere
    assert json.loads((models / "models.json").read_text()) == {"mine": str(elsewhere)}
    with pytest.raises(TrainerError, match="already"):
        shelf.add(made, "mine")
    shutil.rmtree(elsewhere)
    assert names() == []
    with pytest.raises(TrainerError, match=r"mine.*The folder is gone"):
        catalogue.base("mine")


def test_a_damaged_list_of_references_is_said_and_kept(models: Path) -> None:
    for text in ("{oops", "[1]", '{"a": 5}'):
        (models / "models.json").write_text(text)
        with pytest.raises(TrainerError, match=r"models\.json is damaged"):
            catalogue.bases()
        assert (models / "models.json").read_text() == text


def test_an_adapter_needs_its_base_and_a_whole_model_does_not(
    models: Path, made: Path, tmp_path: Path, database: Database
) -> None:
    base = copied(made, models / "small")
    adapter = tmp_path / "jobs" / "adapter"
    adapter.mkdir(parents=True)
    (adapter / "adapter_config.json").write_text("{}")
    whole = copied(made, tmp_path / "jobs" / "whole")
    for at, (name, folder) in enumerate({"ft:small:t::a": adapter, "ft:small:t::w": whole}.items()):
        row = {"id": name, "base": "small", "job_id": "j", "folder": str(folder), "created_at": at}
        database.insert("models", row)
    assert [(m.id, m.folder, m.adapter) for m in catalogue.tuned(database)] == [
        ("ft:small:t::w", whole, None),
        ("ft:small:t::a", base, adapter),
    ]
    assert catalogue.find(database, "ft:small:t::w").is_tuned
    shutil.rmtree(base)
    assert [m.id for m in catalogue.tuned(database)] == ["ft:small:t::w"]
    assert catalogue.find(database, "ft:small:t::w").folder == whole
    with pytest.raises(TrainerError, match="base model 'small' is not on this machine") as caught:
        catalogue.find(database, "ft:small:t::a")
    assert caught.value.status == 503
    shutil.rmtree(whole)
    with pytest.raises(TrainerError, match=r"weights of .* are gone") as caught:
        catalogue.find(database, "ft:small:t::w")
    assert catalogue.tuned(database) == []


def test_two_bases_are_listed_asked_and_trained_by_their_names(starter_model: Path, made: Path, tmp_path: Path) -> None:
    home = tmp_path / "models"
    other = {"template": "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"}
    write_small_model(home / "workshop--spoken", starter_model, **other)
    copied(made, home / "small")
    server = TrainerProcess(tmp_path / "ws", {"TUNEWORTHY_MODELS": str(home)}).start()
    try:
        client = server.client()
        bases = [model.id for model in client.models.list() if model.owned_by == "system"]
        assert bases == ["small", "workshop/spoken", "wordllama-256"]
        assert client.models.retrieve("workshop/spoken").id == "workshop/spoken"
        counts = []
        for name in bases[:2]:
            reply = client.chat.completions.create(
                model=name, messages=[{"role": "user", "content": "Hello there"}], max_tokens=2
            )
            assert reply.usage is not None
            counts.append(reply.usage.prompt_tokens)
        assert counts[0] > counts[1], "each with its own chat template"
        with pytest.raises(openai.PermissionDeniedError):
            client.models.delete("workshop/spoken")
        with pytest.raises(openai.BadRequestError, match="What can: 'small', 'workshop/spoken'") as caught:
            client.fine_tuning.jobs.create(model="none/such", training_file="file-x")
        assert caught.value.param == "model"
        job = client.fine_tuning.jobs.create(model="workshop/spoken", training_file=upload(client, training_lines(12)))
        assert job.model == "workshop/spoken"
        client.fine_tuning.jobs.cancel(job.id)
    finally:
        server.stop()


def test_a_server_that_was_asked_for_no_answer_yet_is_small(starter_model: Path, tmp_path: Path) -> None:
    server = TrainerProcess(tmp_path / "ws").start()
    try:
        client = server.client()
        assert starter.NAME in [model.id for model in client.models.list()]
        upload(client, training_lines(12))
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        assert process.memory_info().rss < 300e6
        if psutil.LINUX:
            loaded = [one.path for one in process.memory_maps() if "/torch/" in one.path or "/numpy/" in one.path]
            assert loaded == [], "what answers is loaded by the first question"
    finally:
        server.stop()
