"""Fetching a base model by its name on a hub: `HF_ENDPOINT` says which, `HF_TOKEN` who asks.

The small files come first and are judged before the weights are asked for. The model's folder appears by one rename,
when everything has arrived and its checksums are right.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.trainer import library, shelf, starter
from ftcore.trainer.errors import TrainerError

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

SMALL = ("*.json", "*.jinja", "tokenizer*", "merges.txt", "vocab.txt", "spiece.model", "*.tiktoken")
HEAVY = ("model*.safetensors",)
PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt")
SECONDS = 30.0
BLOCK = 1 << 20
SPARE_BYTES = 1 << 30

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a hub has of a model: `files` name -> (bytes, sha256 or None), weights and small files only."""

    name: str
    revision: str
    licence: str | None
    files: dict[str, tuple[int, str | None]]

    @property
    def bytes(self) -> int:
        return sum(length for length, _ in self.files.values())

    def heavy(self) -> list[str]:
        return [name for name in self.files if _fits(name, HEAVY)]


def look(name: str, revision: str | None = None) -> Offer:
    """What `pull` would fetch. Raises `TrainerError`: no such model, no network, nothing that is opened here."""
    shelf.check_name(name)
    if "/" not in name:
        message = (
            f"{name!r} is no name on a hub: those have two parts, as in org/name. The starter is {starter.NAME!r}."
        )
        raise TrainerError(message, code="invalid_name")
    from huggingface_hub import HfApi

    with _explained(name, revision):
        info = HfApi(endpoint=_endpoint()).model_info(name, revision=revision, files_metadata=True, timeout=SECONDS)
    offer = _offer(name, info)
    if not offer.heavy():
        raise TrainerError(
            _no_weights(name, [sibling.rfilename for sibling in info.siblings or []]), code="model_not_usable"
        )
    if "config.json" not in offer.files:
        raise TrainerError(f"{name} has no config.json, so it is no model that can be loaded.", code="model_not_usable")
    return offer


def pull(offer: Offer, progress: Progress | None = None) -> Path:
    """Fetches, checks and keeps the model; returns its folder. `progress`: (bytes done, bytes in all).

    A file that has arrived whole is not fetched again by a later call. Raises `TrainerError`; then nothing is listed.
    """
    from filelock import FileLock

    target = library.folder_of(offer.name)
    room = target.with_name(f".{target.name}.part")
    told = progress or (lambda done, total: None)
    starter.models_folder().mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_name(f".{target.name}.lock")):
        if (there := library.find(offer.name)) is not None and there.fault is None:
            return there.folder
        _check_room(offer)
        small = [name for name in offer.files if name not in offer.heavy()]
        with _explained(offer.name, None):
            _fetch(offer, room, small, told)
            shelf.examine(room, with_weights=False)
            _fetch(offer, room, offer.heavy(), told)
        _check_sums(offer, room)
        shelf.examine(room)
        shutil.rmtree(room / ".cache", ignore_errors=True)
        shelf.write_source(room, offer.name, offer.revision, offer.licence)
        if target.is_dir():  # an unusable one of this name, which would be in the way
            shutil.rmtree(target)
        os.replace(room, target)
    return target


def _endpoint() -> str | None:
    """Read at each call, not when the library was first imported."""
    return os.environ.get("HF_ENDPOINT") or None


def _offer(name: str, info: ModelInfo) -> Offer:
    files = {
        sibling.rfilename: (sibling.size or 0, sibling.lfs.sha256 if sibling.lfs else None)
        for sibling in info.siblings or []
        if "/" not in sibling.rfilename and _fits(sibling.rfilename, (*SMALL, *HEAVY))
    }
    card = info.card_data
    return Offer(name, str(info.sha), card.get("license") if card is not None else None, files)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _no_weights(name: str, files: list[str]) -> str:
    if any(_fits(file, ("adapter_*.safetensors",)) for file in files):
        return f"{name} is an adapter, not a whole model. Pull the base that it was made for."
    pickled = sorted(file for file in files if _fits(file, PICKLED))
    if pickled:
        return (
            f"{name} has its weights only in {pickled[0]}, a format (pickle) that can run any program when it is opened, so"
            " nothing was fetched. Look for a version of the model with safetensors."
        )
    return f"{name} has no weights in safetensors, so nothing was fetched."


def _check_room(offer: Offer) -> None:
    free = shutil.disk_usage(starter.models_folder()).free
    if free < offer.bytes + SPARE_BYTES:
        raise TrainerError(
            f"{offer.name} needs {offer.bytes / 1e9:.1f} GB and 1 GB to spare; {free / 1e9:.1f} GB are free in"
            f" {starter.models_folder()}. Make room, or name another folder with TUNEWORTHY_MODELS.",
            status=507,
        )


def _fetch(offer: Offer, room: Path, names: list[str], progress: Progress) -> None:
    from huggingface_hub import snapshot_download

    before = sum((room / name).stat().st_size for name in offer.files if (room / name).is_file())
    snapshot_download(
        offer.name,
        revision=offer.revision,
        local_dir=room,
        allow_patterns=[name.replace("[", "[[]") for name in names],
        endpoint=_endpoint(),
        tqdm_class=_teller(before, offer.bytes, progress),
        etag_timeout=SECONDS,
        max_workers=4,
    )


def _teller(before: int, total: int, progress: Progress) -> type[Any]:
    """A progress bar that draws nothing and tells the bytes on."""
    from huggingface_hub.utils import tqdm

    class Teller(tqdm):  # type: ignore[type-arg]
        def __init__(self, *given: Any, **named: Any):
            self._whole, self._done = named.get("name") == "huggingface_hub.snapshot_download", before
            super().__init__(*given, **{**named, "disable": True})

        def update(self, n: float | None = 1) -> None:
            if self._whole:
                self._done += int(n or 0)
                progress(min(self._done, total), total)

    return Teller


def _check_sums(offer: Offer, room: Path) -> None:
    damaged = [name for name, wanted in offer.files.items() if not _is_right(room / name, *wanted)]
    for name in damaged:
        (room / name).unlink()
    if damaged:
        raise TrainerError(
            f"{', '.join(damaged)} of {offer.name} arrived damaged (the checksum is not the hub's) and was thrown away. Run"
            " the same command again: only that is fetched.",
            status=502,
        )


def _is_right(path: Path, length: int, wanted: str | None) -> bool:
    if length and path.stat().st_size != length:
        return False
    if wanted is None:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == wanted


@contextmanager
def _explained(name: str, revision: str | None) -> Iterator[None]:
    """The library's many exceptions, in one sentence each."""
    import httpx2
    from huggingface_hub import errors

    kept = "Files that had arrived whole are kept: the same command goes on from there."
    try:
        yield
    except errors.GatedRepoError as error:
        message = f"{name} is given only to people who have agreed to its terms. Agree on its page, and set HF_TOKEN to your token."
        raise TrainerError(message, status=403) from error
    except errors.RevisionNotFoundError as error:
        raise TrainerError(f"{name} has no revision {revision!r}.", status=404) from error
    except errors.RepositoryNotFoundError as error:
        message = f"There is no model {name} at {_where()}, or it is private: then HF_TOKEN must hold a token that may read it."
        raise TrainerError(message, status=404) from error
    except errors.OfflineModeIsEnabled as error:
        raise TrainerError(
            "HF_HUB_OFFLINE is set, so nothing is fetched. Unset it and try again.", status=503
        ) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        raise TrainerError(f"{_where()} answered {status} when asked for {name}. {kept}", status=502) from error
    except (httpx2.HTTPError, errors.LocalEntryNotFoundError, errors.XetDownloadError, ConnectionError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise TrainerError(
            f"{name} could not be fetched from {_where()} ({reason}). Connect to the network and try again, or put a"
            f" folder with the model on this machine and use `tuneworthy models add`. {kept}",
            status=503,
        ) from error
    except OSError as error:
        raise TrainerError(f"{name} could not be kept: {error.strerror or error}. {kept}", status=507) from error


def _where() -> str:
    return _endpoint() or "the hub"
