"""A launch before it is one: what would go where, what it will take, what speaks against it. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from ftcore.dataset.freeze import freezing
from ftcore.dataset.leakage import Leak
from ftcore.records import Endpoint, Severity, Snapshot
from ftcore.store import job_lists, open_problems, snapshots
from ftcore.training import budget as limits
from ftcore.training import offers, preflight
from ftcore.training.estimate import Estimate, estimate
from ftcore.training.preflight import Finding
from ftcore.training.settings import Settings
from ftcore.training.spending import Month, Spent, month
from ftcore.training.survey import Survey, survey_of
from ftcore.training.terms import Terms, terms_of


@dataclass(frozen=True, slots=True)
class Load:
    """What would be sent now: the rows as they were walked through, and the test rows that leak into them."""

    survey: Survey
    leaks: tuple[Leak, ...] = ()
    open_problems: tuple[tuple[Severity, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """`findings` are in order: errors stop the launch, warnings have to be acknowledged. `limit` is the most that it may cost, US
    dollars; None where no limit was set."""

    survey: Survey
    terms: Terms
    settings: Settings
    estimate: Estimate
    month: Month
    findings: tuple[Finding, ...]
    limit: float | None = None

    @property
    def spent(self) -> Spent:
        """This month at this endpoint."""
        return self.month.of(self.terms.endpoint)

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if one.severity is Severity.WARNING]

    @property
    def hints(self) -> list[Finding]:
        return [one for one in self.findings if one.severity is Severity.HINT]

    def open_warnings(self, acknowledged: Collection[str]) -> list[Finding]:
        return preflight.unacknowledged(self.findings, acknowledged)


def load_of(c: Connection, project_id: int, settings: Settings = Settings()) -> Load:
    """Walks through the approved examples as a launch with these settings would freeze them. Takes seconds for very many."""
    wanted = {"pairs": settings.pairs, "validation": settings.validation}
    found: list[Leak] = []
    survey = survey_of(
        freezing(c, project_id, **wanted), beside=lambda rows: found.extend(preflight.leaks(c, project_id, rows))
    )
    return Load(survey, tuple(found), tuple(open_problems.of_approved(c, project_id).items()))


def load_of_snapshot(c: Connection, snapshot: Snapshot) -> Load:
    """The same for rows that were frozen before: they are sent as they are, whatever has become of their examples."""
    kept = list(snapshots.rows(c, snapshot.id))
    return Load(survey_of(kept), tuple(preflight.leaks(c, snapshot.project_id, kept)))


def look(
    c: Connection,
    root: Path,
    load: Load,
    endpoint: Endpoint,
    base_model: str,
    settings: Settings = Settings(),
    *,
    budget: float | None = None,
    today: date | None = None,
) -> Outlook:
    """Everything about launching this here. `root` is the workspace's folder; `budget` a limit for this launch alone, US dollars.
    Asks no server. Raises EndpointError when a file that ships with the app is broken."""
    terms = terms_of(c, root, endpoint, base_model)
    guess = estimate(load.survey, settings, terms, job_lists.succeeded_at(c, endpoint.id))
    spent = month(c)
    here = spent.of(endpoint)
    own_limits = {} if terms.free else endpoint.limits
    own_budget = None if terms.free else budget
    found: Sequence[Finding] = [
        *preflight.of_survey(load.survey, load.leaks, settings),
        *preflight.problems_left(dict(load.open_problems)),
        *([] if terms.free else preflight.private_rows(load.survey.private, terms.label)),
        *offers.examine(load.survey, terms, settings, today),
        *(
            limits.examine(guess.cost, own_limits, here, budget=own_budget, where=terms.label)
            if base_model.strip()
            else []
        ),
    ]
    ordered = preflight.in_order(preflight.calmly(found) if terms.free else found)
    most = limits.smallest(own_limits, here, own_budget)
    return Outlook(load.survey, terms, settings, guess, spent, tuple(ordered), most)
