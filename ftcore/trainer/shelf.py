"""Putting models on this machine's shelf and taking them off: what `tuneworthy models` does to the models folder."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftcore.trainer import library, starter, weights
from ftcore.trainer.errors import TrainerError

SOURCE = "tuneworthy.json"
"""In the folder of a pulled model: where it came from."""
RESERVED = frozenset(("wordllama-256",))


@dataclass(frozen=True, slots=True)
class Described:
    """A base model for a list. `tools`: its chat template knows tools. What is not known of an unusable one is None."""

    name: str
    folder: Path
    by_reference: bool
    fault: str | None
    parameters: int | None = None
    bytes: int | None = None
    licence: str | None = None
    tools: bool | None = None


def described() -> list[Described]:
    """All bases, unusable ones with the reason. Raises `TrainerError` when the list of references is damaged."""
    return [describe(base) for base in library.every()]


def describe(base: library.Base) -> Described:
    fault = base.fault
    if fault is None:
        try:
            size = weights.size(base.folder)
        except TrainerError as error:
            fault = error.message
        else:
            known = (size.parameters, size.bytes, licence(base.folder), knows_tools(base.folder))
            return Described(base.name, base.folder, base.by_reference, None, *known)
    return Described(base.name, base.folder, base.by_reference, fault)


def knows_tools(folder: Path) -> bool:
    """Whether the chat template asks for `tools`. It is only parsed; nothing in it is run."""
    from jinja2 import Environment, TemplateError, meta

    text = library.template(folder)
    try:
        return text is not None and "tools" in meta.find_undeclared_variables(Environment(autoescape=False).parse(text))  # noqa: S701 - parsed only
    except TemplateError:
        return "tools" in (text or "")  # tags that only the model's own environment knows ({% generation %})


def licence(folder: Path) -> str | None:
    """The licence's short name as the model's own papers say, None when they do not."""
    if folder == starter.folder():
        return "apache-2.0"
    noted = library.json_of(folder / SOURCE).get("licence")
    return str(noted) if noted else _front_matter(folder / "README.md").get("license")


def _front_matter(card: Path) -> dict[str, str]:
    """The plain `name: value` lines between the two `---` at the head of a model card."""
    if not card.is_file():
        return {}
    with card.open(encoding="utf-8", errors="replace") as file:
        lines = [line.rstrip() for line, _ in zip(file, range(200), strict=False)]
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        return {}
    pairs = (line.partition(":") for line in lines[1 : lines.index("---", 1)] if not line.startswith((" ", "-", "#")))
    return {name.strip(): value.strip().strip("\"'") for name, colon, value in pairs if colon and value.strip()}


def hub_name(name: str, folder: Path) -> str:
    """How others know this base: the name it was pulled by, the starter's published name, else its name here."""
    if folder == starter.folder():
        return starter.PUBLISHED
    return str(library.json_of(folder / SOURCE).get("name") or name)


def examine(folder: Path, *, with_weights: bool = True) -> None:
    """Raises `TrainerError` with the reason when the model cannot be used: files, weights, chat template, architecture."""
    fault = library.fault(folder, with_weights=with_weights)
    if fault is None:
        fault = _unknown_architecture(folder)
    if fault is not None:
        raise TrainerError(fault, code="model_not_usable")
    if with_weights:
        weights.size(folder)


def _unknown_architecture(folder: Path) -> str | None:
    """Nothing of the folder is run: `trust_remote_code` stays False."""
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig

    kind = library.json_of(folder / "config.json").get("model_type")
    try:
        config: Any = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (ValueError, KeyError, OSError, TypeError, AttributeError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return f"Its architecture ({kind or 'not named in config.json'}) is not known to the installed transformers: {first[:200]}"
    if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        return f"It is no model that writes text ({config.model_type}); one for causal language modelling is wanted."
    return None


def add(folder: Path, name: str | None = None) -> library.Base:
    """A folder elsewhere becomes a base by reference; nothing is copied. Raises `TrainerError` with what is missing."""
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise TrainerError(f"{place} is no folder.", code="model_not_usable")
    chosen = name or place.name
    check_name(chosen)
    if place.parent == starter.models_folder().resolve():
        raise TrainerError(f"{place} is in the models folder already: its name is {chosen!r}.", code="name_taken")
    there = library.find(chosen)
    if there is not None and there.folder != place:
        raise TrainerError(
            f"There is a model {chosen!r} already, in {there.folder}. --name gives another name.", code="name_taken"
        )
    examine(place)
    library.write_references({**library.references(), chosen: place})
    return library.Base(chosen, place, by_reference=True)


def check_name(name: str) -> None:
    if not library.fits(name) or name in RESERVED:
        raise TrainerError(
            f"{name!r} cannot be a model's name: letters, digits, dots, hyphens and underscores are allowed (and one slash, as"
            " in org/name). --name gives another one.",
            code="invalid_name",
        )


def remove(name: str) -> str:
    """Takes a base away; returns what was done, in a sentence. Files are deleted only where `pull` had put them."""
    base = library.find(name)
    if base is None:
        raise TrainerError(f"There is no base model {name!r} here.", status=404, code="model_not_found")
    if base.by_reference:
        library.write_references({key: path for key, path in library.references().items() if key != name})
        return f"{name} is no longer listed. Its folder is untouched: {base.folder}"
    if not is_ours(base):
        raise TrainerError(
            f"{base.folder} was put there by hand, so it is not deleted here. Delete or move the folder yourself.",
            code="not_pulled",
        )
    gone = base.folder.with_name(f".gone-{uuid.uuid4().hex[:8]}")
    os.replace(base.folder, gone)  # gone for everybody at once, and then from the disk
    shutil.rmtree(gone)
    return f"{name} was deleted from {base.folder}"


def is_ours(base: library.Base) -> bool:
    """Whether `pull` (or `make`) put the folder there."""
    return base.name == starter.NAME or (base.folder / SOURCE).is_file()


def write_source(folder: Path, name: str, revision: str, licence: str | None) -> None:
    noted = {"name": name, "revision": revision, "licence": licence}
    (folder / SOURCE).write_text(json.dumps(noted, indent=2) + "\n", encoding="utf-8")
