"""Import in a real browser: a large file with its bar, a stop that leaves nothing, and a newer state of a file as a difference."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from ftcore.records import Project
from ftcore.store import examples, imports, projects, tasks
from tests.e2e.browsing import RunningApp, settled

pytestmark = pytest.mark.e2e
Row = tuple[str, str, str]


def test_a_large_file_comes_with_a_moving_bar_and_a_stop_leaves_nothing(
    page: Any, app: RunningApp, tmp_path: Path
) -> None:
    project = new_project(app, "Large")
    page.goto(f"{app.url}/curate?project={project.id}&curate=Import")
    settled(page)
    file = written(tmp_path / "large.csv", [row(n) for n in range(40_000)])
    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_text("Recognised: a table").wait_for(timeout=60_000)
    page.get_by_text(
        re.compile("The first of about 4[0-9],[0-9]{3} rows|The first of about 39,[0-9]{3} rows")
    ).wait_for()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text(re.compile(r"Reading: [1-9][0-9]*%")).wait_for(timeout=120_000)
    page.get_by_text(re.compile(r"[0-9,]+ rows in so far")).wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop the import").click()
    page.get_by_text("large.csv: stopped, as asked. Nothing of it is in the project.").wait_for(timeout=120_000)
    with app.db.read() as c:
        assert (examples.counts(c, project.id).total, imports.of_project(c, project.id)) == (0, [])


def test_a_newer_state_of_a_file_is_compared_and_taken(page: Any, app: RunningApp, tmp_path: Path) -> None:
    project = new_project(app, "Newer")
    page.goto(f"{app.url}/curate?project={project.id}&curate=Import")
    settled(page)
    rows = [row(n) for n in range(30)]
    page.locator('input[type="file"]').set_input_files(written(tmp_path / "tickets.csv", rows))
    page.get_by_role("button", name="Import", exact=True).click(timeout=60_000)
    page.get_by_text("30 read: 30 kept, 0 set aside.").wait_for(timeout=120_000)
    settled(page)
    rows[3] = (rows[3][0], rows[3][1], "The parcel was sent back <b>yesterday</b> ![x](http://evil.example/x.png).")
    page.locator('input[type="file"]').set_input_files(written(tmp_path / "tickets.csv", [*rows, row(31)]))
    page.get_by_role("button", name="Compare with what is here").click(timeout=60_000)
    page.get_by_text("31 read: 1 new, 1 changed").wait_for(timeout=120_000)
    page.get_by_text("sent back").first.wait_for()
    page.get_by_role("button", name="Take what is ticked").click()
    page.get_by_text("Compared with what was here: 31 read, 1 changed, 1 new.").wait_for(timeout=120_000)
    with app.db.read() as c:
        said = {one.key: one.training.response for one in examples.every(c, project.id)}
    assert (len(said), said["T-3"]) == (31, rows[3][2])


def test_the_naughty_strings_are_imported_compared_and_taken_as_they_are(
    page: Any, app: RunningApp, shared_data: Path, tmp_path: Path
) -> None:
    import json

    strings = [s for s in json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8")) if s.strip()]
    project = new_project(app, "Naughty")
    page.goto(f"{app.url}/curate?project={project.id}&curate=Import")
    settled(page)
    rows = [{"id": f"{n} {s[:150]}", "q": s, "a": f"An answer to {n}: {s}"} for n, s in enumerate(strings)]
    file = tmp_path / "![x](http:evil.example) $x$ :red[a].jsonl"
    for turn in range(2):
        file.write_text(
            "\n".join(json.dumps({**one, "a": one["a"] + " Again." * turn}) for one in rows), encoding="utf-8"
        )
        page.locator('input[type="file"]').set_input_files(file)
        name = "Import" if turn == 0 else "Compare with what is here"
        page.get_by_role("button", name=name, exact=True).click(timeout=60_000)
        until_idle(page, app, project)
    page.get_by_role("button", name="Take what is ticked").wait_for(timeout=60_000)
    settled(page)
    page.get_by_role("button", name="Take what is ticked").click()
    page.get_by_text("Compared with what was here:").wait_for(timeout=120_000)
    with app.db.read() as c:
        taken = imports.of_project(c, project.id)
        here = {one.training.prompt: one.training.response for one in examples.every(c, project.id)}
    assert taken[-1].read == len(strings)
    assert len(here) > 0.95 * len(set(strings))
    assert all(response.endswith(" Again.") for response in here.values())


def new_project(app: RunningApp, name: str) -> Project:
    with app.db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, name)


def row(n: int) -> Row:
    return (
        f"T-{n}",
        f"Where is parcel number {n}, which I ordered {n % 31} days ago?",
        f"It is on its way, day {n % 7}, van {n}.",
    )


def written(path: Path, rows: list[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "question", "answer"), *rows])
    return path


def until_idle(page: Any, app: RunningApp, project: Project) -> None:
    page.wait_for_timeout(1_000)
    for _ in range(600):
        with app.db.read() as c:
            if not tasks.open_tasks(c, project.id):
                return
        page.wait_for_timeout(200)
    pytest.fail("it never ended")
