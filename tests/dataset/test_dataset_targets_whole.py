"""G6 for exports of several files: all of them, or what was there before, however the process or the disk ends."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftcore.dataset.targets import TARGETS, ExportError, ExportRow, bundle, export_rows, writing
from ftcore.records import Split, TrainingExample
from tests.conftest import ROOT, times


def rows_of(version: int, number: int = 30) -> Iterator[ExportRow]:
    for n in range(number):
        talk = [{"role": "user", "content": f"question {n}"}, {"role": "assistant", "content": f"answer {version}"}]
        yield ExportRow(n, TrainingExample(talk), list(Split)[n % 3], rejected="worse")


def versions_in(folder: Path) -> tuple[set[str], int]:
    """(the versions that the folder's lines are of, how many lines there are)."""
    lines = [json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()]
    return {line["conversations"][-1]["value"] for line in lines}, len(lines)


WRITER = """
import sys
from pathlib import Path
from ftcore.dataset.targets import TARGETS, export_rows
from tests.dataset.test_dataset_targets_whole import rows_of
for version in range(int(sys.argv[2]), 10**9):
    export_rows(TARGETS["llama-factory"], rows_of(version), Path(sys.argv[1]), name="mine")
    print(version, flush=True)
"""

DIES = """
import os, signal, sys
from pathlib import Path
from ftcore.dataset.targets import TARGETS, export_rows, writing
from tests.dataset.test_dataset_targets_whole import rows_of
place, step = Path(sys.argv[1]), sys.argv[2]
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
def rows():
    for n, row in enumerate(rows_of(2)):
        die() if n == 20 and step == "in the middle of the rows" else None
        yield row
if step == "before the folders change places":
    writing.exchange = die
if step == "after they have":
    writing.shutil.rmtree = die
if step in ("between two steps", "before the last step of several"):
    writing.exchange = lambda one, other: False
    rename, done = Path.rename, []
    def once(self, target):
        die() if done and step == "between two steps" else None
        done.append(rename(self, target))
    Path.rename = once
if step == "before the last step of several":
    writing.shutil.rmtree = die
export_rows(TARGETS["llama-factory"], rows(), place, name="mine")
"""


@pytest.mark.faults
def test_a_killed_process_leaves_one_whole_version(tmp_path: Path) -> None:
    last = 0
    for _ in range(times(3, 200)):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(last + 1)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert writer.stdout is not None
        told = [writer.stdout.readline()]
        time.sleep(random.uniform(0, 0.2))
        writer.kill()
        told += writer.stdout.readlines()
        writer.wait()
        last = int(told[-1])
        writing.recover(tmp_path / "mine")
        versions, number = versions_in(tmp_path / "mine")
        assert number == 30
        assert versions in ({f"answer {last}"}, {f"answer {last + 1}"})
        assert (tmp_path / "mine" / "dataset_info.json").is_file()
        assert [path.name for path in tmp_path.iterdir()] == ["mine"], "a killed export leaves nothing behind"


@pytest.mark.faults
@pytest.mark.parametrize(
    ("step", "version"),
    [
        ("in the middle of the rows", 1),
        ("before the folders change places", 1),
        ("after they have", 2),
        ("between two steps", 1),
        ("before the last step of several", 2),
    ],
)
def test_whichever_step_a_process_dies_in_there_is_one_whole_version(step: str, version: int, tmp_path: Path) -> None:
    export_rows(TARGETS["llama-factory"], rows_of(1), tmp_path, name="mine")
    died = subprocess.run([sys.executable, "-c", DIES, str(tmp_path), step], check=False, cwd=ROOT, capture_output=True)
    assert died.returncode == -9, died.stderr.decode()
    if step != "between two steps":
        assert versions_in(tmp_path / "mine") == ({f"answer {version}"}, 30)
    writing.recover(tmp_path / "mine")
    assert versions_in(tmp_path / "mine") == ({f"answer {version}"}, 30)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


FULL = """
import resource, signal, sys
from pathlib import Path
from ftcore.dataset.targets import TARGETS, ExportError, export_rows
from tests.dataset.test_dataset_targets_whole import rows_of
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
for target in TARGETS.values():
    try:
        export_rows(target, rows_of(2, 3000), Path(sys.argv[1]), name=target.name)
    except ExportError as error:
        print(target.name, error, sep=": ")
"""


@pytest.mark.faults
def test_a_disk_that_takes_no_more_leaves_every_old_file_as_it_was(tmp_path: Path) -> None:
    for target in TARGETS.values():
        export_rows(target, rows_of(1), tmp_path, name=target.name)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    command = [sys.executable, "-c", FULL, str(tmp_path)]
    refused = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    assert [line.split(":")[0] for line in refused] == list(TARGETS)
    assert all("could not be written" in line for line in refused)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


@pytest.mark.parametrize("call", ["fsync", "mkdir"])
def test_a_full_disk_at_the_end_leaves_the_old_files(tmp_path, monkeypatch, call):
    export_rows(TARGETS["mlx"], rows_of(1), tmp_path, name="mine")
    before = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(ExportError, match=r"mine could not be written \(no space left on device\)"):
        export_rows(TARGETS["mlx"], rows_of(2), tmp_path, name="mine")
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_rows_that_break_off_leave_the_old_files(tmp_path):
    export_rows(TARGETS["csv"], rows_of(1), tmp_path, name="mine")
    before = (tmp_path / "mine" / "mine.csv").read_bytes()

    def breaking() -> Iterator[ExportRow]:
        yield from rows_of(2)
        raise RuntimeError("the store is gone")

    for target in ("csv", "xlsx", "openai"):
        with pytest.raises(RuntimeError, match="the store is gone"):
            export_rows(TARGETS[target], breaking(), tmp_path, name="mine")
    assert (tmp_path / "mine" / "mine.csv").read_bytes() == before
    assert os.listdir(tmp_path) == ["mine"]


def test_a_line_that_cannot_be_read_back_stops_the_export(tmp_path, monkeypatch):
    target = TARGETS["alpaca"]
    export_rows(target, rows_of(1), tmp_path, name="mine")
    before = (tmp_path / "mine" / "train.jsonl").read_bytes()
    dumps = json.dumps

    def broken(value, **how):
        return (
            dumps(value, **how).replace('"output"', '"outputs"') if "question 6" in str(value) else dumps(value, **how)
        )

    monkeypatch.setattr(json, "dumps", broken)
    with pytest.raises(
        ExportError, match=r'Line 3 of train\.jsonl cannot be read back: .*"output".*Nothing was exported'
    ):
        export_rows(target, rows_of(2), tmp_path, name="mine")
    assert (tmp_path / "mine" / "train.jsonl").read_bytes() == before


def test_an_export_takes_the_place_of_another_target_s(tmp_path):
    export_rows(TARGETS["mlx"], rows_of(1), tmp_path, name="mine")
    export_rows(TARGETS["csv"], rows_of(1), tmp_path, name="mine")
    assert os.listdir(tmp_path / "mine") == ["mine.csv"]


def test_nobody_s_other_files_are_taken_away(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("ten years")
    with pytest.raises(ExportError, match=r'holds other files \("thesis.docx"\).*nothing was touched'):
        export_rows(TARGETS["mlx"], rows_of(1), tmp_path, name="mine")
    assert (tmp_path / "mine" / "thesis.docx").read_text() == "ten years"
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportError, match="is a file"):
        export_rows(TARGETS["mlx"], rows_of(1), tmp_path, name="file")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "Ünsafe", "a" * 62, ".hidden", "a b"])
def test_names_are_safe_words(name, tmp_path):
    with pytest.raises(ExportError, match="no name for an export"):
        export_rows(TARGETS["mlx"], rows_of(1), tmp_path, name=name)
    assert os.listdir(tmp_path) == []


def test_without_an_exchange_in_one_step_two_steps_do_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "exchange", lambda one, other: False)
    for version in (1, 2):
        export_rows(TARGETS["llama-factory"], rows_of(version), tmp_path, name="mine")
        assert versions_in(tmp_path / "mine") == ({f"answer {version}"}, 30)
        assert os.listdir(tmp_path) == ["mine"]


def test_several_files_are_bundled_and_the_same_export_gives_the_same_bytes(tmp_path):
    bundles = []
    for folder in ("a", "b"):
        export = export_rows(TARGETS["mlx"], rows_of(1), tmp_path / folder, name="project-3")
        os.utime(export.files[0].path, (10**9, 10**9 + 10**6 * len(bundles)))
        bundles.append(bundle(export))
    assert bundles[0].name == "project-3-mlx.zip"
    assert bundles[0].read_bytes() == bundles[1].read_bytes()
    with zipfile.ZipFile(bundles[0]) as archive:
        assert archive.namelist() == ["test.jsonl", "train.jsonl", "valid.jsonl"]
        assert archive.read("valid.jsonl") == (tmp_path / "a" / "project-3" / "valid.jsonl").read_bytes()
        assert archive.testzip() is None


def test_one_file_needs_no_bundle(tmp_path):
    export = export_rows(TARGETS["csv"], rows_of(1), tmp_path, name="project-3")
    assert bundle(export) == tmp_path / "project-3" / "project-3.csv"


def test_rows_are_never_held_at_once(tmp_path):
    """A row that has been written is let go: only then may a million of them be exported."""
    import gc
    import weakref

    class Traced(list):
        """A list that can be watched."""

        def __hash__(self) -> int:
            return id(self)

    alive: weakref.WeakSet[Traced] = weakref.WeakSet()
    most = 0

    def watched() -> Iterator[ExportRow]:
        nonlocal most
        for n in range(300):
            messages = Traced([{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": "a"}])
            alive.add(messages)
            most = max(most, len(alive))
            yield ExportRow(n, TrainingExample(messages), list(Split)[n % 3], rejected="b")

    for target in TARGETS.values():
        export_rows(target, watched(), tmp_path, name=target.name)
        gc.collect()
    assert most < 10
