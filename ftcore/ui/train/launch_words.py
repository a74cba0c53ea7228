"""A launch in words: what is sent, where, how long it takes and what it costs. Also for the command line: nothing here draws."""

from __future__ import annotations

from ftcore.records import LOCAL, Split
from ftcore.training import budget
from ftcore.training.outlook import Outlook
from ftcore.training.spending import Spent
from ftcore.ui import say

UNKNOWN_TIME = "Not known: the first job there will show"


def lines(outlook: Outlook) -> dict[str, str]:
    """The facts of a launch, each with its name; "" where there is nothing to say."""
    terms, test = outlook.terms, outlook.survey.count(Split.TEST)
    here = terms.endpoint.name == LOCAL
    return {
        "What": what(outlook),
        "Not sent": f"{say.count(test, 'test example')}, kept for the comparison" if test else "",
        "Where": "This computer. Nothing leaves it." if here else terms.label,
        "Time": time(outlook),
        "Price": price_with_source(outlook),
        "This month": spent(outlook),
        "Fingerprint": outlook.survey.digest[:12],
    }


def price(outlook: Outlook) -> str:
    """ "$0", "$3.10 to $4.20" or "price not known"."""
    if outlook.terms.free:
        return "$0"
    if not outlook.terms.base_model:
        return "depends on the base model"
    return money(outlook.estimate.cost)


def price_with_source(outlook: Outlook) -> str:
    figure = outlook.terms.figure
    if figure is None or outlook.estimate.cost is None:
        return price(outlook)
    return f"{price(outlook)}. ${outlook.terms.rate:,.2f} for a million tokens, {figure.origin()}"


def question(outlook: Outlook) -> str:
    """What starting it does, as one question."""
    survey, cost, seconds = outlook.survey, outlook.estimate.cost, outlook.estimate.seconds
    rows = f"{survey.sent:,} pairs of answers" if outlook.settings.pairs else say.count(survey.sent, "example")
    jobs = f" for {len(outlook.estimate.parts)} trainings" if len(outlook.estimate.parts) > 1 else ""
    paid = "" if outlook.terms.free or cost is None else f" and spend {money(cost)}"
    takes = f", {say.span(*seconds)}" if seconds is not None else ""
    asked = f"Send {rows} to {_there(outlook)}{jobs}{paid}{takes}?"
    if cost is None:
        return f"{asked} What it will cost is not known."
    return f"{asked} {_limit(outlook)}" if outlook.limit is not None else asked


def document(outlook: Outlook) -> dict[str, object]:
    """For scripts. Money in US dollars, time in seconds; a range is [low, high]; None = not known."""
    figure, guess = outlook.terms.figure, outlook.estimate
    source = figure.source if figure is not None else None
    read = figure.read.isoformat() if figure is not None and figure.read is not None else None
    return {
        "fingerprint": outlook.survey.digest,
        "endpoint": outlook.terms.endpoint.name,
        "model": outlook.terms.base_model,
        "rows": {side.value: outlook.survey.count(side) for side in Split},
        "tokens": guess.tokens,
        "epochs": guess.epochs,
        "price": {"usd": guess.cost, "per_million_tokens": outlook.terms.rate, "source": source, "read": read},
        "seconds": guess.seconds,
        "month_usd": [outlook.spent.low, outlook.spent.high],
        "limit_usd": outlook.limit,
        "findings": [
            {"severity": one.severity.value, "code": one.code, "sentence": one.sentence} for one in outlook.findings
        ],
    }


def month_words(spent: Spent) -> str:
    """What a month has cost so far: "$12.40", "up to $12.40 (2 jobs have not ended)"."""
    known = f"${spent.high:,.2f}" if spent.certain else f"${spent.low:,.2f} to at most ${spent.high:,.2f}"
    if not spent.unpriced:
        return known
    return f"{known}, and {say.count(spent.unpriced, 'job')} of which the price is not known"


def what(outlook: Outlook) -> str:
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


def time(outlook: Outlook) -> str:
    seconds, measured = outlook.estimate.seconds, outlook.estimate.measured
    if seconds is None:
        return UNKNOWN_TIME
    told = say.span(*seconds)
    source = f", as {'its last job' if measured == 1 else f'its last {measured} jobs'} took" if measured else ""
    return f"{told[:1].upper()}{told[1:]}{source}"


def spent(outlook: Outlook) -> str:
    """This month there and, where more was spent elsewhere, in total; "" where nothing is paid."""
    terms, here, total = outlook.terms, outlook.spent, outlook.month.total
    if terms.free:
        return ""
    limit = terms.endpoint.limits.get(budget.MONTH)
    of_limit = f" of your ${limit:,.2f} limit" if limit is not None else ""
    elsewhere = f"; {month_words(total)} at all endpoints" if total.high - here.high >= 0.005 else ""
    return f"{month_words(here)}{of_limit} spent at {terms.label}{elsewhere}"


def _there(outlook: Outlook) -> str:
    return "this computer's trainer" if outlook.terms.endpoint.name == LOCAL else outlook.terms.label


def _limit(outlook: Outlook) -> str:
    limits = outlook.terms.endpoint.limits
    month = limits.get(budget.MONTH)
    if month is not None and outlook.limit == max(0.0, month - outlook.spent.high):
        return f"It won't start above your ${month:,.2f} limit for a month."
    return f"It won't start above your ${outlook.limit:,.2f} limit."


def money(cost: tuple[float, float] | None) -> str:
    if cost is None:
        return "price not known"
    low, high = (f"${dollars:,.2f}" for dollars in cost)
    return low if low == high else f"{low} to {high}"
