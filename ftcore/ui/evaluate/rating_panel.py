"""Blind rating on the screen: two answers side by side, decided by a key, and nobody is told which arm gave which."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from ftcore.records import Project
from ftcore.report.file import cut
from ftcore.store import corrected, ratings
from ftcore.store.runs import Run
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.evaluate import rating_pack_panel, rating_result

if TYPE_CHECKING:
    from ftcore.evaluation.blind import Bench, Pair

LONGEST = 8_000
"""Characters of an answer that are drawn."""
TOO_QUICK = 0.3
"""Seconds that two answers must have been on the screen before a key decides: nobody can have read them sooner."""
KEYS = (
    ("Left is better", "1", "left"),
    ("Right is better", "2", "right"),
    ("The same", "3", "tie"),
    ("Both bad", "4", "neither"),
)
PROSE = ("edit_similarity", "rouge_l", "chrf", "bleu")
"""Measures of how near a text is to another: they cannot see which of two is better."""


def invite(run: Run, go: Callable[[], None] | None = None) -> None:
    """One line below the verdict. Where prose is scored, people's eyes lead; elsewhere it is said only once somebody has
    rated. `go` is called when the button is pressed: it opens the rating."""
    with session.db().read() as c:
        number = ratings.number(c, run.id)
    if run.scorer not in PROSE and not number:
        return
    if number:
        project = session.current_project()
        told = (
            "" if project and _under_way(project, run) else rating_result.sentence(run)
        ) or f"{say.count(number, 'blind rating')} so far."
    else:
        told = (
            "These answers are prose: a measure of likeness cannot see which is better. Let people choose, without knowing "
            "which is which."
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(told, width="content")
        if go is not None:
            label = "Go on rating" if number else "Rate the answers blind"
            st.button(label, key=f"rating-invite-{run.id}", icon=":material/visibility_off:", on_click=go)


def draw(project: Project, run: Run) -> None:
    """Choosing the two, rating, and what came of it."""
    who, under_way = session.who(), _under_way(project, run)
    if under_way and who:
        _rate(project, run, under_way, who)
        return
    arms = _arms(run)
    if arms is None:
        st.text("There are not two ways to answer here, so there is nothing to compare by eye.")
        return
    _begin(project, run, arms, who)
    st.space("small")
    fold = st.expander(
        "Let colleagues rate in a spreadsheet", icon=":material/table_view:", key="rating-pack", on_change="rerun"
    )
    if fold.open:
        with fold:
            rating_pack_panel.draw(project, run, arms)


def _arms(run: Run) -> tuple[str, str] | None:
    """(the one that is to be better, the other), by default the two that the verdict is about."""
    from ftcore.evaluation.cherry_picking import arms_compared

    labels = {arm["name"]: rating_result.label(run, arm["name"]) for arm in run.arms}
    if len(labels) < 2:
        return None
    candidate, other = arms_compared([run])
    names = list(labels)
    left, right = st.columns(2, gap="medium")
    first = left.selectbox(
        "Compare",
        names,
        index=names.index(candidate) if candidate in names else 0,
        format_func=labels.__getitem__,
        key=f"rating-first-{run.id}",
        persist_state="session",
    )
    rest = [name for name in names if name != first]
    second = right.selectbox(
        "with",
        rest,
        index=rest.index(other) if other in rest else 0,
        format_func=labels.__getitem__,
        key=f"rating-second-{run.id}-{first}",
        persist_state="session",
    )
    return str(first), str(second)


def _begin(project: Project, run: Run, arms: tuple[str, str], who: str) -> None:
    from ftcore.evaluation.blind import left_to_rate

    st.text(
        "You see a question and two answers. Which way gave which is drawn anew for each row, and told at the end. Judge "
        "which answer you would rather send; longer is not better in itself.",
        width=page.PROSE,
    )
    if not who:
        given = st.text_input("Your initials", max_chars=16, key="rating-initials", width=160)
        st.button("Begin", key="rating-begin", disabled=not given.strip(), on_click=_sign, args=(project, run, arms))
        return
    found, done = rating_result.bench_of(run, arms, who), _done(run, arms, who)
    left = left_to_rate(found, done)
    st.text(_told(found, len(found.pairs) - len(left), who))
    if left:
        label = f"Go on: {say.count(len(left), 'pair')} left" if done else f"Begin: {say.count(len(left), 'pair')}"
        st.button(
            label, key="rating-begin", icon=":material/visibility_off:", on_click=_open, args=(project, run, arms, who)
        )
    place = _place(project, run, arms, who)
    if (done and not left) or place.get("ended"):
        rating_result.draw(run, arms)
    elif done or _others(run, arms):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "End here and see what came of it", key="rating-end", on_click=_end, args=(project, run, arms, who)
            )
            st.caption("Whoever has seen it does not rate blind any more.")


@st.fragment
def _rate(project: Project, run: Run, arms: tuple[str, str], who: str) -> None:
    from ftcore.evaluation.blind import left_to_rate

    page.show_flash()
    found, done = rating_result.bench_of(run, arms, who), _done(run, arms, who)
    left = left_to_rate(found, done)
    state = _place(project, run, arms, who)
    if not left:
        state["ended"] = True
        _stop(project, run)
    if _under_way(project, run) != arms:
        st.rerun()
    pair = left[0]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.text(f"{len(done):,} of {len(found.pairs):,} rated, as {who}", width="content")
        st.button("Pause", key="rating-pause", icon=":material/pause:", on_click=_stop, args=(project, run))
    _keys(project, run, arms, who, pair, any_done=bool(done))
    st.caption("The question")
    st.text(cut(pair.question, LONGEST))
    sides = st.columns(2, gap="large", border=True)
    for column, name, text in zip(sides, ("Left", "Right"), (pair.left_text, pair.right_text), strict=True):
        column.caption(name)
        column.text(cut(text, LONGEST) if text.strip() else "An empty answer.")
    st.text_input("Note (kept with your choice)", key=_note(run, pair, who), max_chars=500)
    if state.get("drawn", ("", 0.0))[0] != pair.case_id:
        state["drawn"] = (pair.case_id, time.monotonic())


def _keys(project: Project, run: Run, arms: tuple[str, str], who: str, pair: Pair, *, any_done: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="rating-keys"):
        for label, key, choice in KEYS:
            # One button for all rows: a button a row stays deaf, or listens on, for a moment after its row has gone.
            st.button(
                label,
                shortcut=key,
                key=f"rating-{choice}",
                on_click=_choose,
                args=(project, run, arms, who, pair, choice),
            )
        st.button(
            "Undo",
            shortcut="U",
            key="rating-undo",
            disabled=not any_done,
            on_click=_undo,
            args=(project, run, arms, who),
        )


def _choose(project: Project, run: Run, arms: tuple[str, str], who: str, pair: Pair, choice: str) -> None:
    from ftcore.evaluation import blind

    case_id, since = _place(project, run, arms, who).get("drawn", ("", 0.0))
    if case_id != pair.case_id or time.monotonic() - since < TOO_QUICK:
        return  # meant for the pair before
    note = str(st.session_state.get(_note(run, pair, who), ""))
    with session.db().write() as c:
        last = corrected.chain(c, run.id)[-1]
        blind.keep(c, run, pair, choice, who, note=note)
        if last.id != run.id:  # corrected meanwhile: what is said holds there too
            blind.keep(c, last, pair, choice, who, note=note)


def _undo(project: Project, run: Run, arms: tuple[str, str], who: str) -> None:
    with session.db().write() as c:
        ratings.take_back(c, run.id, arms, who)
    _place(project, run, arms, who)["drawn"] = ("", 0.0)


def _sign(project: Project, run: Run, arms: tuple[str, str]) -> None:
    session.sign(str(st.session_state["rating-initials"]))
    _open(project, run, arms, session.who())


def _open(project: Project, run: Run, arms: tuple[str, str], who: str) -> None:
    _place(project, run, arms, who)["drawn"] = ("", 0.0)
    _sitting(project, run)["arms"] = arms


def _end(project: Project, run: Run, arms: tuple[str, str], who: str) -> None:
    _place(project, run, arms, who)["ended"] = True


def _stop(project: Project, run: Run) -> None:
    _sitting(project, run).clear()


def _under_way(project: Project, run: Run) -> tuple[str, str] | None:
    """The two arms that are being rated at this screen."""
    return _sitting(project, run).get("arms")


def _sitting(project: Project, run: Run) -> dict[str, Any]:
    return curate_state.remembered(f"rating-{run.id}", project)


def _place(project: Project, run: Run, arms: tuple[str, str], who: str) -> dict[str, Any]:
    """This session's record of one person and two arms: ended, drawn (case, when)."""
    return curate_state.remembered(f"rating-{run.id}-{'-'.join(sorted(arms))}-{who}", project)


def _note(run: Run, pair: Pair, who: str) -> str:
    return f"rating-note-{run.id}-{who}-{pair.case_id}"


def _done(run: Run, arms: tuple[str, str], who: str) -> list[ratings.Rating]:
    with session.db().read() as c:
        return ratings.of_run(c, run.id, arms, who=who)


def _others(run: Run, arms: tuple[str, str]) -> bool:
    with session.db().read() as c:
        return bool(ratings.of_run(c, run.id, arms))


def _told(found: Bench, rated: int, who: str) -> str:
    said = [f"{rated:,} of {say.count(len(found.pairs), 'pair')} rated as {who}."]
    if found.same:
        said.append(f"{say.count(len(found.same), 'row')} got the same answer from both: nobody is asked, it is a tie.")
    if found.missing:
        said.append(f"{say.count(found.missing, 'row')} without both answers left out.")
    return " ".join(said)
