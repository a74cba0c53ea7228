"""What `tuneworthy check` says of a file."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.chat import count_tokens
from ftcore.dataset.inspection import inspect_file, lengths_of
from ftcore.dataset.sources import SourceError, read
from ftcore.records import Accepted, Mapping

LAMP = "The lamp that I ordered last week came without its bulb, can you send one?"
LIKE = "The lamp that I ordered last week arrived without its bulb, can you send one?"
OTHERS = [
    "Where is the shop?",
    "May I have an invoice?",
    "The drill is too loud!",
    "Do you sell\nred bicycles?",
    "Hello there!",
]


def table(path: Path, rows: list[tuple[str, str, str]], column: str = "split") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("question", "answer", column), *rows])
    return path


def lamps(path: Path, column: str = "split") -> Path:
    rows = [(text, ["parcel", "shop"][at % 2], "train") for at, text in enumerate(OTHERS)]
    return table(path, [*rows, (LAMP, "parcel", "train"), (LIKE, "parcel", "test"), (LAMP, "shop", "train")], column)


def test_near_duplicates_contradictions_and_lengths_are_counted(tmp_path):
    found = inspect_file(lamps(tmp_path / "f.csv"))
    told = found.to_json()
    assert told["near_duplicates"] == {"clusters": 1, "rows": 3}
    assert told["contradictions"] == 2
    lengths = told["token_lengths"]
    assert told["tokens"] == lengths["total"] == sum(lengths_in(tmp_path / "f.csv"))
    assert lengths["min"] == min(lengths_in(tmp_path / "f.csv"))
    assert "leakage" not in told


def test_copies_word_for_word_are_no_near_duplicates(tmp_path):
    path = table(
        tmp_path / "f.csv", [(LAMP, "parcel", "train"), (LAMP, "parcel", "train"), (OTHERS[0], "shop", "train")]
    )
    found = inspect_file(path).to_json()
    assert found["problems"]["exact_duplicate"] == 1
    assert found["near_duplicates"] == {"clusters": 0, "rows": 0}


def lengths_in(path: Path) -> list[int]:
    return [count_tokens(row.training) for row in read(path) if isinstance(row, Accepted)]


def test_leaks_are_named_by_their_lines_and_are_an_error(tmp_path):
    """One question before them holds a line break: lines are those of the file, not numbers of rows."""
    path = lamps(tmp_path / "f.csv")
    lines = path.read_text().splitlines()
    assert not inspect_file(path).has_errors
    found = inspect_file(path, splits=True)
    assert found.has_errors
    told = found.to_json()["leakage"]
    assert (told["pairs"], told["rows"]) == (1, 2)
    (leak,) = told["first"]
    assert leak["splits"] == ["test", "train"]
    assert [lines[line - 1].split(",")[0].strip('"')[:30] for line in leak["lines"]] == [LIKE[:30], LAMP[:30]]
    assert (leak["exact"], leak["severity"]) == (False, "error")


def test_a_column_of_another_name_is_named(tmp_path):
    path = lamps(tmp_path / "f.csv", column="side")
    with pytest.raises(SourceError, match="--split-column"):
        inspect_file(path, splits=True)
    assert inspect_file(path, Mapping(split="side"), splits=True).leaks


def test_an_empty_list_of_lengths_is_all_zero():
    assert lengths_of([]).total == lengths_of([]).p95 == 0


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=50))
def test_ninety_five_of_a_hundred_are_not_longer_than_p95(tokens):
    lengths = lengths_of(tokens)
    assert sum(length <= lengths.p95 for length in tokens) >= 0.95 * len(tokens)
    assert sum(length < lengths.p95 for length in tokens) < 0.95 * len(tokens)
    assert 2 * sum(length <= lengths.median for length in tokens) >= len(tokens)
    assert lengths.min <= lengths.median <= lengths.p95 <= lengths.max
    assert lengths.total == sum(tokens)


def test_the_command_line_says_it_for_people_and_for_programs(tmp_path):
    path = lamps(tmp_path / "f.csv", column="side")
    command = [sys.executable, "-m", "ftcore.cli", "check", str(path), "--split-column", "side"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 3
    assert "2 rows are on two sides of the split" in " ".join(told.stdout.split())
    assert "line 9 (test) and line 8 (train)" in told.stdout
    as_json = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=False)
    assert json.loads(as_json.stdout)["leakage"]["first"][0]["lines"] == [9, 8]
    without = subprocess.run([*command[:5], "--splits"], capture_output=True, text=True, timeout=60, check=False)
    assert without.returncode == 3
    assert "--split-column" in without.stderr


@pytest.mark.shared
def test_banking77_with_its_line_breaks_is_told_by_physical_lines(shared_data):
    path = shared_data / "banking77" / "train.csv"
    found = inspect_file(path)
    assert found.read == found.accepted == 10_003
    assert found.clusters
    assert 2 * found.clusters <= found.alike
    assert found.problems["near_duplicate"] < found.alike
    assert found.lengths.median <= found.lengths.p95 <= found.lengths.max
