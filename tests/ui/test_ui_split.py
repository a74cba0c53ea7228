"""Split and export: dividing again, the lock, leaks side by side, and the way from Train to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation, exports, splitting
from ftcore.records import Project, Split, Status, TaskState
from ftcore.store import examples, projects, tasks
from ftcore.store.database import Database
from ftcore.worker.loop import work
from ftcore.workspace import open_workspace
from tests.splitting import fill, get, leaky, plain, sides, train_a_model
from tests.ui.journeys import begin

Open = Callable[..., AppTest]
MODE = "Split and export"


@pytest.fixture
def project(db: Database) -> Project:
    with db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, "Letters")


@pytest.fixture
def worker(db: Database) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(open_workspace(), stop), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(10)


def said(test: AppTest) -> str:
    kinds = (test.text, test.subheader, test.error, test.warning, test.info, test.caption, test.markdown, test.toast)
    return "\n".join(element.value.replace("\\", "").replace("\u2060", "") for kind in kinds for element in kind)


def opened(open_page: Open, *folds: str) -> AppTest:
    test = open_page("curate", curate=MODE)
    for fold in folds:
        test.session_state[fold] = True
    if folds:
        test.run()
    assert not test.exception
    return test


def primaries(test: AppTest) -> list[str]:
    return [button.label for button in (*test.button, *test.get("download_button")) if button.proto.type == "primary"]


def test_split_again_shows_what_it_would_come_to_and_one_undo_takes_it_back(
    db: Database, project: Project, open_page: Open
) -> None:
    fill(db, project, plain(60))
    before = sides(db, project)
    test = opened(open_page, "again-fold")
    next(n for n in test.number_input if n.label == "Test rows").set_value(15).run()
    test.button(key="again-preview").click().run()
    assert "15 test rows can show differences above about 25 points." in said(test)
    assert list(test.dataframe[0].value.columns) == ["Label", "Train", "Validation", "Test"]
    assert sides(db, project) == before
    test.button(key="again-go").click().run()
    assert not test.exception
    assert list(sides(db, project).values()).count(Split.TEST) == 15
    assert "One Undo takes it back" in said(test)
    test.button(key="undo").click().run()
    assert sides(db, project) == before


def test_very_many_rows_are_previewed_and_split_by_the_worker(
    db: Database, project: Project, open_page: Open, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "AT_ONCE", 10)
    fill(db, project, plain(40))
    test = opened(open_page, "again-fold")
    test.button(key="look-for-leaks").click().run()
    test.button(key="look-at-health").click().run()
    test.button(key="again-preview").click().run()
    _until_done(db, project, test)
    assert "0 leaks between the splits, as of" in said(test)
    assert "40 training examples" in said(test)
    test.button(key="again-go").click().run()
    _until_done(db, project, test)
    assert list(sides(db, project).values()).count(Split.TEST) == 8


def test_after_a_training_the_panel_says_why_the_test_is_locked_and_how_to_unlock_it(
    db: Database, project: Project, open_page: Open
) -> None:
    fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    train_a_model(db, project)
    test = opened(open_page, "again-fold")
    assert "the model ft:tickets is measured on these 15 test rows" in said(test)
    assert next(n for n in test.number_input if n.label == "Test rows").disabled
    assert Split.TEST not in test.selectbox(key="move-to").options
    test.button(key="unlock-test").click().run()
    assert not test.exception
    assert "was unlocked by DK" in said(test)
    test.button(key="lock-test").click().run()
    assert "is measured on these 15 test rows" in said(test)


def test_in_the_table_a_locked_test_refuses_a_move_with_a_sentence(
    db: Database, project: Project, open_page: Open
) -> None:
    ids = fill(db, project, [*plain(20), *plain(35, Split.TEST)[20:]])
    train_a_model(db, project)
    test = open_page("curate", curate="Table")
    test.session_state[f"ticked-{project.id}"] = {ids[0]}
    test.session_state["bulk-more"] = True
    test.run()
    test.button(key="move-test-ticked").click().run()
    assert not test.exception
    assert "1 row was to join or leave it; nothing was changed" in said(test)
    assert get(db, ids[0]).split is Split.TRAIN


def test_leaks_are_shown_side_by_side_and_all_are_resolved_at_once(
    db: Database, project: Project, open_page: Open
) -> None:
    test_row, train_row = leaky(db, project)
    test = opened(open_page)
    told = said(test)
    assert "1 test example is in training too" in told
    assert ":red-background[~~came~~]:green-background[**arrived**]" in told.replace(" ", "")
    assert primaries(test) == ["Move the training twin to the test"]
    test.button(key="leaks-move-all").click().run()
    assert not test.exception
    assert get(db, train_row).split is Split.TEST
    assert get(db, test_row).split is Split.TEST
    assert "in training too" not in said(test)
    assert "Nothing leaks" in said(test)
    assert primaries(test) == ["Go on to Train"]


def test_one_of_a_pair_can_be_moved_or_rejected(db: Database, project: Project, open_page: Open) -> None:
    test_row, train_row = leaky(db, project)
    test = opened(open_page)
    test.button(key=f"leak-move-{test_row}-{test_row}-{train_row}").click().run()
    assert get(db, test_row).split is Split.TRAIN
    curation.undo(db, project.id, who="DK")
    test = opened(open_page)
    test.button(key=f"leak-reject-{train_row}-{test_row}-{train_row}").click().run()
    assert get(db, train_row).status is Status.REJECTED
    assert "in training too" not in said(test)


def test_while_the_test_is_locked_a_leak_can_only_be_rejected(db: Database, project: Project, open_page: Open) -> None:
    test_row, train_row = leaky(db, project)
    curation.decide(db, project.id, [train_row], Status.REJECTED, who="DK")
    train_a_model(db, project)
    curation.decide(db, project.id, [train_row], Status.APPROVED, who="DK")
    test = opened(open_page)
    assert primaries(test) == ["Reject the training twin"]
    assert test.button(key=f"leak-move-{train_row}-{test_row}-{train_row}").disabled
    test.button(key="leaks-reject-all").click().run()
    assert get(db, train_row).status is Status.REJECTED


def test_train_leads_from_a_leak_to_the_pairs(db: Database, open_page: Open) -> None:
    begin(db, leaked=2)
    test = open_page("train")
    assert "2 test questions are in the training rows too" in test.error[0].value
    button = next(b for b in test.button if b.label == "Go to the pairs")
    assert button.proto.type == "primary"


def test_test_rows_that_are_not_approved_are_said_aloud(db: Database, project: Project, open_page: Open) -> None:
    ids = fill(db, project, [*plain(20), *plain(28, Split.TEST)[20:]])
    curation.decide(db, project.id, ids[20:22], Status.REJECTED, who="DK")
    curation.decide(db, project.id, ids[22:25], Status.DRAFT, who="DK")
    test = opened(open_page)
    assert "Put aside for the test, but not among these: 3 not decided yet and 2 rejected." in said(test)
    test.button(key="test-drafts").click().run()
    assert not test.exception
    assert test.session_state[f"grid-{project.id}"]["ids"] == ids[22:25]


def test_before_enough_is_approved_the_mode_does_not_lead_on_to_train(
    db: Database, project: Project, open_page: Open
) -> None:
    ids = fill(db, project, plain(30), approve=False)
    curation.decide(db, project.id, ids[:9], Status.APPROVED, who="DK")
    assert primaries(opened(open_page)) == ["Approve the 21 with no problems"]
    curation.decide(db, project.id, ids[9:10], Status.APPROVED, who="DK")
    assert primaries(opened(open_page)) == ["Go on to Train"]


def test_the_mode_has_one_primary_action(db: Database, project: Project, open_page: Open) -> None:
    fill(db, project, plain(30))
    assert primaries(opened(open_page, "again-fold", "export-fold", "versions-fold", "pack-fold")) == ["Go on to Train"]


def test_very_many_rows_have_no_file_at_once_but_say_where_it_is_written(
    db: Database, project: Project, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 10)
    fill(db, project, plain(30))
    test = opened(open_page)
    assert "“Export” below writes the files" in said(test)
    assert not test.get("download_button")


def _until_done(db: Database, project: Project, test: AppTest) -> None:
    import time

    ends = time.monotonic() + 60
    while True:
        with db.read() as c:
            open_ = tasks.open_tasks(c, project.id)
        if not open_:
            break
        assert time.monotonic() < ends
        time.sleep(0.1)
    with db.read() as c:
        for kind in ("split", "split_preview", "leaks", "health"):
            task = tasks.last(c, project.id, kind)
            assert task is None or task.state is TaskState.DONE, task
        assert examples.counts(c, project.id).total
    test.run()
    assert not test.exception
