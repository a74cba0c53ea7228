"""The command line: one clear line for an error, and an exit code that scripts can rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ftcore import cli, supervisor
from tests.conftest import ROOT, write_csv

SHELVES = [
    "lamp",
    "chair",
    "kettle",
    "clock",
    "mirror",
    "rug",
    "vase",
    "stool",
    "basket",
    "candle",
    "tray",
    "bench",
    "hammer",
    "violin",
    "teapot",
    "ladder",
    "pillow",
    "compass",
    "blanket",
    "anchor",
    "whistle",
    "lantern",
    "saddle",
    "easel",
]
ANSWERS = [f"A kind answer, number {i}." for i in range(40)]


def tuneworthy(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ftcore.cli", *map(str, arguments), "--workspace", str(home)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ftcore.cli", "check", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_check_says_what_it_read_as_json(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "f.csv", [(f"question {a}", a) for a in ANSWERS] + [("a question without an answer", "")]
    )
    done = check(path, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 3
    assert (found["read"], found["accepted"], [row["line"] for row in found["rejected"]]) == (41, 40, [42])
    assert found["tokens"] > 100


def test_check_of_a_clean_file_is_0(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "f.csv", [(f"What about matter {chr(97 + i)}{i * 7}?", a) for i, a in enumerate(ANSWERS)]
    )
    assert check(path).returncode == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "isn't a spreadsheet")],
    ids=["an empty file", "a picture named .csv"],
)
def test_a_file_that_cannot_be_read_is_one_clear_line_on_stderr(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    done = check(path)
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    assert check(tmp_path / "none.csv").returncode == 2


@pytest.mark.model
def test_three_rows_are_not_fit_for_training(tmp_path: Path, starter_model: Path) -> None:
    path = write_csv(tmp_path / "f.csv", [(f"question {c}", f"a full answer to {c}") for c in "xyz"])
    done = tuneworthy("run", path, home=tmp_path / "w")
    assert done.returncode == 3
    assert "no server trains on fewer than 10" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_column_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", [("a", "b")])
    done = check(path, "--input", "question", "--output", "colour")
    assert done.returncode == 3
    assert "colour" in done.stderr
    assert "answer" in done.stderr


@pytest.mark.model
@pytest.mark.timeout(900)
def test_run_walks_the_whole_way_and_writes_what_it_found(tmp_path: Path, starter_model: Path) -> None:
    rows = [(f"Where do I find the {thing}?", "ABC"[i % 3]) for i, thing in enumerate(SHELVES)]
    path = write_csv(tmp_path / "shelves.csv", rows)
    out = tmp_path / "result.json"
    done = tuneworthy("run", path, "--epochs", "1", "--test-rows", "4", "--json", out, home=tmp_path / "w")
    assert done.returncode == 0, done.stderr
    result = json.loads(out.read_text())
    dataset, job, evaluation = result["dataset"], result["job"], result["evaluation"]
    assert dataset["accepted"] + dataset["rejected"] == dataset["read"] == 24
    assert job["status"] == "succeeded"
    assert job["model"].startswith("ft:smollm2-135m-instruct:")
    assert job["trained_tokens"] > 0
    assert evaluation["n"] == dataset["test"]
    assert evaluation["low"] <= evaluation["improvement"] <= evaluation["high"]
    assert all(Path(file).stat().st_size > 100 for file in result["files"].values())
    assert "practice model" in done.stdout


def test_options_hold_before_the_command_as_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Path, int | None]] = []
    monkeypatch.setattr(supervisor, "up", lambda place, *, port, **_: told.append((place.root, port)))
    monkeypatch.setenv("TUNEWORTHY_HOME", "")
    where = ["--workspace", str(tmp_path), "--port", "8765", "--no-browser"]
    for words in ([*where, "up"], ["up", *where], where):
        assert CliRunner().invoke(cli.app, words).exit_code == 0
    assert told == [(tmp_path, 8765)] * 3
