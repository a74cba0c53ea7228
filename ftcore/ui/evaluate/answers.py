"""Answers side by side, a page at a time from the store: filtered, ordered, and one row by itself with an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from ftcore.records import Story
from ftcore.report import words
from ftcore.store import run_rows
from ftcore.store.runs import Run
from ftcore.ui import page, say, session
from ftcore.ui.evaluate import answer_row, measured
from ftcore.ui.evaluate.measured import Measured

A_PAGE = 10
WORST = 5
FEW = 4
"""So many ways are all shown; of more, the first three, until others are chosen."""
SHOWN = ("All", "Worse", "The same", "Better", "Missing")
ORDERS = ("Worst first", "Best first", "As in the test set", "Where the ways differ most")
ROW = "row"
"""The parameter of the address that names one row."""
EVERY = "Every part"


def worst(story: Story, run: Run) -> None:
    """What the other way got right and the tuned model does not, the worst first."""
    found = words.primary(story)
    if found is None:
        return
    name, label = found[0], words.label_of(story, found[0])
    table = measured.of_run(run)
    losses = [
        at for at in _ordered(table, story, name, ORDERS[0]) if (table.change(at, story.candidate, name) or 0) < 0
    ]
    st.subheader("Where it got worse", anchor=False)
    if not losses:
        st.text(f"On none of the test examples did the tuned model score below “{label}”.")
        return
    shown = min(WORST, len(losses))
    of = f"The {shown} worst of {len(losses)}" if shown < len(losses) else say.count(shown, "example")
    st.caption(page.plain(f"{of} where “{label}” did better, among {len(table.cases):,}."))
    _rows(story, run, table, losses[:WORST], (story.candidate, name), marks=True)
    if shown < len(losses):
        st.button(f"See all {len(losses)}", icon=":material/list:", key="see-losses", on_click=_see_losses, args=(run,))


def every_answer(story: Story, *, key: str) -> None:
    """All rows of the run `key`, or the one that the address names."""
    run = measured.run_of(int(key))
    table = measured.of_run(run)
    if not table.cases:
        st.text("This comparison holds no answers.")
        return
    arms, marks = _ways(story, run)
    alone = st.query_params.get(ROW, "")
    if alone in table.cases:
        st.button("Show all answers", icon=":material/arrow_back:", key="all-rows", on_click=_open_row, args=("",))
        _rows(story, run, table, [table.cases.index(alone)], arms, marks=marks, alone=True)
        return
    if alone:
        st.info(
            "The row of this address is not among the test examples of this comparison.", icon=":material/link_off:"
        )
    places = _filtered(story, run, table)
    pages = max(1, -(-len(places) // A_PAGE))
    at = min(int(st.session_state.get(_place(run), 0)), pages - 1)
    if not places:
        st.text("None of the answers are of this kind.")
    _rows(story, run, table, places[at * A_PAGE : (at + 1) * A_PAGE], arms, marks=marks)
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Previous", key="answers-back", disabled=at == 0, on_click=_turn, args=(run, at - 1))
            st.text(f"Page {at + 1:,} of {pages:,}, {say.count(len(places), 'row')}")
            st.button("Next", key="answers-on", disabled=at + 1 >= pages, on_click=_turn, args=(run, at + 1))


def _ways(story: Story, run: Run) -> tuple[tuple[str, ...], bool]:
    """Which ways are shown, the tuned model and what it is compared with first; whether differences are marked."""
    found = words.primary(story)
    first = [story.candidate, *([found[0]] if found else [])]
    names = [*first, *(arm.arm for arm in story.arms if arm.arm not in first)]
    chosen = names
    if len(names) > 2:
        chosen = st.pills(
            "Ways shown",
            names,
            selection_mode="multi",
            default=names if len(names) <= FEW else names[:3],
            format_func=lambda name: page.plain(words.label_of(story, name)),
            key=f"ways-{run.id}",
        )
    marks = st.toggle("Mark what differs from the expected answer", value=True, key=f"marks-{run.id}")
    if marks:
        st.caption(f"{answer_row.LEGEND}")
    return tuple(name for name in names if name in chosen) or tuple(first), marks


def _filtered(story: Story, run: Run, table: Measured) -> list[int]:
    """The places of the rows that are wanted, in the order wanted. A change of either leads to the first page."""
    found = words.primary(story)
    other = found[0] if found else story.candidate
    groups = [_group(table.change(at, story.candidate, other)) for at in range(len(table.cases))]
    gone = {at for at in range(len(groups)) if any(scores[at] is None for scores in table.scores.values())}
    counts = {"All": len(groups), "Missing": len(gone), **{name: groups.count(name) for name in SHOWN[1:4]}}
    turn: Callable[[], None] = partial(_turn, run, 0)
    shown = st.segmented_control(
        "Show",
        SHOWN,
        default="All",
        required=True,
        format_func=lambda name: f"{name} ({counts[name]:,})",
        key=f"shown-{run.id}",
        on_change=turn,
        help=f"Fine-tuned against {page.plain(words.label_of(story, other))}." if found else None,
    )
    left, middle, right = st.columns(3)
    order = left.selectbox("Order", ORDERS, key=f"order-{run.id}", on_change=turn)
    part = _part(run, middle, turn)
    wanted = right.text_input(
        "Words in a question or an answer", key=f"words-{run.id}", on_change=turn, max_chars=200
    ).strip()
    places = _ordered(table, story, other, order)
    if shown != "All":
        places = [at for at in places if (at in gone if shown == "Missing" else groups[at] == shown)]
    if part is not None:
        places = [at for at in places if at in part]
    if wanted:
        with session.db().read() as c:
            holding = run_rows.holding(c, run.id, run.snapshot_id, wanted)
        places = [at for at in places if table.cases[at] in holding]
    return places


def _part(run: Run, column: st.delta_generator.DeltaGenerator, turn: Callable[[], None]) -> set[int] | None:
    """The places in the chosen part of the test set; None for all."""
    from ftcore.evaluation.parts import parts_of

    parts = {part.name: part for part in parts_of(measured.facts(run))}
    chosen = column.selectbox(
        "Part of the test set",
        [EVERY, *parts],
        key=f"part-{run.id}",
        on_change=turn,
    )
    return set(parts[chosen].places) if chosen in parts else None


def _rows(
    story: Story,
    run: Run,
    table: Measured,
    places: Sequence[int],
    arms: Sequence[str],
    *,
    marks: bool,
    alone: bool = False,
) -> None:
    """Reads and draws these rows, and no others."""
    cases = [table.cases[at] for at in places]
    with session.db().read() as c:
        rows = run_rows.rows(c, [table.row_ids[at] for at in places])
        said = run_rows.answers(c, run.id, cases)
        scores = run_rows.scores_of(c, run.id, cases)
    for at, case, row in zip(places, cases, rows, strict=True):
        shown = answer_row.Shown(
            case,
            row,
            {arm: [one for one in said if one.case_id == case and one.arm == arm] for arm in arms},
            {place: found for place, found in scores.items() if place[1] == case},
            {arm: table.score(arm, at) for arm in table.scores},
        )
        answer_row.draw(story, run, shown, arms, marks=marks, open_row=None if alone else _open_row)


def _ordered(table: Measured, story: Story, other: str, order: str) -> list[int]:
    places = list(range(len(table.cases)))
    if order == ORDERS[2]:
        return places
    if order == ORDERS[3]:
        return sorted(places, key=lambda at: -_spread(table, at))

    def by_change(at: int) -> tuple[bool, float]:
        change = table.change(at, story.candidate, other)
        return change is None, (change or 0.0) * (1 if order == ORDERS[0] else -1)

    return sorted(places, key=by_change)


def _spread(table: Measured, at: int) -> float:
    there = [score for scores in table.scores.values() if (score := scores[at]) is not None]
    return max(there) - min(there) if there else -1.0


def _group(change: float | None) -> str:
    if change is None:
        return ""
    return "The same" if change == 0 else "Better" if change > 0 else "Worse"


def _place(run: Run) -> str:
    return f"answers-page-{run.id}"


def _turn(run: Run, to: int) -> None:
    st.session_state[_place(run)] = to


def _open_row(case: str) -> None:
    if case:
        st.query_params[ROW] = case
        st.session_state["view"] = "Every answer"
    else:
        st.query_params.pop(ROW, None)


def _see_losses(run: Run) -> None:
    st.session_state["view"] = "Every answer"
    st.session_state[f"shown-{run.id}"] = "Worse"
    _turn(run, 0)
