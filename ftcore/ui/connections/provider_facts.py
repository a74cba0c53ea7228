"""What is known of a provider, said before anything is typed: what differs, what it costs, what closes when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import streamlit as st

from ftcore.endpoints.facts import Facts
from ftcore.endpoints.figures import Figure
from ftcore.endpoints.prices import Price
from ftcore.endpoints.providers import Ending, Provider
from ftcore.ui import ledger, page

SOON = 90
"""Days before an ending from which it stands as a warning."""
CHARGED = {"train": "training", "input": "input", "cached": "cached input", "output": "output"}


def draw(provider: Provider, facts: Facts, today: date | None = None) -> None:
    moment = today or date.today()
    ends = sorted(provider.ends, key=lambda ending: ending.day)
    near = [say_ending(ending, moment) for ending in ends if (ending.day - moment).days <= SOON]
    if near:
        st.warning(bullets(near), icon=":material/event_busy:")
    later = [say_ending(ending, moment) for ending in ends if (ending.day - moment).days > SOON]
    costs = list(_costs(provider, facts, moment))
    lines = {
        "What differs": " ".join(_told(figure, moment) for figure in provider.differs) or "Nothing that we know of.",
        "Before it answers": _told(provider.deployment.fact, moment) if provider.deployment else "",
        "Trains": {"supervised": "on examples", "supervised dpo": "on examples, and on pairs of answers"}.get(
            " ".join(provider.methods), ""
        ),
        "Pausing": "can be paused and resumed" if provider.pauses else "cannot be paused, as far as we know",
        "Closes": " ".join(later),
        "Note": provider.note,
    }
    ledger.draw(lines, alt=f"What is known of {provider.label}")
    if costs:
        st.markdown("**What it costs**, in US dollars")
        table(dict(costs), alt=f"What {provider.label} charges")
    elif not provider.practice:
        st.text("What it costs is not known here. Look at its own page before you train.")


def bullets(sentences: Sequence[str]) -> str:
    """One sentence as it is, several as a list."""
    plain = [page.plain(sentence) for sentence in sentences]
    return plain[0] if len(plain) == 1 else "\n".join(f"- {sentence}" for sentence in plain)


def table(lines: Mapping[str, str], *, alt: str) -> None:
    with st.container(width=page.PROSE):
        st.table(
            {f"**{page.plain(name)}**": page.plain(told) or "—" for name, told in lines.items()},
            border="horizontal",
            alt=alt,
        )


def say_ending(ending: Ending, today: date) -> str:
    """ "Closes in 43 days, on 2027-01-06: ... (from a third party, read 2026-11-01)"."""
    days = (ending.day - today).days
    when = f"In {days:,} days, on {ending.day.isoformat()}" if days > 0 else f"Since {ending.day.isoformat()}"
    what = str(ending.fact.value)
    models = f"{', '.join(ending.models)}: " if ending.models else ""
    return f"{when}: {models}{what} ({ending.fact.origin(today)})"


def _told(figure: Figure, today: date) -> str:
    """The statement, with its source only where it is old: a source behind every sentence would hide the sentences."""
    text = str(figure.value)
    return f"{text} ({figure.origin(today)})" if figure.is_old(today) else text


def _costs(provider: Provider, facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    for price in (one for one in facts.prices if one.provider == provider.name):
        figures = dict(price.figures())
        parts = [_cost(name, figure) for name, figure in figures.items()]
        origins = list(dict.fromkeys(figure.origin(today) for figure in figures.values()))
        told = f"{', '.join(parts)} ({'; '.join(origins)})" if parts else ""
        barred = "" if price.trainable else "Cannot be fine-tuned."
        yield _model(price), " ".join(part for part in (told, price.note, barred) if part)


def _model(price: Price) -> str:
    name = "Every model" if price.model == "any" else price.model
    return f"{name}, tuned" if price.tuned and price.model != "any" else name


def _cost(name: str, figure: Figure) -> str:
    if name == "hosting":
        return f"${figure.value:,.2f} an hour for hosting"
    return f"${figure.value:,.2f} for a million tokens of {CHARGED[name]}"
