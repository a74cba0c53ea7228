"""A limit that somebody set is kept: whatever is launched, in whichever order, from however many places at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftcore.records import JobState, Project, Severity
from ftcore.store import examples, jobs, projects
from ftcore.store.database import Database
from ftcore.store.schema import endpoints as endpoint_table
from ftcore.store.schema import jobs as job_table
from ftcore.training import budget
from ftcore.training.budget import JOB, MONTH
from ftcore.training.launch import NotFit, launch, launch_all
from ftcore.training.settings import Settings
from ftcore.training.spending import Spent, month
from tests.training.launching import MODEL, local, paid, ready

money = st.floats(0, 1_000)


@given(money, money, st.none() | money, st.none() | money, st.none() | money)
def test_nothing_starts_whose_high_estimate_is_above_a_limit(
    high: float, spent: float, job: float | None, monthly: float | None, own: float | None
) -> None:
    limits = {name: value for name, value in ((JOB, job), (MONTH, monthly)) if value is not None}
    stops = [
        f
        for f in budget.examine((high / 2, high), limits, Spent(0, spent, 1), budget=own)
        if f.severity == Severity.ERROR
    ]
    left = [*([job] if job is not None else []), *([own] if own is not None else [])]
    left += [monthly - spent] if monthly is not None else []
    assert bool(stops) == any(high > most + budget.PENNY for most in left)


@given(money, st.none() | money)
def test_a_limit_cannot_be_kept_without_a_price(limit: float, own: float | None) -> None:
    for limits in ({JOB: limit}, {MONTH: limit}):
        (found,) = budget.examine(None, limits, Spent(), budget=own)
        assert found.severity == Severity.ERROR
        assert "could not be kept, since the price is not known: it won't start." in found.sentence
        assert "under Connections" in found.sentence
    assert budget.examine(None, {}, Spent()) == []


def test_the_sentence_names_the_limit_and_what_it_may_cost() -> None:
    (found,) = budget.examine((8, 12), {JOB: 10}, Spent())
    assert found.sentence.startswith(
        "It won't start above your $10.00 limit for one launch: this may cost up to $12.00."
    )
    (found,) = budget.examine((3, 4), {MONTH: 10}, Spent(2, 7, 3), where="cloud")
    assert (
        "$10.00 limit for a month at cloud: up to $7.00 of it is spent, and this may cost up to $4.00."
        in found.sentence
    )


def test_a_month_with_jobs_of_unknown_price_says_so() -> None:
    (found,) = budget.examine((1, 2), {MONTH: 10}, Spent(0, 0, 2, unpriced=2), where="cloud")
    assert (found.severity, found.code) == (Severity.WARNING, budget.MONTH_UNKNOWN)
    assert "What 2 jobs of this month cost at cloud is not known" in found.sentence


def test_a_launch_above_its_own_budget_writes_nothing(db: Database, project: Project) -> None:
    ready(db, project)
    there = paid(db, usd=500)
    with pytest.raises(NotFit, match=r"It won't start above your \$0\.10 budget for this launch"):
        launch_all(db, project.id, there, base_model=MODEL, who="t", budget=0.10)
    with db.read() as c:
        assert jobs.of_project(c, project.id) == []
    assert launch_all(db, project.id, there, base_model=MODEL, who="t", budget=100)[0].rate == 500


def test_a_group_is_weighed_as_a_sum(db: Database, project: Project) -> None:
    ready(db, project)
    one = launch(db, project.id, paid(db, usd=100), base_model=MODEL, who="t")
    assert one.cost_high is not None
    there = paid(db, usd=100, **{JOB: one.cost_high * 2})
    with pytest.raises(NotFit, match="limit for one launch"):
        launch_all(db, project.id, there, base_model=MODEL, who="t", settings=Settings(seeds=3))
    assert len(launch_all(db, project.id, there, base_model=MODEL, who="t", settings=Settings(seeds=2))) == 2


def test_a_limit_that_was_lowered_meanwhile_counts(db: Database, project: Project) -> None:
    ready(db, project)
    seen = paid(db, usd=100)
    paid(db, usd=100, **{JOB: 0.01})
    with pytest.raises(NotFit, match=r"\$0\.01 limit"):
        launch(db, project.id, seen, base_model=MODEL, who="t")


def test_two_tabs_that_launch_at_once_do_not_both_pass_the_months_limit(db: Database, project: Project) -> None:
    ready(db, project)
    with db.write() as c:
        other = projects.create(c, "Another")
    ready(db, other)
    one = launch(db, project.id, paid(db, usd=100), base_model=MODEL, who="t")
    assert one.cost_high is not None
    there = paid(db, usd=100, **{MONTH: one.cost_high * 2.5})  # one is spent, and there is room for one more
    together = threading.Barrier(4)

    def press(of: Project) -> bool:
        together.wait()
        try:
            launch(db, of.id, there, base_model=MODEL, who="t")
        except NotFit:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(press, [project, other, project, other]))
    assert started.count(True) == 1
    with db.read() as c:
        assert month(c).of(there).high <= there.limits[MONTH]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.floats(1, 20),
    st.lists(
        st.tuples(
            st.booleans(),
            st.integers(1, 3),
            st.sampled_from([None, JobState.SUCCEEDED, JobState.CANCELLED, JobState.FAILED, JobState.UNKNOWN]),
        ),
        max_size=6,
    ),
)
def test_no_order_of_launches_and_endings_leads_above_the_months_limit(
    db: Database, project: Project, limit: float, moves: list[tuple[bool, int, JobState | None]]
) -> None:
    with db.write() as c:
        c.execute(job_table.delete())
        known = jobs.of_project(c, project.id)
        c.execute(endpoint_table.delete())
    assert known == []
    with db.read() as c:
        empty = not examples.counts(c, project.id).total
    if empty:
        ready(db, project)
    there = paid(db, usd=150, **{MONTH: limit})
    for series, seeds, ending in moves:
        try:
            made = launch_all(
                db, project.id, there, base_model=MODEL, who="t", settings=Settings(series=series, seeds=seeds)
            )
        except NotFit:
            continue
        for job in made:
            if ending is not None:
                with db.write() as c:
                    trained = job.estimated_tokens if ending == JobState.SUCCEEDED else None
                    jobs.change(c, job.id, state=ending, remote_id="ftjob", trained_tokens=trained)
        with db.read() as c:
            assert month(c).of(there).high <= limit + budget.PENNY


def test_where_nothing_is_paid_no_limit_stands_in_the_way(db: Database, project: Project) -> None:
    ready(db, project)
    here = local(db)
    (job,) = launch_all(db, project.id, here, base_model="smollm2", who="t", budget=0.0)
    assert (job.rate, job.cost_low, job.cost_high) == (0.0, 0.0, 0.0)
    with db.read() as c:
        assert month(c).total == Spent(jobs=1)
