"""What stands in the way of a job, and what it will take, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection

from ftcore.chat import count_tokens, validate
from ftcore.dataset import split_leaks
from ftcore.dataset.leakage import Leak
from ftcore.records import LOCAL, Endpoint, Job, Severity, SnapshotRow, Split

LEAK = "leak"
MINIMUM = 10
"""Fewer examples no server of the protocol accepts."""
SENSIBLE = 50
"""From here on gains are seen (OpenAI's guide to supervised fine-tuning)."""
PRACTICE_TOKENS_A_SECOND = 300.0
"""Two cores with bfloat16; used until this machine has trained once and its own figure is known."""
PRACTICE_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Finding:
    """An error stops the launch; a warning is for the reader. `code` says where it can be put right: "leak", or nowhere special."""

    severity: Severity
    sentence: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`tokens` is a whole training, all epochs; `seconds` a low and a high guess."""

    tokens: int
    epochs: int
    seconds: tuple[float, float]


def auto_epochs(rows: int) -> int:
    """The protocol's rule for "auto": three, more for very few examples, fewer for very many.

    The server's cap for the practice model is 3, which more than covers it for small sets on a laptop.
    """
    if rows * 3 < 100:
        return min(25, max(1, 100 // max(rows, 1)))
    return max(1, 25_000 // rows) if rows * 3 > 25_000 else 3


def leaks(c: Connection, project_id: int, rows: Sequence[SnapshotRow]) -> list[Leak]:
    """The test rows that these rows of the project would be trained on, word for word or nearly."""
    found = split_leaks.of_rows(c, project_id, ((row.example_id, row.split, row.training) for row in rows))
    return split_leaks.blocking(found)


def examine(rows: Sequence[SnapshotRow], leaks: Sequence[Leak] = ()) -> list[Finding]:
    """Everything that speaks against training on these rows as they are, errors first. `leaks` are those of `leaks`."""
    sides = {side: [row for row in rows if row.split == side] for side in Split}
    found = [*_enough(len(sides[Split.TRAIN]), len(sides[Split.TEST]), len(rows))]
    found += _leaking(sides[Split.TRAIN], sides[Split.TEST], leaks)
    broken = [
        (row.example_id, problem.message)
        for row in rows
        for problem in validate(row.training)
        if problem.severity == Severity.ERROR
    ]
    if broken:
        which = ", ".join(str(id_) for id_ in sorted({id_ for id_, _ in broken})[:5])
        said = f"{len({id_ for id_, _ in broken})} approved examples cannot be trained on (first: example {which}). {broken[0][1]}"
        found.append(Finding(Severity.ERROR, f"{said} Mend or reject them on Curate."))
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))


def leaving(rows: Sequence[SnapshotRow], endpoint: Endpoint, *, confirmed: bool = False) -> list[Finding]:
    """Private rows that a training elsewhere would send away: an error, until somebody has confirmed it; then a warning. Rows of
    the test split are not sent."""
    number = sum(1 for row in rows if row.private and row.split != Split.TEST)
    if not number or endpoint.practice or endpoint.name == LOCAL:
        return []
    several = "1 private row" if number == 1 else f"{number:,} private rows"
    said = f"{several} would leave this machine for {endpoint.name}."
    if confirmed:
        return [Finding(Severity.WARNING, said)]
    return [Finding(Severity.ERROR, f"{said} Confirm that they may, or reject them on Curate.")]


def estimate(rows: Sequence[SnapshotRow], epochs: int | None, past: Sequence[Job] = ()) -> Estimate:
    """How many tokens are trained on and how long it takes here, from this machine's own past jobs when there are any."""
    train = [row for row in rows if row.split == Split.TRAIN]
    rounds = epochs or auto_epochs(len(train))
    tokens = rounds * sum(count_tokens(row.training) for row in train)
    speed = _measured_speed(past) or PRACTICE_TOKENS_A_SECOND
    middle = PRACTICE_START_SECONDS + tokens / speed
    return Estimate(tokens, rounds, (middle * 0.6, middle * 2.0))


def _enough(train: int, test: int, total: int) -> list[Finding]:
    if train < MINIMUM:
        several = f"Only {train} approved training {'example' if train == 1 else 'examples'}"
        said = f"{several}, and no server trains on fewer than {MINIMUM}; {SENSIBLE} is a sensible start."
        return [Finding(Severity.ERROR, f"{said} Approve or add more on Curate.")]
    found = []
    if train < SENSIBLE:
        found.append(
            Finding(Severity.WARNING, f"{train} training examples: gains are usually seen from {SENSIBLE} on.")
        )
    if test == 0:
        found.append(
            Finding(Severity.WARNING, "No test rows are held out: you will not be able to tell what it brought.")
        )
    elif test < 30:
        found.append(Finding(Severity.WARNING, f"{test} test rows of {total} can only show very large differences."))
    return found


def _leaking(train: Sequence[SnapshotRow], test: Sequence[SnapshotRow], leaks: Sequence[Leak]) -> list[Finding]:
    trained = {_asked(row) for row in train}
    exact = {row.example_id for row in test if _asked(row) in trained} | {leak.test_id for leak in leaks if leak.exact}
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


def _asked(row: SnapshotRow) -> str:
    return "\n".join(str(message.get("content")) for message in row.training.asked() if message["role"] != "system")


def _measured_speed(past: Sequence[Job]) -> float | None:
    speeds = [
        job.trained_tokens / seconds
        for job in past
        if job.trained_tokens
        and job.started_at
        and job.finished_at
        and (seconds := (job.finished_at - job.started_at).total_seconds()) > 5
    ]
    return median(speeds[:5]) if speeds else None
