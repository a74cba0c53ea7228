"""What few ask for, folded away until they do: the parts of the test set, confusions, cost, time, more data, a judge."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ftcore.records import Story
from ftcore.report import words
from ftcore.store import run_rows
from ftcore.store.runs import Run
from ftcore.ui import charts, page, session
from ftcore.ui.evaluate import confusion_panel, judge_panel, learning_panel, slices_panel


def draw(story: Story, run: Run) -> None:
    """Everything but the ways' averages, which the report draws too."""
    fold("Is it better everywhere? The parts of the test set", "grid_view", "slices", slices_panel.draw, story, run)
    if confusion_panel.fits(run):
        fold("Which labels are confused?", "compare", "confusion", confusion_panel.draw, story, run)
    fold("What does a better answer cost?", "payments", "cost", _cost, story, run)
    fold("How long does an answer take?", "timer", "latency", _latency, story, run)
    fold("Will more data help?", "trending_up", "learning", learning_panel.draw, story, run)
    fold("What does a model say as judge?", "gavel", "judge", judge_panel.draw, story, run)


def fold(title: str, icon: str, key: str, content: Callable[[Story, Run], None], story: Story, run: Run) -> None:
    """Computes nothing before it is opened. `icon` is a Material symbol's name."""
    place = st.expander(title, icon=f":material/{icon}:", key=f"fold-{key}", on_change="rerun")
    if place.open:
        with place:
            content(story, run)


def _cost(story: Story, run: Run) -> None:
    from ftcore.report.trade_offs import cost_of, cost_plot, priced

    dollars = priced(story.arms)
    costs = [(arm, cost_of(arm, dollars=dollars)) for arm in story.arms]
    unit = "US dollars per 1,000 questions" if dollars else "tokens a question"
    told = [
        f"{arm.label}: {words.points(arm.average)} of 100 for {cost:,.2f} {unit}"
        if dollars
        else f"{arm.label}: {words.points(arm.average)} of 100 for {cost:,.0f} {unit}"
        for arm, cost in costs
        if cost is not None
    ]
    if told:
        figure = cost_plot(story.arms, dark=charts.is_dark(), axis=words.axis_title(story))
        charts.show(figure, key="cost-plot", alt="; ".join(told))
    if not dollars:
        st.caption(
            "No price is known for these models, or they run on your own computer. So tokens are shown: what a question and "
            "its answer take to read and write."
        )
    unknown = [arm.label for arm, cost in costs if cost is None]
    if unknown:
        st.caption(page.plain(f"Of unknown price, so not drawn: {', '.join(unknown)}."))
    if story.spent is not None:
        st.caption(page.plain(f"The answers of this comparison cost {words.dollars(story.spent)}."))


def _latency(story: Story, run: Run) -> None:
    from ftcore.evaluation.latency import latency
    from ftcore.report.trade_offs import Wait, seconds, wait_plot

    with session.db().read() as c:
        took = run_rows.seconds(c, run.id)
    found = [(arm, latency(took.get(arm.arm, ()))) for arm in story.arms]
    waits = [Wait(arm, one.median, one.p95) for arm, one in found if one is not None]
    if not waits:
        st.text("No answer arrived, so no time was measured.")
        return
    parts = [f"{w.arm.label}: {seconds(w.median)}, 95 of 100 below {seconds(w.p95)}" for w in waits]
    charts.show(wait_plot(waits, dark=charts.is_dark()), key="latency-plot", alt="; ".join(parts))
    st.caption(
        "The shape is the middle answer, the stroke what 95 of 100 stay below. Up to 32 questions were under way at once, so "
        "these times hold the waiting in line: one question alone is answered sooner. The ways were asked in a random order, so "
        "all waited alike. An answer kept from an earlier run counts with the time measured then."
    )
