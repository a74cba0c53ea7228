"""Would it pay? One sentence, one chart, the figures that matter most to move; all others and the arithmetic one click away."""

from __future__ import annotations

import streamlit as st

from ftcore.records.pay import Outcome, PayStory
from ftcore.report.paying import (
    HORIZON,
    HORIZONS,
    OTHER_AS,
    TUNED_AS,
    By,
    Choice,
    PayCase,
    alt_text,
    choose,
    lengths_told,
    pay_case,
    pay_plot,
)
from ftcore.ui import charts, page, session
from ftcore.ui.decide import decide_mode, pay_figures, pay_sliders

VIEWS: dict[str, By] = {"By month": "month", "By calls": "calls"}
ALL, ARITHMETIC = "All figures", "How this was calculated"
AHEAD = {6: "6 months", 12: "1 year", 24: "2 years", 36: "3 years"}


@st.fragment
def draw(project_id: int) -> None:
    """Alone it is drawn anew when a figure moves: the page around it stays."""
    decide_mode.stay(decide_mode.PAY)
    case = pay_case(session.db(), project_id)
    _verdict(case.story)
    _asked(case, project_id)
    if case.story.outcome is Outcome.UNKNOWN:
        pay_figures.missing(case, project_id)
    else:
        _picture(case, project_id)
    _notes(case.story)
    _more(case, project_id)


def _asked(case: PayCase, project_id: int) -> None:
    """What people know without looking anything up; the tokens are the app's business, and said."""
    pay_figures.row(case, project_id, "calls", "first")
    _choice("Prices of the fine-tuned model", TUNED_AS, case.tuned_choices, case.tuned, project_id)
    _choice("Prices of the model you ask today", OTHER_AS, case.other_choices, case.other, project_id)
    pay_sliders.people(case, project_id, st.columns(3, gap="large"))
    st.text(lengths_told(case.figures, case.story), width=page.PROSE)


def _verdict(story: PayStory) -> None:
    st.markdown(f"**{page.plain(story.sentence)}**", width=page.PROSE)
    for said in (story.because, story.quality):
        if said:
            st.text(said, width=page.PROSE)


def _choice(label: str, name: str, choices: tuple[Choice, ...], standing: Choice | None, project_id: int) -> None:
    labels = {one.key: one.marked for one in choices}
    key = f"pay-{project_id}-{name}"
    st.session_state[key] = standing.key if standing else None
    st.selectbox(
        label,
        list(labels),
        format_func=lambda one: labels.get(one, one),
        index=None,
        placeholder="Choose whose prices to calculate with",
        key=key,
        on_change=_keep,
        args=(project_id, name, key),
    )


def _picture(case: PayCase, project_id: int) -> None:
    view = st.segmented_control(
        "Show",
        list(VIEWS),
        default="By month",
        required=True,
        key=f"pay-{project_id}-view",
        label_visibility="collapsed",
    )
    if case.story.by_month:
        figure = pay_plot(case.story, by=VIEWS[view or "By month"], dark=charts.is_dark())
        charts.show(figure, key=f"pay-{project_id}-chart", alt=alt_text(case.story))
        for said in (case.story.drawn, f"{case.story.money}."):
            if said:
                st.text(said, width=page.PROSE)
    else:
        st.text("There is no time left in which it could pay: choose another model's prices.")
    places = st.columns(3, gap="large")
    pay_sliders.running(case, project_id, places)
    with places[2]:
        key = f"pay-{project_id}-{HORIZON}"
        st.session_state[key] = case.horizon
        st.selectbox(
            "Look ahead",
            HORIZONS,
            format_func=lambda months: AHEAD[months],
            key=key,
            on_change=_keep,
            args=(project_id, HORIZON, key),
        )


def _notes(story: PayStory) -> None:
    st.markdown("\n".join(f"- {page.plain(said)}" for said in story.notes), width=page.PROSE)


def _more(case: PayCase, project_id: int) -> None:
    options = [ALL, ARITHMETIC] if case.story.lines else [ALL]
    shown = st.segmented_control(
        "More", options, key=f"pay-{project_id}-more", label_visibility="collapsed", selection_mode="single"
    )
    if shown == ALL:
        pay_figures.every(case, project_id)
    elif shown == ARITHMETIC and case.story.lines:
        _arithmetic(case.story)


def _arithmetic(story: PayStory) -> None:
    names = ("What", "How", "Result", "From")
    told = [(line.what, line.how, line.amount, line.source or "the lines above") for line in story.lines]
    # A table of its own scrolls within itself on a narrow screen; its cells render Markdown.
    st.table(
        [dict(zip(names, map(page.plain, cells), strict=True)) for cells in told], border="horizontal", hide_index=True
    )
    st.text(
        "Every figure is a range: the results hold for all figures inside them. Both ways cost something once, each month "
        "and each call. The next training is set aside for month by month, so that none puts it into the red again.",
        width=page.PROSE,
    )


def _keep(project_id: int, name: str, key: str) -> None:
    choose(session.db(), project_id, name, st.session_state[key])
