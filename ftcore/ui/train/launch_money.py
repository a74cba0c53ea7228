"""What a launch will send, take and cost, and what was spent this month."""

from __future__ import annotations

import streamlit as st

from ftcore.training import budget
from ftcore.training.estimate import PartEstimate, range_reason
from ftcore.training.outlook import Outlook
from ftcore.training.terms import Terms
from ftcore.ui import ledger, page, say
from ftcore.ui.train import launch_words


def ask_budget(terms: Terms) -> float | None:
    """The most that this launch may cost, US dollars; None = only the endpoint's own limits. Nothing is asked where nothing is
    paid."""
    if terms.free:
        return None
    own = terms.endpoint.limits.get(budget.JOB)
    return st.columns(4)[0].number_input(
        "Most it may cost (USD)",
        min_value=0.0,
        value=None,
        step=1.0,
        placeholder=f"{own:,.2f}" if own is not None else "no limit",
        key=f"budget-{terms.endpoint.id}",
        help="It does not start when the high estimate is above this. Limits for every launch and for the month are set under Connections.",
    )


def summary(outlook: Outlook) -> None:
    """The facts of the launch, as a quiet list, and why the price is a range."""
    terms = outlook.terms
    ledger.draw(launch_words.lines(outlook), alt="What will be sent, where, how long it takes and its price")
    if len(outlook.estimate.parts) > 1:
        _parts(outlook)
    if not terms.free and outlook.estimate.cost is not None:
        st.caption(page.plain(range_reason(outlook.survey, terms)))


def _parts(outlook: Outlook) -> None:
    """What each job of a group takes."""
    st.dataframe(
        [_part(part, outlook) for part in outlook.estimate.parts],
        hide_index=True,
        width=ledger.WIDTH,
        key="group-parts",
    )


def _part(part: PartEstimate, outlook: Outlook) -> dict[str, object]:
    row: dict[str, object] = {
        "Examples": f"{part.rows:,}",
        "Seed": str(part.part.seed),
        "Passes": str(part.epochs),
        "Tokens": f"{part.tokens:,}",
    }
    if part.seconds is not None:
        row["Time"] = say.span(*part.seconds)
    return row if outlook.terms.free else {**row, "Price": launch_words.money(part.cost)}
