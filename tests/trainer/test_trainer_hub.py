"""Base models by their name on a hub, fetched from a hub on loopback: whole, or not at all, and never a pickle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftcore.trainer import hub, library, shelf
from ftcore.trainer.errors import TrainerError
from tests.trainer.fake_hub import COMMIT, FakeHub, running
from tests.trainer.small_model import write_small_model

pytestmark = pytest.mark.model
NAME = "workshop/small-instruct"


@pytest.fixture(scope="module")
def offered(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies on the hub: a model in two parts, and files that nobody here needs."""
    folder = write_small_model(tmp_path_factory.mktemp("offered") / "small", starter_model, shards=2)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04never opened")
    (folder / "modeling_own.py").write_text("raise SystemExit('code of the model was run')")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.safetensors").write_bytes(b"elsewhere")
    return folder


@pytest.fixture
def there(offered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running(FakeHub({NAME: offered})) as found:
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        monkeypatch.setenv("TUNEWORTHY_MODELS", str(tmp_path / "models"))
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield found


def names() -> list[str]:
    return [base.name for base in library.every()]


def test_a_model_comes_whole_under_its_own_name_and_without_what_is_not_needed(there: FakeHub, offered: Path) -> None:
    seen: list[tuple[int, int]] = []
    offer = hub.look(NAME)
    folder = hub.pull(offer, lambda done, total: seen.append((done, total)))
    assert names() == [NAME]
    assert folder.name == "workshop--small-instruct"
    assert {path.name for path in folder.iterdir()} == {
        *(path.name for path in offered.glob("*.safetensors")),
        *(path.name for path in offered.glob("*.json")),
        "chat_template.jinja",
        shelf.SOURCE,
    }
    for path in offered.glob("*.safetensors"):
        assert (folder / path.name).read_bytes() == path.read_bytes()
    assert json.loads((folder / shelf.SOURCE).read_text()) == {"name": NAME, "revision": COMMIT, "licence": "mit"}
    assert seen[-1] == (offer.bytes, offer.bytes)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert shelf.licence(folder) == "mit"
    asked = len(there.asked)
    assert hub.pull(offer) == folder
    assert len(there.asked) == asked, "what is here is not asked for again"


def test_a_download_that_breaks_off_goes_on_where_it_stopped(there: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    # What has arrived counts in blocks of 10 MB, more than this whole model has.
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1 << 16)
    there.cut = 1
    folder = hub.pull(hub.look(NAME))
    assert library.fault(folder) is None
    begun = [reach for reach in there.gets(".safetensors") if reach.startswith("bytes=") and reach != "bytes=0-"]
    assert len(begun) == 1, "the second half was asked for by its range"


def test_after_a_download_that_failed_nothing_is_listed_and_whole_files_are_not_fetched_again(
    there: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)
    there.cut = 1_000
    with pytest.raises(TrainerError, match=r"could not be fetched.*arrived whole are kept") as caught:
        hub.pull(hub.look(NAME))
    assert caught.value.status == 503
    assert names() == []
    there.cut = 0
    there.asked.clear()
    hub.pull(hub.look(NAME))
    assert names() == [NAME]
    assert there.gets("tokenizer.json") == [], "it had arrived"


def test_weights_that_arrive_damaged_are_thrown_away(there: FakeHub) -> None:
    there.damage = True
    with pytest.raises(TrainerError, match="arrived damaged"):
        hub.pull(hub.look(NAME))
    assert names() == []
    there.damage = False
    hub.pull(hub.look(NAME))
    assert names() == [NAME]


def test_a_model_that_has_only_pickles_is_refused_before_anything_is_fetched(there: FakeHub, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    there.models["workshop/pickled"] = folder
    with pytest.raises(TrainerError, match=r"pytorch_model\.bin.*pickle.*nothing was fetched"):
        hub.look("workshop/pickled")
    assert not [path for _, path, _ in there.asked if "/resolve/" in path]


def test_a_model_without_a_chat_template_is_refused_before_its_weights_are_fetched(
    there: FakeHub, offered: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    shutil.copytree(offered, folder)
    (folder / "chat_template.jinja").unlink()
    there.models["workshop/plain"] = folder
    with pytest.raises(TrainerError, match="no chat template"):
        hub.pull(hub.look("workshop/plain"))
    assert there.gets(".safetensors") == []
    assert names() == []


def test_what_is_not_there_or_not_for_everybody_is_said(
    there: FakeHub, offered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TrainerError, match="no model workshop/none") as caught:
        hub.look("workshop/none")
    assert caught.value.status == 404
    with pytest.raises(TrainerError, match="no revision 'v9'"):
        hub.look(NAME, "v9")
    there.models["workshop/gated"] = offered
    there.gated.add("workshop/gated")
    there.token = "hf_secret"
    with pytest.raises(TrainerError, match="agreed to its terms"):
        hub.look("workshop/gated")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert hub.look("workshop/gated").revision == COMMIT


def test_without_a_network_it_says_what_can_be_done(there: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(TrainerError, match="models add") as caught:
        hub.look(NAME)
    assert caught.value.status == 503


@pytest.mark.parametrize(
    "name", ["", "../x/y", "a/b/c", "workshop/..", "-x/y", "a b/c", "x/y\n", "a--b/c", "x" * 200 + "/y"]
)
def test_a_name_that_could_be_a_path_elsewhere_is_no_name(name: str) -> None:
    with pytest.raises(TrainerError, match="cannot be a model's name"):
        hub.look(name)
