"""The page about the server: its lines run as they stand, and its table names tests that are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures_trainer import TrainerProcess, jsonl, training_lines

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "fine-tuning-server.md").read_text("utf-8")
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


@pytest.mark.model
def test_the_lines_of_the_page_fine_tune_a_model_and_use_it(trainer_server: TrainerProcess, tmp_path: Path) -> None:
    (lines,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    asked_alone = [{"messages": line["messages"][1:]} for line in training_lines()]  # no system prompt, as on the page
    (tmp_path / "train.jsonl").write_bytes(jsonl(asked_alone))
    there = {"OPENAI_BASE_URL": trainer_server.base_url, "OPENAI_API_KEY": trainer_server.token}
    done = subprocess.run(
        [sys.executable, "-c", lines],
        cwd=tmp_path,
        env={**os.environ, **there},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"aisle"' in done.stdout, "it answers as it was taught"


def test_every_line_of_the_table_names_tests_that_are_there() -> None:
    table = PAGE.partition("## What it speaks")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith(("| what", "| ---"))]
    assert len(rows) > 30
    for row in rows:
        found = NAMED.findall(row)
        assert found, f"no test is named: {row}"
        for file, name in found:
            places = list((ROOT / "tests").rglob(file))
            assert places, f"{file} is not there"
            assert re.search(rf"def {name}\(", places[0].read_text("utf-8")), f"{name} is not in {file}"
