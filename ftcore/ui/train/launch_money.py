"""What a launch will send, take and cost, and what was spent this month."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Split
from ftcore.training import budget
from ftcore.training.estimate import PartEstimate, range_reason
from ftcore.training.outlook import Outlook
from ftcore.training.spending import Spent
from ftcore.training.terms import Terms
from ftcore.ui import ledger, page, say

UNKNOWN_TIME = "Not known: the first job there will show"


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
        placeholder=f"{own:,.2f}, as set there" if own is not None else "no limit",
        key=f"budget-{terms.endpoint.id}",
        help="It does not start when the high estimate is above this. Limits for every launch and for the month are set under Connections.",
    )


def summary(outlook: Outlook) -> None:
    """The facts of the launch, as a quiet list, and why the price is a range."""
    terms, survey = outlook.terms, outlook.survey
    test = survey.count(Split.TEST)
    where = "This computer. Nothing leaves it." if terms.free and terms.label == "This computer" else terms.label
    lines = {
        "What": _what(outlook),
        "Not sent": f"{say.count(test, 'test example')}, kept for the comparison" if test else "",
        "Where": where,
        "Time": _time(outlook),
        "Price": price_with_source(outlook),
        **_spent(outlook),
        "Fingerprint": survey.digest[:12],
    }
    ledger.draw(lines, alt="What will be sent, where, how long it takes and its price")
    if len(outlook.estimate.parts) > 1:
        _parts(outlook)
    if not terms.free and outlook.estimate.cost is not None:
        st.caption(page.plain(range_reason(survey, terms)))


def price(outlook: Outlook) -> str:
    """ "$0", "$3.10 to $4.20" or "price not known"."""
    if outlook.terms.free:
        return "$0"
    return _range(outlook.estimate.cost)


def price_with_source(outlook: Outlook) -> str:
    figure = outlook.terms.figure
    if figure is None or outlook.estimate.cost is None:
        return price(outlook)
    return f"{price(outlook)}. ${outlook.terms.rate:,.2f} for a million tokens, {figure.origin()}"


def sentence(outlook: Outlook) -> str:
    """What pressing the button does, as one question."""
    survey, cost, seconds = outlook.survey, outlook.estimate.cost, outlook.estimate.seconds
    what = f"{survey.sent:,} pairs of answers" if outlook.settings.pairs else say.count(survey.sent, "example")
    jobs = f" for {len(outlook.estimate.parts)} trainings" if len(outlook.estimate.parts) > 1 else ""
    money = f" and spend {_range(cost)}" if cost is not None else ""
    time = f", {say.span(*seconds)}" if seconds is not None else ""
    asked = f"Send {what} to {outlook.terms.label}{jobs}{money}{time}?"
    if cost is None:
        return f"{asked} What it will cost is not known."
    return f"{asked} {_limit(outlook)}" if outlook.limit is not None else asked


def month_words(spent: Spent) -> str:
    """What a month has cost so far: "$12.40", "up to $12.40 (2 jobs have not ended)"."""
    known = f"${spent.high:,.2f}" if spent.certain else f"${spent.low:,.2f} to at most ${spent.high:,.2f}"
    if not spent.unpriced:
        return known
    return f"{known}, and {say.count(spent.unpriced, 'job')} of which the price is not known"


def _limit(outlook: Outlook) -> str:
    limits = outlook.terms.endpoint.limits
    month = limits.get(budget.MONTH)
    if month is not None and outlook.limit == max(0.0, month - outlook.spent.high):
        return f"It won't start above your ${month:,.2f} limit for a month."
    return f"It won't start above your ${outlook.limit:,.2f} limit."


def _what(outlook: Outlook) -> str:
    survey = outlook.survey
    train, validation = survey.count(Split.TRAIN), survey.count(Split.VALIDATION)
    learnt = (
        say.count(train, "pair of answers", "pairs of answers")
        if outlook.settings.pairs
        else say.count(train, "example")
    )
    watched = f" and {validation:,} to watch the learning" if validation else ""
    parts = outlook.estimate.parts
    if len(parts) > 1:
        return f"{learnt} to learn from{watched}: {outlook.estimate.tokens:,} tokens in {len(parts)} trainings"
    passes = say.count(outlook.estimate.epochs, "pass", "passes")
    return f"{learnt} to learn from{watched}: {outlook.estimate.tokens:,} tokens in {passes}"


def _time(outlook: Outlook) -> str:
    seconds, measured = outlook.estimate.seconds, outlook.estimate.measured
    if seconds is None:
        return UNKNOWN_TIME
    told = say.span(*seconds)
    source = f", as {'its last job' if measured == 1 else f'its last {measured} jobs'} took" if measured else ""
    return f"{told[:1].upper()}{told[1:]}{source}"


def _spent(outlook: Outlook) -> dict[str, str]:
    """This month here and, where more was spent elsewhere, in total. Nothing where nothing is paid."""
    terms, here, total = outlook.terms, outlook.spent, outlook.month.total
    if terms.free:
        return {}
    limit = terms.endpoint.limits.get(budget.MONTH)
    of_limit = f" of your ${limit:,.2f} limit" if limit is not None else ""
    elsewhere = f"; {month_words(total)} at all endpoints" if total.high - here.high >= 0.005 else ""
    return {"This month": f"{month_words(here)}{of_limit} spent at {terms.label}{elsewhere}"}


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
    return row if outlook.terms.free else {**row, "Price": _range(part.cost)}


def _range(cost: tuple[float, float] | None) -> str:
    if cost is None:
        return "price not known"
    low, high = (f"${dollars:,.2f}" for dollars in cost)
    return low if low == high else f"{low} to {high}"
