"""What speaks against training on these examples, before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ftcore.dataset import split_leaks
from ftcore.dataset.leakage import Leak
from ftcore.records import Severity, SnapshotRow, Split
from ftcore.training.settings import Settings
from ftcore.training.settings import auto_epochs as auto_epochs
from ftcore.training.survey import Survey, survey_of

LEAK = "leak"
PRIVATE = "private"
PROBLEMS = "problems"
MINIMUM = 10
"""Fewer examples no server of the protocol accepts."""
SENSIBLE = 50
"""From here on gains are seen (OpenAI's guide to supervised fine-tuning)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An error stops the launch; a warning must be acknowledged by its `code`; a hint is for the reader. The code stays the same as
    long as what it says is the same in substance: where a number is what matters, it is part of it ("private:12")."""

    severity: Severity
    sentence: str
    code: str = ""

    @property
    def subject(self) -> str:
        """The code without its number."""
        return self.code.partition(":")[0]


def leaks(c: Connection, project_id: int, rows: Iterable[SnapshotRow]) -> list[Leak]:
    """The test rows that these rows of the project would be trained on, word for word or nearly."""
    found = split_leaks.of_rows(c, project_id, ((row.example_id, row.split, row.training) for row in rows))
    return split_leaks.blocking(found)


def examine(rows: Iterable[SnapshotRow], leaks: Sequence[Leak] = ()) -> list[Finding]:
    """Everything that speaks against training on these rows as they are, errors first. `leaks` are those of `leaks`."""
    return of_survey(survey_of(rows), leaks)


def of_survey(survey: Survey, leaks: Sequence[Leak] = (), settings: Settings = Settings()) -> list[Finding]:
    """`examine` for rows that have been walked through already."""
    found = [*_enough(survey, settings), *_leaking(survey, leaks)]
    if survey.broken:
        ids = sorted({id_ for id_, _ in survey.broken})
        which = ", ".join(str(id_) for id_ in ids[:5])
        said = f"{len(ids)} approved examples cannot be trained on (first: example {which}). {survey.broken[0][1]}"
        found.append(Finding(Severity.ERROR, f"{said} Mend or reject them on Curate.", "broken"))
    return in_order(found)


def private_rows(number: int, where: str) -> list[Finding]:
    """The warning that so many private rows of training and validation are about to leave this machine. Rows of the test are
    not sent."""
    if not number:
        return []
    several = "1 private row" if number == 1 else f"{number:,} private rows"
    return [Finding(Severity.WARNING, f"{several} would leave this machine for {where}.", f"{PRIVATE}:{number}")]


def problems_left(open_: Mapping[Severity, int]) -> list[Finding]:
    """Problems that the checks found in approved rows and nobody has solved: (rows by their worst one)."""
    errors, warnings = open_.get(Severity.ERROR, 0), open_.get(Severity.WARNING, 0)
    if not errors and not warnings:
        return []
    parts = [f"{number:,} with {kind}" for number, kind in ((errors, "an error"), (warnings, "a warning")) if number]
    several = "row has" if errors + warnings == 1 else "rows have"
    said = f"{errors + warnings:,} approved {several} a problem that nobody has solved ({', '.join(parts)})."
    return [Finding(Severity.WARNING, f"{said} Look at them on Curate.", f"{PROBLEMS}:{errors}:{warnings}")]


def unacknowledged(found: Iterable[Finding], acknowledged: Collection[str]) -> list[Finding]:
    """The warnings that nobody has said yes to."""
    return [one for one in found if one.severity is Severity.WARNING and one.code not in acknowledged]


def calmly(found: Iterable[Finding]) -> list[Finding]:
    """The same findings where nothing is paid and nothing leaves: warnings need no acknowledgment there."""
    return [replace(one, severity=Severity.HINT) if one.severity is Severity.WARNING else one for one in found]


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Errors first, then warnings, then hints."""
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))


def _enough(survey: Survey, settings: Settings) -> list[Finding]:
    train, test = survey.count(Split.TRAIN), survey.count(Split.TEST)
    what = "pair of answers" if settings.pairs else "approved training example"
    if train < MINIMUM:
        several = f"Only {train} {_several(what, train)}"
        said = f"{several}, and no server trains on fewer than {MINIMUM}; {SENSIBLE} is a sensible start."
        return [Finding(Severity.ERROR, f"{said} {_more(settings)}", "few")]
    smallest = min(survey.trained(part.share) for part in settings.parts())
    if smallest < MINIMUM:
        said = f"The smallest part of {train} is {smallest}, and no server trains on fewer than {MINIMUM}."
        return [Finding(Severity.ERROR, f"{said} A series of sizes needs {4 * MINIMUM} of them.", "few-in-part")]
    found = []
    if train < SENSIBLE:
        said = f"{train} {_several('pair' if settings.pairs else 'training example', train)}"
        found.append(Finding(Severity.WARNING, f"{said}: gains are usually seen from {SENSIBLE} on.", "few"))
    if test == 0:
        said = "No test rows are held out: you will not be able to tell what it brought."
        found.append(Finding(Severity.WARNING, said, "no-test"))
    elif test < 30:
        said = f"{test} test rows of {survey.total} can only show very large differences."
        found.append(Finding(Severity.WARNING, said, "small-test"))
    return found


def _more(settings: Settings) -> str:
    if settings.pairs:
        return "Correct more answers on Curate: each gives a pair."
    return "Approve or add more on Curate."


def _several(what: str, number: int) -> str:
    if number == 1:
        return what
    return what.replace("pair ", "pairs ") if what.startswith("pair ") else f"{what}s"


def _leaking(survey: Survey, leaks: Sequence[Leak]) -> list[Finding]:
    exact = survey.same | {leak.test_id for leak in leaks if leak.exact}
    near = {leak.test_id for leak in leaks} - exact
    said = []
    if exact:
        several = "1 test question is" if len(exact) == 1 else f"{len(exact):,} test questions are"
        said.append(f"{several} in the training rows too, so the result would flatter.")
    if near:
        several = "1 test example is" if len(near) == 1 else f"{len(near):,} test examples are"
        said.append(f"{several} nearly the same as training rows, so the result would flatter.")
    where = "Move or reject them on Curate, under Split and export."
    return [Finding(Severity.ERROR, " ".join([*said, where]), LEAK)] if said else []
