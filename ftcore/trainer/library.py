"""The base models of this machine: folders of safetensors in the models folder, and folders elsewhere by reference.

A base is named by its folder; `org--name` is the model `org/name` of a hub. References stand in `models.json` there.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ftcore.trainer import starter
from ftcore.trainer.errors import TrainerError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
LONGEST_NAME = 120
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model", "tekken.json")
LARGEST_JSON = 64 << 20


@dataclass(frozen=True, slots=True)
class Base:
    """`fault` says in a sentence why a folder cannot be used; None when it can."""

    name: str
    folder: Path
    by_reference: bool = False
    fault: str | None = None


def every() -> list[Base]:
    """All folders and references, the unusable ones with their fault: the starter first, then by name.

    Raises `TrainerError` when `models.json` is damaged.
    """
    home = starter.models_folder()
    folders = [path for path in home.iterdir() if path.is_dir()] if home.is_dir() else []
    own = [Base(_name(path), path, False, fault(path)) for path in folders if not path.name.startswith(".")]
    taken = {base.name for base in own}
    referred = [Base(name, folder, True, fault(folder)) for name, folder in references().items() if name not in taken]
    return sorted([*own, *referred], key=lambda base: (base.name != starter.NAME, base.name))


def usable() -> list[Base]:
    return [base for base in every() if base.fault is None]


def find(name: str) -> Base | None:
    """The folder or reference of this name, usable or not."""
    return next((base for base in every() if base.name == name), None)


def folder_of(name: str) -> Path:
    """Where a pulled model of this name lives. The name must fit `NAME`."""
    if not fits(name):
        raise ValueError(name)
    return starter.models_folder() / name.replace("/", "--")


def fits(name: str) -> bool:
    """Whether this can be a model's name (and, with `--` for the slash, a folder's)."""
    return len(name) <= LONGEST_NAME and NAME.fullmatch(name) is not None and "--" not in name


def _name(folder: Path) -> str:
    return folder.name.replace("--", "/", 1)


def references() -> dict[str, Path]:
    """Name -> folder, as `models.json` says. Raises `TrainerError` when it cannot be read."""
    path = starter.models_folder() / "models.json"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        found = json.loads(text)
        if not isinstance(found, dict) or not all(isinstance(folder, str) for folder in found.values()):
            raise ValueError("an object of names and folders was wanted")
    except ValueError as error:
        raise TrainerError(
            f"{path} is damaged ({error}), so the models added from other folders are not known. Correct it, or delete"
            " it and add them again; the models themselves are untouched.",
            status=500,
            code="models_file_damaged",
        ) from error
    return {name: Path(folder) for name, folder in found.items()}


def write_references(named: dict[str, Path]) -> None:
    """Whole or not at all."""
    path = starter.models_folder() / "models.json"
    if not named:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(json.dumps({name: str(folder) for name, folder in sorted(named.items())}, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def fault(folder: Path, *, with_weights: bool = True) -> str | None:
    """Why this folder is no base model, in a sentence; None when it is one. Loads no weights and runs nothing of it."""
    if not (folder / "config.json").is_file():
        return "There is no config.json in it, so it is no model folder." if folder.is_dir() else "The folder is gone."
    if with_weights and (missing := _missing_weights(folder)) is not None:
        return missing
    if not any((folder / name).is_file() for name in TOKENIZERS):
        return "It has no tokenizer (tokenizer.json or tokenizer.model)."
    if template(folder) is None:
        return (
            "It has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json), so it does not"
            " know how a conversation is written. The instruct version of the model usually has one."
        )
    if json_of(folder / "config.json").get("auto_map"):
        return "It brings program code of its own (auto_map), which is never run here."
    return None


def _missing_weights(folder: Path) -> str | None:
    if (folder / WEIGHTS).is_file():
        return None
    if (folder / INDEX).is_file():
        absent = [name for name in shards(folder) if not (folder / name).is_file()]
        return f"Its weights are not complete: {absent[0]} is not there." if absent else None
    pickled = sorted(path.name for suffix in ("*.bin", "*.pt", "*.pth", "*.ckpt") for path in folder.glob(suffix))
    if pickled:
        return (
            f"Its weights are in {pickled[0]}, a format (pickle) that can run any program when it is opened, so it is"
            " not opened here. Only safetensors are: look for a version of the model that has them."
        )
    return f"It has no weights: {WEIGHTS} was looked for."


def shards(folder: Path) -> list[str]:
    """The files of a model's weights, by their names in the folder; an index cannot name files elsewhere."""
    if (folder / WEIGHTS).is_file():
        return [WEIGHTS]
    named = json_of(folder / INDEX).get("weight_map")
    files = set(named.values()) if isinstance(named, dict) else set()
    return sorted(Path(str(name)).name for name in files) or [WEIGHTS]


def template(folder: Path) -> str | None:
    """The chat template (Jinja), None without one."""
    single = folder / "chat_template.jinja"
    if single.is_file():
        return single.read_text(encoding="utf-8")
    for name in ("chat_template.json", "tokenizer_config.json"):
        found = json_of(folder / name).get("chat_template")
        if isinstance(found, list):  # several by name, as older folders have them
            named = {one.get("name"): one.get("template") for one in found if isinstance(one, dict)}
            found = named.get("default")
        if isinstance(found, str) and found:
            return found
    return None


def json_of(path: Path) -> dict[str, Any]:
    """The object in a JSON file of a model's folder; empty when there is none or it is damaged (`fault` says so then)."""
    try:
        status = path.stat()
    except OSError:
        return {}
    return _json(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def _json(path: Path, changed: int, size: int) -> dict[str, Any]:
    if size > LARGEST_JSON:
        return {}
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
