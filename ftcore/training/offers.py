"""What speaks against training this model at this endpoint: its limits, its prices, and what closes when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ftcore.records import Severity
from ftcore.training.preflight import MINIMUM, Finding
from ftcore.training.settings import DPO, Settings
from ftcore.training.survey import Survey
from ftcore.training.terms import Terms

NO_MODEL = "no-model"
PRICE_UNKNOWN, PRICE_OLD = "price-unknown", "price-old"
SHUTS_DOWN, CLOSES = "shuts-down", "closes"
_TRAINING = re.compile(r"train|tun|job", re.IGNORECASE)
OWN_PRICES = "Say it under Connections: Edit, the price of a million training tokens (0 for a server of your own)."
OWN_PROVIDERS = "If that is no longer so, correct your own copy of providers.yaml, under Connections."


def examine(survey: Survey, terms: Terms, settings: Settings, today: date | None = None) -> list[Finding]:
    """Everything that the endpoint's side has against it; `today` is this computer's."""
    day = today or date.today()
    return [
        *_model(terms),
        *_settings(terms, settings),
        *_sizes(survey, terms),
        *_endings(terms, day),
        *_price(terms, day),
    ]


def _model(terms: Terms) -> Iterator[Finding]:
    if not terms.base_model.strip():
        yield Finding(Severity.ERROR, "Name the base model to train from, as the provider calls it.", NO_MODEL)
    elif terms.price is not None and not terms.price.trainable:
        said = f"{terms.base_model} cannot be fine-tuned at {terms.provider_label}. Choose another base model."
        yield Finding(Severity.ERROR, said, "not-trainable")
    elif terms.listed and terms.base_model not in terms.listed:
        when = f" ({_day(terms.endpoint.checked_at.date())})" if terms.endpoint.checked_at else ""
        said = f"{terms.label} did not list {terms.base_model} when its connection was last tested{when}."
        yield Finding(Severity.WARNING, f"{said} Check the name.", "not-listed")


def _settings(terms: Terms, settings: Settings) -> Iterator[Finding]:
    for sentence in settings.faults(suffix_limit=terms.suffix_limit):
        yield Finding(Severity.ERROR, sentence, "settings")
    if settings.method in ("supervised", DPO) and settings.method not in terms.methods:
        said = "pairs of answers (DPO)" if settings.method == DPO else "single answers"
        yield Finding(Severity.ERROR, f"{terms.provider_label} does not train on {said}.", "method")


def _sizes(survey: Survey, terms: Terms) -> Iterator[Finding]:
    least = terms.limit("rows") or MINIMUM
    if least > MINIMUM and survey.trained() < least:
        said = f"{terms.provider_label} trains on {least:,} examples or more; there are {survey.trained():,}."
        yield Finding(Severity.ERROR, f"{said} Approve or add more on Curate.", "few-there")
    most = terms.limit("file_bytes")
    if most is not None and survey.sent_bytes > most:
        size = f"{survey.sent_bytes / 1e6:,.0f} MB, and {terms.provider_label} takes {most / 1e6:,.0f} MB"
        yield Finding(Severity.ERROR, f"The training file has {size}. Approve fewer examples.", "large-file")
    longest = terms.limit("tokens_per_example")
    over = [(tokens, id_) for tokens, id_ in survey.long if longest is not None and tokens > longest]
    if over and longest is not None:
        several = "1 example is" if len(over) == 1 else f"{len(over):,} examples are"
        said = f"{several} longer than the {longest:,} tokens that {terms.provider_label} takes; the rest may be cut off unsaid"
        first = f"(the longest: example {over[0][1]}, {over[0][0]:,} tokens)"
        yield Finding(Severity.WARNING, f"{said} {first}. Shorten or reject them on Curate.", f"long:{len(over)}")


def _endings(terms: Terms, today: date) -> Iterator[Finding]:
    yield from _shutdown(terms, today)
    if terms.provider is None:
        return
    service = [ending for ending in terms.provider.ends if not ending.models]
    for ending in (one for one in service if one.day >= today):
        said = f"{terms.provider_label}, from {_day(ending.day)} ({_in_days(ending.day, today)}): {ending.fact.value}"
        # What ends and is no training (a service beside it) is for the reader only.
        kind = Severity.WARNING if _TRAINING.search(str(ending.fact.value)) else Severity.HINT
        yield Finding(kind, f"{said} This is {ending.fact.origin(today)}.", f"{CLOSES}:{ending.day.isoformat()}")
    ended = [f"since {_day(one.day)}: {one.fact.value}" for one in service if one.day < today]
    if ended:
        said = f"{terms.provider_label}, {' And '.join(ended)} It may refuse the job; nothing is paid then."
        yield Finding(Severity.HINT, said, "closed")


def _shutdown(terms: Terms, today: date) -> Iterator[Finding]:
    ending = terms.provider.ending_of(terms.base_model) if terms.provider is not None else None
    told = [(terms.shutdown, "the server says so")] if terms.shutdown is not None else []
    told += [(ending.day, f"this is {ending.fact.origin(today)}")] if ending is not None else []
    if not told:
        return
    day, source = min(told)
    if day <= today:
        said = f"{terms.base_model} stopped answering on {_day(day)} ({source}). Choose another base model."
        yield Finding(Severity.ERROR, f"{said} {OWN_PROVIDERS}", SHUTS_DOWN)
    else:
        said = f"{terms.base_model}, and what is tuned from it, stops answering in {_days(day, today)}, on {_day(day)}"
        yield Finding(Severity.WARNING, f"{said} ({source}).", f"{SHUTS_DOWN}:{day.isoformat()}")


def _price(terms: Terms, today: date) -> Iterator[Finding]:
    if terms.free or not terms.base_model.strip():
        return
    if terms.rate is None:
        said = f"What {terms.label} charges for training {terms.base_model} is not known, so neither is what this will cost."
        yield Finding(Severity.WARNING, f"{said} {OWN_PRICES}", PRICE_UNKNOWN)
    elif terms.figure is not None and terms.figure.is_old(today):
        said = f"The price of ${terms.rate:,.2f} for a million tokens is {terms.figure.origin(today)}"
        ask = "" if "check it" in said else ": check it"
        yield Finding(Severity.WARNING, f"{said}{ask}.", PRICE_OLD)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _days(day: date, today: date) -> str:
    number = (day - today).days
    return "1 day" if number == 1 else f"{number:,} days"


def _in_days(day: date, today: date) -> str:
    return "today" if day == today else f"in {_days(day, today)}"
