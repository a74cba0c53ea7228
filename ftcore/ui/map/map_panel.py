"""The map of a project: rows that mean the same lie together. What is circled on it becomes rows in the table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from ftcore.dataset import curation, project_map, similar
from ftcore.dataset.project_map import MAP, MISPLACED, UNUSUAL, Drawn
from ftcore.records import Example, Filter, Project, Severity, Sort, Split, Status
from ftcore.store import examples, problems, tasks
from ftcore.ui import charts, page, say, session, task_progress
from ftcore.ui.curate import curate_state
from ftcore.ui.map import map_figure
from ftcore.ui.table import likeness

FEWEST = 3
"""Rows that make a map."""
LABEL, STATUS, SPLIT, PROBLEM = "Label", "Status", "Split", "Problem"
ORDERS = {
    STATUS: tuple(status.value for status in Status),
    SPLIT: (*(split.value for split in Split), "not in any"),
    PROBLEM: ("no problem", "hint", "warning", "error"),
}
START = 240
"""Characters of a text that are kept for its point."""


def draw(project: Project) -> None:
    total = session.counts(project).total
    if total < FEWEST:
        st.markdown("A map needs a few examples more.")
        return
    drawn = project_map.kept(session.workspace(), project.id)
    task = likeness.waiting(project)
    if drawn is None and task is None and not _failed(project):
        task = likeness.ask(project, draw=True)  # once: it is there then, however often the page is drawn
    if task is not None:
        if drawn is None:
            seconds = say.duration(total / similar.ROWS_A_SECOND + 6)
            st.markdown(f"The worker reads the examples and draws a map of them: about {seconds} for {total:,} rows.")
        task_progress.follow(project, task.id)
    if drawn is not None:
        _map(project, drawn)
    if task is None:
        _again(project, drawn)


def _map(project: Project, drawn: Drawn) -> None:
    ways = [LABEL, *ORDERS] if drawn.labelled else list(ORDERS)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        by = str(st.segmented_control("Coloured by", ways, default=ways[0], required=True, key=f"map-by-{len(ways)}"))
        chosen = st.container(width="content", horizontal_alignment="right", gap="xxsmall")
    points = _points(
        str(session.db().path), project.id, project.revision, project_map.stamp(session.workspace(), project.id), by
    )
    figure = map_figure.draw(
        points["ids"],
        (points["x"], points["y"]),
        points["groups"],
        points["texts"],
        drawn.areas,
        dark=charts.is_dark(),
        order=ORDERS.get(by) or _wanted(project, points["groups"]),
    )
    key = f"map-{project.id}-{project_map.stamp(session.workspace(), project.id)}-{by}"
    event = st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config=map_figure.CONFIG,
        on_select="rerun",
        selection_mode=("box", "lasso"),
        alt="A map of the examples: those that mean the same lie together.",
    )
    ids = _circled(event)
    with chosen:
        if ids:
            st.button(
                f"Show {'this row' if len(ids) == 1 else f'these {len(ids):,} rows'}",
                key="map-show",
                on_click=_show,
                args=(project, MAP, say.count(len(ids), "row"), [(id_, None) for id_ in ids]),
            )
        else:
            st.text("Draw around some points to see their rows.")
        if drawn.total > len(drawn.ids):
            st.caption(f"{len(drawn.ids):,} of {drawn.total:,} rows are drawn, as a sample: only these can be shown.")
    if by == LABEL:
        _choose_labels(project, points["groups"])
    _findings(project, drawn)


def _wanted(project: Project, groups: Sequence[str]) -> list[str]:
    """The labels that somebody chose to see in colours, as far as they are on the map; none as long as nobody did."""
    there = set(groups)
    return [label for label in st.session_state.get(f"map-labels-{project.id}", []) if label in there]


def _choose_labels(project: Project, groups: Sequence[str]) -> None:
    several = map_figure.most_frequent(groups)
    if len(several) > map_figure.NAMED:
        st.multiselect(
            f"Labels with a colour of their own, of {len(several):,}",
            sorted(several),
            key=f"map-labels-{project.id}",
            max_selections=map_figure.NAMED,
            placeholder=f"The {map_figure.NAMED} most frequent ones. Choose others here.",
        )


def _findings(project: Project, drawn: Drawn) -> None:
    """What was found beside the map, each a set of rows."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if drawn.strange:
            number = len(drawn.strange)
            st.button(
                f"Show the {number} rows least like the others",
                key="map-strange",
                on_click=_show,
                args=(project, UNUSUAL, f"the {number} least like the others", list(drawn.strange)),
                help="Rows on a subject that nothing else is about: perhaps a precious example, perhaps a stray one.",
            )
        if drawn.doubted:
            number = len(drawn.doubted)
            st.button(
                f"Show {say.count(number, 'row')} whose label is unlike {'its' if number == 1 else 'their'} neighbours'",
                key="map-doubted",
                on_click=_show,
                args=(project, MISPLACED, "label unlike the neighbours'", [(id_, None) for id_, *_ in drawn.doubted]),
                help="Their question is nearer to those of another label: perhaps the label is wrong, perhaps two labels overlap.",
            )


def _again(project: Project, drawn: Drawn | None) -> None:
    with session.db().read() as c:
        failed = None if drawn is not None else tasks.last(c, project.id, likeness.TASK)
        since = Filter(changed_since=datetime.fromisoformat(drawn.at)) if drawn is not None else None
        changed, more = examples.count(c, project.id, since) if since is not None else (0, False)
    if failed is not None:
        st.markdown(page.plain(failed.error or "Drawing the map was stopped."))
    if drawn is not None:
        sampled = f"{len(drawn.ids):,} of {drawn.total:,} rows, " if drawn.total > len(drawn.ids) else ""
        news = (
            f" {changed:,}{'+' if more else ''} {'row' if changed == 1 else 'rows'} changed since." if changed else ""
        )
        st.caption(f"{sampled}drawn {say.moment(datetime.fromisoformat(drawn.at))}.{news}")
    st.button(
        "Draw the map again" if drawn else "Draw the map",
        key="map-again",
        type="tertiary",
        on_click=_draw,
        args=(project,),
    )


def _failed(project: Project) -> bool:
    with session.db().read() as c:
        last = tasks.last(c, project.id, likeness.TASK)
    return last is not None and bool(last.payload.get("draw")) and last.state.value in ("failed", "cancelled")


def _draw(project: Project) -> None:
    likeness.ask(project, draw=True)


def _circled(event: Any) -> list[int]:
    points = event["selection"]["points"] if event else []
    found = (point.get("customdata") for point in points)
    return sorted({int(id_[0] if isinstance(id_, list) else id_) for id_ in found if id_ is not None})


def _show(project: Project, kind: str, label: str, rows: Sequence[tuple[int, float | None]]) -> None:
    set_id = project_map.store(session.db(), project.id, kind, label, rows, who=session.who())
    order = Sort("rank") if kind in ("outliers", "misplaced") else Sort()
    curate_state.show(project, Filter(row_set=set_id), order)


@st.cache_data(show_spinner="Reading the map", max_entries=8)
def _points(path: str, project_id: int, revision: int, stamp: int, by: str) -> dict[str, list[Any]]:
    """The points of rows that are still there, with what they are coloured by, looked up once a revision."""
    drawn = project_map.kept(session.workspace(), project_id)
    if drawn is None:
        return {"ids": [], "x": [], "y": [], "groups": [], "texts": []}
    with session.db().read() as c:
        rows = {row.id: row for row in examples.get_many(c, drawn.ids) if not row.trashed}
        light, _ = curation.light_of(c, project_id)
        worst = _worst(rows, problems.tally(c, project_id)) if by == PROBLEM else {}
    here = [at for at, id_ in enumerate(drawn.ids) if id_ in rows]
    ids = [drawn.ids[at] for at in here]

    def group(row: Example) -> str:
        if by == LABEL:
            return project_map.label_of(row, light)
        if by == STATUS:
            return row.status.value
        if by == SPLIT:
            return row.split.value if row.split else "not in any"
        return worst.get(row.id, "no problem")

    return {
        "ids": ids,
        "x": [drawn.x[at] for at in here],
        "y": [drawn.y[at] for at in here],
        "groups": [group(rows[id_]) for id_ in ids],
        "texts": [similar.text(rows[id_].training)[:START] for id_ in ids],
    }


def _worst(rows: dict[int, Example], tally: list[tuple[str, Severity, int]]) -> dict[int, str]:
    """The worst severity at each row, as the kinds of problems have it."""
    rank = {code: list(Severity).index(severity) for code, severity, _ in tally}
    found = {}
    for row in rows.values():
        several = [rank[code] for code in row.problems if code in rank]
        if several:
            found[row.id] = list(Severity)[min(several)].value
    return found
