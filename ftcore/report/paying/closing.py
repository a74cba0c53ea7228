"""What a provider ends, in a few words: for the list of prices and for the first sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ftcore.decision.pay.saying import day
from ftcore.endpoints.providers import Ending, Provider

TRAINING = ("train", "tuning", "tuned", "job")
"""Words by which an ending of the service is known to be one of its trainings."""
NEWCOMERS = "never"
"""In "organisations that had never fine-tuned can no longer": closed to those who begin now."""


def of_training(provider: Provider | None) -> list[Ending]:
    """What a provider ends of its trainings, the soonest first."""
    if provider is None:
        return []
    told = (
        one for one in provider.ends if not one.models and any(word in str(one.fact.value).lower() for word in TRAINING)
    )
    return sorted(told, key=lambda one: one.day)


def briefly(ends: Sequence[Ending], today: date) -> str:
    """ "closed to newcomers since 7 May 2026; no new fine-tuning jobs for anyone from 6 January 2027"."""
    told = []
    for one in ends:
        first = str(one.fact.value).split(". ")[0].rstrip(".").strip()
        since = "since" if one.day <= today else "from"
        if NEWCOMERS in first.lower():
            told.append(f"closed to newcomers {since} {day(one.day)}")
        elif first.lower().startswith("no new"):
            told.append(f"{first[:1].lower()}{first[1:]} {since} {day(one.day)}")
    return "; ".join(told)


def listed(ends: Sequence[Ending], shutdown: date | None, today: date) -> str:
    """The same for a line of a list, what matters most first: "shut down 14 Jan 2027; closed to newcomers; no new fine-tuning jobs
    from 6 Jan 2027"."""
    told = [f"shut down {_short(shutdown)}"] if shutdown is not None else []
    for one in ends:
        if said := briefly([one], today):
            said = said.removesuffix(f" since {day(one.day)}").replace(" for anyone", "")
            told.append(said.replace(day(one.day), _short(one.day)))
    return "; ".join(told)


def _short(found: date) -> str:
    return f"{found.day} {found:%b %Y}"


def last_training(ends: Sequence[Ending]) -> date | None:
    """The day from which nobody, or no newcomer, trains there any more: the soonest that is told; None = none is."""
    return next((one.day for one in ends if briefly([one], date.min)), None)
