"""What fine-tuning would cost this project, and when it pays: gathered from the store and the price files, and told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore.decision.pay import BY_KEY, About, pay_story_of
from ftcore.decision.pay.saying import joined
from ftcore.endpoints.facts import facts_of
from ftcore.endpoints.figures import Figure
from ftcore.records.pay import Origin, Outcome, PayFigure, PayStory
from ftcore.report.facts import called, short
from ftcore.report.paying.choices import (
    AS_MEASURED,
    MINE,
    OWN,
    Choice,
    as_measured,
    figures_of,
    other_choices,
    tuned_choices,
)
from ftcore.report.paying.counted import counted, trained
from ftcore.report.paying.measured import Measured, measured
from ftcore.report.paying.sources import Known, figures_known, kept_as, key_of, number_said, typed_range
from ftcore.store import assumptions, decisions, projects
from ftcore.store.database import Database
from ftcore.workspace import Workspace

HORIZONS = (6, 12, 24, 36)
"""Months that may be looked ahead."""
TUNED_AS, OTHER_AS, HORIZON = "tuned_as", "other_as", "horizon"
"""Among a project's assumptions: whose prices each way is calculated with, and how many months are looked ahead."""
LABEL = 60
_PRICED = {
    "train": "training",
    "input": "tokens in",
    "cached": "tokens in from the cache",
    "output": "tokens out",
    "hosting": "hosting",
}


@dataclass(frozen=True, slots=True)
class PayCase:
    """The story with what the panel needs to change it. `tuned` and `other` are the choices that stand; None = nothing is chosen
    yet. `typed` are the keys of the figures that people set here."""

    story: PayStory
    figures: dict[str, PayFigure]
    tuned_choices: tuple[Choice, ...]
    other_choices: tuple[Choice, ...]
    tuned: Choice | None
    other: Choice | None
    horizon: int
    typed: frozenset[str]
    measured: Measured | None


def pay_story(db: Database, project_id: int, *, today: date | None = None) -> PayStory:
    """Raises LookupError when there is no such project, EndpointError when a file that ships with the app is broken."""
    return pay_case(db, project_id, today=today).story


def pay_case(db: Database, project_id: int, *, today: date | None = None) -> PayCase:
    """The same with the choices; `today` is this computer's day."""
    with db.read() as c:
        return pay_case_in(c, db.path.parent, project_id, today=today)


def pay_case_in(c: Connection, root: Path, project_id: int, *, today: date | None = None) -> PayCase:
    """`pay_case` for whoever reads already; `root` is the workspace's folder."""
    day = today or date.today()
    facts = facts_of(Workspace(root))
    project = projects.get(c, project_id)
    typed = assumptions.get(c, project_id)
    decision = decisions.latest(c, project_id)
    found = measured(c, project_id)
    of_tuned, of_other = [
        as_measured(c, facts, way, tuned=tuned, today=day) if found and way else None
        for way, tuned in ((found and found.tuned, True), (found and found.other, False))
    ]
    tuned_from = (*([of_tuned] if of_tuned else []), *tuned_choices(facts, day))
    other_from = (*([of_other] if of_other else []), *other_choices(facts, day))
    tuned = chosen(tuned_from, typed.get(TUNED_AS), of_tuned)
    known = Known(
        typed=typed,
        details=decision.details if decision else {},
        measured=found,
        counted=counted(c, project),
        trained=trained(c, project_id, found.job_id if found else None),
        tuned=tuned,
        other=chosen(other_from, typed.get(OTHER_AS), of_other) or _beside(tuned, other_from),
        today=day,
    )
    horizon = next((months for months in HORIZONS if months == typed.get(HORIZON)), 12)
    figures = figures_known(known)
    story = _asking(pay_story_of(figures, _about(known, figures, horizon)), known)
    kept = {key: typed.get(kept_as(key, known.tuned, known.other)) for key in figures}
    keys = frozenset(key for key, value in kept.items() if value is not None and not isinstance(value, Mapping))
    return PayCase(story, figures, tuned_from, other_from, known.tuned, known.other, horizon, keys, found)


def set_figure(db: Database, case: PayCase, project_id: int, key: str, ends: Sequence[float] | None) -> bool:
    """Keeps a figure that somebody typed, for everybody in the project; None goes back to what was found. False where it is out of
    bounds: nothing is kept then."""
    wanted = None if ends is None else typed_range(BY_KEY[key], list(ends))
    if ends is not None and wanted is None:
        return False
    kept = None if wanted is None else [None if math.isinf(one) else one for one in wanted]
    with db.write() as c:
        assumptions.put(c, project_id, kept_as(key, case.tuned, case.other), kept)
    return True


def choose(db: Database, project_id: int, name: str, value: str | int | None) -> None:
    """Keeps whose prices are calculated with (`tuned_as`, `other_as`) or how many months are looked ahead (`horizon`)."""
    with db.write() as c:
        assumptions.put(c, project_id, name, value)


def chosen(choices: tuple[Choice, ...], key: Any, otherwise: Choice | None) -> Choice | None:
    return next((one for one in choices if one.key == key), otherwise)


def _beside(tuned: Choice | None, others: tuple[Choice, ...]) -> Choice | None:
    """Until the other way's model is chosen: the tuned model's own base, where its price is known."""
    if tuned is None or tuned.key in (OWN, AS_MEASURED):
        return MINE if tuned is not None and tuned.key == OWN else None
    return next((one for one in others if one.key == tuned.key), None)


def _about(known: Known, figures: Mapping[str, PayFigure], horizon: int) -> About:
    found, tuned = known.measured, known.tuned
    better = found.better if found else None
    error = number_said(known.details, "error_cost")
    return About(
        other=short(called(found.other.label, found.other.kind), LABEL) if found else "Your prompt",
        other_kind=found.other.kind if found else "prompt",
        tuned=short(found.tuned.label, LABEL) if found and found.tuned else "Fine-tuned",
        horizon=float(horizon),
        today=known.today,
        shutdown=tuned.shutdown if tuned else None,
        better=replace(better, error_cost=error) if better else None,
        notes=tuple(_notes(known, figures)),
        closing=tuned.ends if tuned else "",
        doubt=_doubt(known, figures),
    )


def _asking(story: PayStory, known: Known) -> PayStory:
    """Where prices are missing because nothing is chosen, the sentence asks for the choice, not for five prices."""
    if story.outcome is not Outcome.UNKNOWN or (known.tuned is not None and known.other is not None):
        return story
    others = [label for label in story.missing if not label.startswith("Price of")]
    more = f" Missing besides: {joined([f'“{label}”' for label in others])}." if others else ""
    ends = f" {known.tuned.label}: {known.tuned.marks}." if known.tuned and known.tuned.marks else ""
    sentence = f"Whether it would pay is not known yet: choose whose prices to calculate with.{ends}{more}"
    return replace(story, sentence=sentence, money="Not worked out: nobody has chosen whose prices to calculate with.")


def _notes(known: Known, figures: Mapping[str, PayFigure]) -> list[str]:
    found, tuned, other = known.measured, known.tuned, known.other
    said = []
    if found is not None and found.practice:
        which = f"those of {tuned.label}" if tuned and tuned.key != OWN else "another model's"
        said.append(
            f"Tokens were measured on the small practice model; the prices are {which}. How much better a larger model "
            "would answer, the practice model cannot tell."
        )
    if tuned is not None and tuned.shutdown is not None:
        gone = "were shut down" if tuned.shutdown <= known.today else "are shut down"
        said.append(
            f"{tuned.label} and what is tuned from it {gone} on {tuned.shutdown.day} {tuned.shutdown:%B %Y} ({tuned.shutdown_origin})."
        )
    if other is not None and other.shutdown is not None and (tuned is None or other.shutdown != tuned.shutdown):
        said.append(
            f"{other.label} is shut down on {other.shutdown.day} {other.shutdown:%B %Y} ({other.shutdown_origin})."
        )
    said += tuned.closing if tuned else ()
    if found and found.tuned and not found.practice and found.tuned.seconds and found.other.seconds:
        said.append(
            f"An answer took {found.tuned.seconds:.1f} seconds (the middle one), and {found.other.seconds:.1f} with "
            f"“{short(found.other.label, LABEL)}”: measured in run {found.run}."
        )
    said += _old(known, figures)
    return said


def _used(known: Known, figures: Mapping[str, PayFigure]) -> Iterator[tuple[Choice, str, Figure]]:
    """The prices of the file that went in and should be checked: not those that somebody typed another over."""
    for way, one in (("tuned", known.tuned), ("other", known.other)):
        for name, figure in figures_of(one.price if one else None).items():
            key = key_of(way, name)
            if one and key and figures[key].origin is Origin.PRICE and figure.is_old(known.today):
                yield one, name, figure


def _doubt(known: Known, figures: Mapping[str, PayFigure]) -> tuple[str, ...]:
    """For the line of money, which has room for a few words: what is old of the prices, or never was dated."""
    used = [figure for _, _, figure in _used(known, figures)]
    found = {
        "from memory": any(one.source == "memory" for one in used),
        "over 90 days old": any(one.source != "memory" and one.read for one in used),
        "undated": any(one.source != "memory" and one.read is None for one in used),
    }
    return tuple(said for said, is_so in found.items() if is_so)


def _old(known: Known, figures: Mapping[str, PayFigure]) -> list[str]:
    """Prices that are used and were read more than 90 days ago, or nobody knows when: which, from where, how long ago."""
    old: dict[str, dict[str, list[str]]] = {}
    for one, name, figure in _used(known, figures):
        names = old.setdefault(one.label, {}).setdefault(figure.origin(known.today), [])
        names += [_PRICED[name]] if _PRICED[name] not in names else []
    return [
        f"Prices of {label} to check on the provider's page: "
        f"{'; '.join(f'{joined(names)}, {origin}' for origin, names in by_origin.items())}."
        for label, by_origin in old.items()
    ]
