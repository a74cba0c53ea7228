"""Bad files through the browser: each gets its clear words, what is good is kept, and nothing breaks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ftcore.records import Project
from ftcore.store import examples, imports, projects
from tests.e2e.browsing import RunningApp, settled

pytestmark = pytest.mark.e2e
GOOD = [f"What about matter {chr(97 + i % 26)}{i}?,The answer to it is number {i}." for i in range(20)]


def test_an_empty_file_is_said_to_be_empty(page: Any, app: RunningApp, tmp_path: Path) -> None:
    project = offer(page, app, tmp_path, "empty.csv", b"")
    page.get_by_text(re.compile("empty", re.IGNORECASE)).first.wait_for()
    assert kept(app, project) == 0


def test_a_picture_named_csv_is_no_spreadsheet(page: Any, app: RunningApp, tmp_path: Path) -> None:
    project = offer(page, app, tmp_path, "picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    page.get_by_text("That file isn't a spreadsheet, despite its name.").wait_for()
    assert kept(app, project) == 0


def test_a_utf_16_file_is_read_and_said_to_be_one(page: Any, app: RunningApp, tmp_path: Path) -> None:
    text = "\r\n".join(["question;answer", *(line.replace(",", ";") for line in GOOD)])
    project = offer(page, app, tmp_path, "excel.csv", text.encode("utf-16"))
    page.get_by_text("UTF-16").first.wait_for()
    take(page)
    page.get_by_text("20 read: 20 kept, 0 set aside.").wait_for(timeout=60_000)
    assert kept(app, project) == 20


def test_a_cell_of_five_megabytes_is_set_aside_and_the_rest_is_kept(page: Any, app: RunningApp, tmp_path: Path) -> None:
    lines = ["question,answer", *GOOD[:10], f"too much,{'x' * 5_000_000}", *GOOD[10:]]
    project = offer(page, app, tmp_path, "big.csv", "\n".join(lines).encode())
    take(page)
    page.get_by_text("21 read: 20 kept, 1 set aside.").wait_for(timeout=60_000)
    with app.db.read() as c:
        (taken,) = imports.of_project(c, project.id)
        (row,) = imports.rejected(c, taken.id)
    assert row.line == 12
    assert "characters" in row.reason


def test_ten_broken_lines_of_a_thousand_are_listed_with_their_lines(page: Any, app: RunningApp, tmp_path: Path) -> None:
    def line(i: int) -> str:
        asked, said = (
            {"role": "user", "content": f"Question {i * 7}"},
            {"role": "assistant", "content": f"Answer {i} to it."},
        )
        return json.dumps({"messages": [asked, said]})

    lines = [line(i) for i in range(1000)]
    broken = list(range(50, 1000, 100))
    for i in broken:
        lines[i] = lines[i][: 20 + i % 30]
    project = offer(page, app, tmp_path, "chat.jsonl", "\n".join(lines).encode())
    take(page)
    page.get_by_text("1,000 read: 990 kept, 10 set aside.").wait_for(timeout=60_000)
    with app.db.read() as c:
        (taken,) = imports.of_project(c, project.id)
        assert [row.line for row in imports.rejected(c, taken.id)] == [i + 1 for i in broken]


def test_three_rows_can_be_imported_and_the_train_page_says_that_they_are_too_few(
    page: Any, app: RunningApp, tmp_path: Path
) -> None:
    text = "question,answer\nHow are you today?,I am very well.\nWhere is the key?,Under the mat.\nWho is there?,Only the cat."
    project = offer(page, app, tmp_path, "three.csv", text.encode())
    take(page)
    page.get_by_text("3 read: 3 kept, 0 set aside.").wait_for(timeout=60_000)
    settled(page)
    page.get_by_role("button", name=re.compile("Approve")).first.click()
    settled(page)
    page.goto(f"{app.url}/train?project={project.id}")
    page.get_by_text(re.compile("at least 10|fewer than 10")).first.wait_for(timeout=30_000)
    assert (
        page.get_by_role("button", name=re.compile("Start training")).count() == 0
        or page.get_by_role("button", name=re.compile("Start training")).is_disabled()
    )


def offer(page: Any, app: RunningApp, folder: Path, name: str, content: bytes) -> Project:
    """Opens the import of a new project and drops a file there."""
    with app.db.write() as c:
        project = projects.create(c, name)
    path = folder / name
    path.write_bytes(content)
    page.goto(f"{app.url}/curate?project={project.id}&curate=Import")
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(str(path))
    settled(page)
    return project


def take(page: Any) -> None:
    page.get_by_role("button", name="Import", exact=True).click(timeout=30_000)


def kept(app: RunningApp, project: Project) -> int:
    with app.db.read() as c:
        return examples.counts(c, project.id).total
