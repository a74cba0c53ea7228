"""Builds the folder that is taken away, and sends one as a zip while it is read."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ftcore import supervision
from ftcore.trainer import library, weights
from ftcore.trainer.catalogue import Model
from ftcore.trainer.database import Database
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.takeaway import card, modelfile
from ftcore.trainer.takeaway.facts import Facts, gather

FORMS = ("adapter", "merged", "ollama")
TOKENIZER = re.compile(
    r"tokenizer.*|special_tokens_map\.json|added_tokens\.json|chat_template\.(jinja|json)|vocab\.(json|txt)|merges\.txt|spiece\.model"
)
HERE = ("name_or_path", "_name_or_path", "is_local", "local_files_only", "cache_dir")
"""What a configuration says of the machine that wrote it."""
BLOCK = 1 << 20
SPARE_BYTES = 200 << 20


def build(home: Path, database: Database, model: Model, form: str, target: Path) -> None:
    """Makes the folder `target`, which must not be there. Raises `TrainerError`: a base, no such form, no room."""
    check(model, form)
    facts = gather(home, database, model)
    _check_room(model, form, target.parent)
    target.mkdir(parents=True)
    try:
        if form == "adapter":
            _adapter(model, facts, target)
        else:
            _whole(model, target)
        if form == "ollama":
            (target / "Modelfile").write_text(modelfile.write(target), encoding="utf-8")
        (target / "README.md").write_text(card.write(facts, form), encoding="utf-8")
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def check(model: Model, form: str) -> None:
    """Raises `TrainerError` when there is no such form of this model."""
    if form not in FORMS:
        raise TrainerError(f"form must be one of {', '.join(FORMS)}.", code="invalid_value", param="form")
    if not model.is_tuned:
        message = (
            f"{model.id!r} is a base model: nothing was learnt here. Tuned models and checkpoints can be taken away."
        )
        raise TrainerError(message, code="unsupported_value", param="model")
    if form == "adapter" and model.adapter is None:
        message = (
            f"{model.id!r} was trained in all its weights, so there is no adapter; the form 'merged' is the model."
        )
        raise TrainerError(message, code="unsupported_value", param="form")


def folder_name(model_id: str) -> str:
    """A name for a folder or a file, made of a model's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", model_id).strip("-.")[:150] or "model"


def _adapter(model: Model, facts: Facts, target: Path) -> None:
    assert model.adapter is not None
    config = json.loads((model.adapter / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = facts.base_name  # where it was trained it was a folder
    _write_json(target / "adapter_config.json", config)
    shutil.copyfile(model.adapter / "adapter_model.safetensors", target / "adapter_model.safetensors")
    _papers(model.folder, target)


def _whole(model: Model, target: Path) -> None:
    if model.adapter is not None:
        _merge(model.folder, model.adapter, target)
    else:
        names = ["config.json", "generation_config.json", library.INDEX, *library.shards(model.folder)]
        for name in names:
            if (model.folder / name).is_file():
                shutil.copyfile(model.folder / name, target / name)
    base = library.find(model.base)
    known = (
        base.folder if model.adapter is None and base is not None and library.template(model.folder) is None else None
    )
    _papers(known or model.folder, target)
    for name in ("config.json", "generation_config.json"):
        if (target / name).is_file():
            _write_json(target / name, _cleaned(library.json_of(target / name)))


def _papers(source: Path, target: Path) -> None:
    """Tokenizer and chat template, as the base has them."""
    for path in sorted(source.iterdir()):
        if path.is_file() and TOKENIZER.fullmatch(path.name):
            shutil.copyfile(path, target / path.name)
    settings = target / "tokenizer_config.json"
    if settings.is_file():
        _write_json(settings, _cleaned(library.json_of(settings)))


def _cleaned(config: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in config.items() if name not in HERE}


def _write_json(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _merge(base: Path, adapter: Path, target: Path) -> None:
    """In a process of its own, which ends with this one."""
    if not (adapter / "adapter_model.safetensors").is_file():
        raise TrainerError("The adapter's weights are not there as safetensors.", status=503, code="model_not_ready")
    command = [sys.executable, "-m", "ftcore.trainer.takeaway.merging", str(base), str(adapter), str(target)]
    quiet = {**supervision.child_environment(), "TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it was ended from outside, perhaps for want of memory"])[-1]
        raise TrainerError(
            f"The adapter could not be merged into its base ({last[:300]}). Nothing was changed; the form 'adapter' needs no"
            " merging.",
            status=500,
            code="merge_failed",
        )


def _check_room(model: Model, form: str, folder: Path) -> None:
    needed = SPARE_BYTES if form == "adapter" else weights.size(model.folder).bytes + SPARE_BYTES
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if free < needed:
        message = (
            f"{needed / 1e9:.1f} GB are needed for this, and {free / 1e9:.1f} GB are free. Make room and try again."
        )
        raise TrainerError(message, status=507, code="disk_full")


def zipped(folder: Path, name: str) -> Iterator[bytes]:
    """The files of `folder` as a zip whose one folder is `name`, in pieces of a megabyte or less. Not compressed: weights
    are noise to a compressor."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo.from_file(path, f"{name}/{path.relative_to(folder).as_posix()}")
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as out:
                while block := source.read(BLOCK):
                    out.write(block)
                    yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What was written since it was last asked. It cannot seek, so the archive tells each file's length behind it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        whole, self._pieces = b"".join(self._pieces), []
        return whole


def export(home: Path, database: Database, model: Model, form: str, target: Path) -> None:
    """`build`, for a folder that a person named: whole or absent. Raises `TrainerError` when something lies there."""
    check(model, form)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(
            f"{target} is not empty, and nothing in it is overwritten. Name a new folder.", code="not_empty"
        )
    room = target.with_name(f".{target.name}.{os.getpid()}.part")
    build(home, database, model, form, room)
    if target.is_dir():
        target.rmdir()
    os.replace(room, target)
