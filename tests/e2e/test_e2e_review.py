"""Reviewing in a real browser: the keys, typing, where one stopped, and texts that nothing renders."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.deciding import ASK
from ftcore.dataset.intake import take_in
from ftcore.records import Example, Problem, Project, Severity, Status, TrainingExample
from ftcore.store import examples, imports, problems, projects
from ftcore.store.examples import NewExample
from ftcore.ui.review import review_moves, review_words
from tests.conftest import write_csv
from tests.e2e.browsing import RunningApp, settled
from tests.reviewing import fill

pytestmark = pytest.mark.e2e

READ = 400
"""Milliseconds that somebody needs to see the row at least: a key that comes sooner after it does not count."""

HOLD = """said => {
  const key = {key: 'a', code: 'KeyA', keyCode: 65, which: 65, bubbles: true};
  let times = 0;
  window.said = window.held = false;
  new MutationObserver(() => { window.said ||= document.body.innerText.includes(said); })
    .observe(document.body, {childList: true, subtree: true, characterData: true});
  const again = setInterval(() => {
    document.body.dispatchEvent(new KeyboardEvent('keydown', {...key, repeat: times > 0}));
    if (++times === 40) {
      clearInterval(again);
      document.body.dispatchEvent(new KeyboardEvent('keyup', key));
      window.held = true;
    }
  }, 25);
}"""
"""A key as a keyboard repeats it while it is held down."""


def test_every_key_does_what_is_written_on_it(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "Keys", with_problem=6, tags=("late", "urgent"))
    _open(page, app, project, ids[0])
    _key(page, "a", ids[1])
    assert _row(app, ids[0]).status is Status.APPROVED
    _key(page, "x", ids[2])
    assert _row(app, ids[1]).status is Status.REJECTED
    _key(page, "q", ids[3])
    assert (_row(app, ids[2]).status, ASK in _row(app, ids[2]).tags) == (Status.DRAFT, True)
    _key(page, "ArrowRight", ids[4])
    _key(page, "ArrowLeft", ids[3])
    _key(page, "ArrowLeft", ids[2])
    _key(page, "ArrowLeft", ids[1])
    _key(page, "ArrowRight", ids[2])
    page.keyboard.press("u")
    _until(lambda: ASK not in _row(app, ids[2]).tags)
    settled(page)
    page.wait_for_timeout(READ)
    _key(page, "u", ids[1])
    assert _row(app, ids[1]).status is Status.DRAFT
    page.keyboard.press("1")
    _until(lambda: _row(app, ids[1]).tags == ("urgent", "late"))
    settled(page)
    page.keyboard.press("2")
    _until(lambda: _row(app, ids[1]).tags == ("late",))
    settled(page)
    page.keyboard.press("e")
    page.get_by_label("You answer").wait_for()
    page.keyboard.press("e")
    page.get_by_label("You answer").wait_for(state="detached")


def test_a_key_that_is_held_down_decides_nothing_unread_and_that_is_said(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "Hasty", with_problem=30)
    _open(page, app, project, ids[0])
    began = time.monotonic()
    page.evaluate(HOLD, review_words.HASTY)
    _until(lambda: page.evaluate("window.held"))
    settled(page)
    seconds = time.monotonic() - began
    decided = [_row(app, id_).status is Status.APPROVED for id_ in ids]
    assert decided == sorted(decided, reverse=True), "one after the other"
    assert 1 <= sum(decided) <= 1 + seconds / review_moves.TOO_QUICK
    assert page.evaluate("window.said"), "the keys that did not count were said"
    page.wait_for_timeout(READ)
    _key(page, "x", ids[sum(decided) + 1])
    assert page.get_by_text(review_words.HASTY).count() == 0


def test_the_arrows_go_through_the_rows_though_a_queue_was_just_clicked(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "Arrows", with_problem=2, pairs=3)
    _open(page, app, project, ids[0])
    page.get_by_role("radio", name=re.compile("^2. Duplicates")).click()
    _wait_for(page, ids[2])
    settled(page)
    _key(page, "ArrowRight", ids[3])
    _key(page, "ArrowLeft", ids[2])


def test_no_key_decides_while_somebody_types(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "Typing", tags=("late",))
    _open(page, app, project, ids[0])
    page.get_by_label("Note", exact=True).click()
    page.keyboard.type("a x u q 1 e", delay=60)
    page.wait_for_timeout(600)
    row = _row(app, ids[0])
    assert (row.status, row.tags, _shown(page)) == (Status.DRAFT, ("late",), ids[0])
    page.keyboard.press("Enter")
    _until(lambda: _row(app, ids[0]).note == "a x u q 1 e")


def test_after_a_new_tag_the_keys_are_the_reviews_again(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "New tag", with_problem=3)
    _open(page, app, project, ids[0])
    page.get_by_placeholder("New tag").click()
    page.keyboard.type("angry", delay=40)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="angry").wait_for()
    settled(page)
    page.wait_for_timeout(READ)
    _key(page, "a", ids[1])
    page.keyboard.press("1")
    _until(lambda: _row(app, ids[1]).tags == ("angry",))
    assert (_row(app, ids[0]).status, _row(app, ids[0]).tags) == (Status.APPROVED, ("angry",))


def test_text_typed_in_review_is_saved_by_the_click_on_approve(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "Typed")
    _open(page, app, project, ids[0])
    answer = page.get_by_label("You answer")
    _press(page, "e", answer)
    answer.fill("It is green and blue.")
    page.wait_for_timeout(READ)
    page.locator(".st-key-review-Approve button").click()
    _until(lambda: _row(app, ids[0]).status is Status.APPROVED)
    assert _row(app, ids[0]).training.response == "It is green and blue."


def test_a_new_label_typed_into_the_list_is_asked_about_before_it_is_saved(
    page: Any, app: RunningApp, tmp_path: Path
) -> None:
    rows = [(f"{what} is {how}", how) for what in ("lamp", "stove", "pump", "zip") for how in ("lost", "late", "old")]
    with app.db.write() as c:
        project = projects.create(c, "Labels")
        projects.remember_person(c, "DK")
    take_in(app.db, project.id, write_csv(tmp_path / "rows.csv", rows), name="rows.csv", who="DK")
    with app.db.write() as c:
        ids = examples.ids(c, project.id)
        look = Problem("placeholder", Severity.WARNING, "Something was left to be filled in.", "prompt", 0, 4)
        problems.replace(c, project.id, {id_: [] for id_ in ids[1:]} | {ids[0]: [look]})
    _open(page, app, project, ids[0])
    answer = page.get_by_label("You answer")
    _press(page, "e", answer)
    answer.click()
    answer.fill("stolen")
    page.keyboard.press("Enter")
    page.get_by_text("New label, not saved yet.").wait_for()
    assert _row(app, ids[0]).training.response == "lost"
    page.get_by_role("button", name="Use the new label").click()
    _until(lambda: _row(app, ids[0]).training.response == "stolen")


def test_the_table_is_opened_from_the_end_of_a_queue(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "Table", with_problem=2)
    _open(page, app, project, ids[0])
    page.get_by_role("radio", name=re.compile("^Asked")).click()
    page.get_by_role("button", name="Open the table").click()
    page.locator('[data-testid="stDataFrame"]').first.wait_for(timeout=20_000)


def test_a_reload_and_another_browser_begin_where_one_stopped(
    page: Any, app: RunningApp, new_tab: Callable[[], Any]
) -> None:
    project, ids = fill(app.db, "Resume", with_problem=6)
    _open(page, app, project, ids[0])
    _key(page, "a", ids[1])
    _key(page, "ArrowRight", ids[2])
    _key(page, "x", ids[3])
    page.reload()
    _wait_for(page, ids[3])
    other = new_tab()
    _open(other, app, project, ids[3])
    assert "2 of 6" in other.locator('[data-testid="stMain"]').inner_text()


def test_two_people_review_at_once_and_neither_decides_what_the_other_did(
    page: Any, app: RunningApp, new_tab: Callable[[], Any]
) -> None:
    project, ids = fill(app.db, "Two", with_problem=4)
    other = new_tab()
    _open(page, app, project, ids[0])
    _open(other, app, project, ids[0])
    _key(page, "a", ids[1])
    other.keyboard.press("x")
    other.get_by_text("Nothing was decided: look again.").wait_for()
    assert _row(app, ids[0]).status is Status.APPROVED
    settled(other)
    other.wait_for_timeout(READ)
    curation.save(app.db, project.id, [CellEdit(ids[1], None, {"note": "Theirs"})], who="AB")
    page.keyboard.press("a")
    page.get_by_text("AB changed it meanwhile.").wait_for()
    assert _row(app, ids[1]).status is Status.DRAFT


def test_the_buttons_stay_where_they_are_from_row_to_row(page: Any, app: RunningApp) -> None:
    project, ids = fill(app.db, "Places", with_problem=4, clean=4)
    long = "A very long answer with [insert name]. " * 300
    several = [Problem("placeholder", Severity.WARNING, "Left in.", "response", 29, 42), *_found(app, ids[0])] * 3
    curation.save(app.db, project.id, [CellEdit(ids[1], None, {"response": long})], who="DK")
    with app.db.write() as c:
        problems.replace(c, project.id, {ids[1]: several})
    _open(page, app, project, ids[0])
    before = _places(page)
    for next_id in ids[1:4]:
        _key(page, "ArrowRight", next_id)
        assert _places(page) == before
    page.keyboard.press("ArrowRight")
    page.get_by_text("You are at the end of the queue.").wait_for()
    assert _places(page) == before


def test_naughty_texts_are_shown_letter_by_letter_and_nothing_in_them_is_rendered(
    page: Any, app: RunningApp, shared_data: Path
) -> None:
    naughty = [s for s in json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8")) if s.strip()]
    harmful = [s for s in naughty if any(mark in s for mark in ("http", "<", "$", "javascript", "&", "`", "*"))][:40]
    texts = [
        "see https://a.example/x, www.b.example or c@d.example :material/home: a -> b -- c :red[x] $a^2$ ![i](http://e.example/i.png)",
        "\n\n".join(harmful[:20]),
        "\n\n".join(harmful[20:]),
        "  two  spaces\n\nand\ta tab  ",
    ]
    with app.db.write() as c:
        projects.remember_person(c, "DK")
        project = projects.create(c, "Naughty")
        taken = imports.start(c, project.id, file_name="n.csv", sha256="", shape="", who="DK")
        rows = [NewExample(TrainingExample([_said("user", text), _said("assistant", text)])) for text in texts]
        examples.add(c, project.id, rows, import_id=taken, source="n.csv", who="DK")
        ids = examples.ids(c, project.id)
        marked = [Problem("placeholder", Severity.WARNING, text[:80], "response", 3, 9) for text in texts]
        problems.replace(c, project.id, {id_: [problem] for id_, problem in zip(ids, marked, strict=True)})
    _open(page, app, project, ids[0])
    for at, text in enumerate(texts):
        if at:
            _key(page, "ArrowRight", ids[at])
        shown = page.locator(".st-key-review-card [data-testid='stMarkdown']").last
        read = shown.evaluate("e => e.innerText").replace("\u2060", "").replace("\u00a0", " ").replace("\u2003", "\t")
        assert [line.rstrip() for line in read.strip("\n").split("\n")] == [
            line.rstrip() for line in text.strip("\n").split("\n")
        ]
        main = page.locator('[data-testid="stMain"]')
        assert main.locator("a, img, .katex, iframe, script").count() == 0


def _said(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


def _open(tab: Any, app: RunningApp, project: Project, first: int) -> None:
    tab.goto(f"{app.url}/curate?project={project.id}&curate=Review")
    _wait_for(tab, first)
    settled(tab)
    tab.wait_for_timeout(READ)


def _key(tab: Any, key: str, then: int) -> None:
    """Presses a key, and waits until the row that must come is there and was looked at."""
    _press(tab, key, _head(tab, then))
    settled(tab)
    tab.wait_for_timeout(READ)


def _press(tab: Any, key: str, sign: Any) -> None:
    """Presses a key until `sign` is there. On a machine that runs other tests too, one key in some thousands never reaches the
    page's script; a person would press it again, and a second one that counts twice is seen by the row that comes."""
    for _ in range(2):
        tab.keyboard.press(key)
        try:
            sign.wait_for(timeout=12_000)
            return
        except PlaywrightTimeout:
            continue
    sign.wait_for()


def _wait_for(tab: Any, example_id: int) -> None:
    _head(tab, example_id).wait_for(timeout=30_000)


def _head(tab: Any, example_id: int) -> Any:
    """What stands above a row."""
    return tab.get_by_text(f"Row {example_id}, line").or_(tab.get_by_text(f"Row {example_id} ·")).first


def _shown(tab: Any) -> int:
    text = tab.locator('[data-testid="stText"]', has_text=re.compile(r"^Row \d+.* split")).first.inner_text()
    return int(text.split()[1].rstrip(","))


def _places(tab: Any) -> list[tuple[float, float]]:
    names = ("Approve", "Reject", "Edit", "Ask", "previous", "skip", "undo")
    boxes = [tab.locator(f".st-key-review-{name} button").first.bounding_box() for name in names]
    return [(box["x"], box["y"]) for box in boxes]


def _row(app: RunningApp, example_id: int) -> Example:
    with app.db.read() as c:
        return examples.get(c, example_id)


def _found(app: RunningApp, example_id: int) -> list[Problem]:
    with app.db.read() as c:
        return problems.of_example(c, example_id)


def _until(true: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)
