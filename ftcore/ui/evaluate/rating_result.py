"""What came of a blind rating, with its uncertainty: told when somebody has rated, never before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ftcore.records import Split
from ftcore.store import judgements, ratings, runs
from ftcore.store.ratings import Rating
from ftcore.store.runs import Run
from ftcore.ui import ledger, page, say, session

if TYPE_CHECKING:
    from ftcore.evaluation.blind import Bench
    from ftcore.evaluation.ratings import Agreement, LengthBias, Preference

FEWEST_SHARED = 10
"""Rows that two raters must have in common before their agreement is told."""


def label(run: Run, arm: str) -> str:
    """What people call an arm of this run."""
    named = {one["arm"]: one.get("label") for one in run.result.get("arms", [])}
    planned = {one["name"]: one.get("label") for one in run.arms}
    return str(named.get(arm) or planned.get(arm) or arm.replace("_", " "))


def sentence(run: Run) -> str:
    """Of the two arms that the verdict is about, in a line; "" when nobody rated these."""
    from ftcore.evaluation.cherry_picking import arms_compared
    from ftcore.evaluation.ratings import people

    arms = arms_compared([run])
    with session.db().read() as c:
        found = ratings.of_run(c, run.id, arms)
    preference = _preference(run, arms, found)
    if preference is None:
        return ""
    several = say.count(len(people(found)), "person", "people")
    return f"Rated blind by {several}: {_share(run, arms, preference)}"


def bench_of(run: Run, arms: tuple[str, str], who: str = "") -> Bench:
    """The pairs of a run that has ended, read once: its answers do not change."""
    stamp = run.finished_at.isoformat() if run.finished_at else run.state
    return _read_bench(str(session.db().path), run.id, stamp, run, arms, who)


@st.cache_resource(show_spinner=False, max_entries=32)
def _read_bench(path: str, run_id: int, stamp: str, _run: Run, arms: tuple[str, str], who: str) -> Bench:
    from ftcore.evaluation import blind

    with session.db().read() as c:
        return blind.bench(c, _run, arms, who)


def _preference(run: Run, arms: tuple[str, str], found: Sequence[Rating]) -> Preference | None:
    from ftcore.evaluation.ratings import prefer

    if not found:
        return None
    every = bench_of(run, arms)
    return prefer(found, arms, same=len(every.same), pairs=len(every.pairs), seed=run.seed)


def draw(run: Run, arms: tuple[str, str]) -> None:
    from ftcore.evaluation.ratings import length_bias, people, prefer

    with session.db().read() as c:
        found = ratings.of_run(c, run.id, arms)
        answers = runs.answers(c, run.id, Split.TEST, run.scorer)
    preference = _preference(run, arms, found)
    if preference is None:
        st.text("Nobody has rated these two yet.")
        return
    st.subheader(page.plain(_headline(run, arms, preference)), anchor=False, width=page.PROSE + 80)
    lines = {
        "How often": _share(run, arms, preference),
        "In numbers": _counts(run, arms, preference, len(people(found))),
        "Do the raters agree?": _agree(_shared(found, arms), len(people(found))),
    }
    lengths: dict[str, dict[str, int]] = {}
    for one in answers:
        if one.arm in arms and one.text is not None and not one.repeat:
            lengths.setdefault(one.case_id, {})[one.arm] = len(one.text)
    sizes = {case: (two[arms[0]], two[arms[1]]) for case, two in lengths.items() if len(two) == 2}
    lines["Does length decide?"] = _length(length_bias(found, arms, sizes))
    lines["The judge model"] = _judges(run, arms, found)
    if preference.rough:
        lines["Mind"] = "Few rows were rated, or few were decided, so the range is rough."
    ledger.draw(lines, alt="What the blind rating found")
    by = [(who, prefer([one for one in found if one.who == who], arms, seed=run.seed)) for who in people(found)]
    if len(by) > 1:
        st.markdown(f"**Each rater**: how often “{page.plain(label(run, arms[0]))}” was preferred")
        rows = [
            {
                "Rater": who,
                "Rows": one.rows,
                "Preferred": f"{one.share:.0%}",
                "Range": f"{one.low:.0%} to {one.high:.0%}",
            }
            for who, one in by
            if one is not None
        ]
        st.dataframe(rows, hide_index=True)
    notes = [f"Example {one.case_id}, {one.who}: {one.note}" for one in found if one.note]
    if notes:
        with st.expander(say.count(len(notes), "note"), icon=":material/sticky_note_2:"):
            st.text("\n".join(notes[:200]))


def _headline(run: Run, arms: tuple[str, str], found: Preference) -> str:
    first, second = (f"“{label(run, arm)}”" for arm in arms)
    if found.low > 0.5:
        return f"People prefer {first} to {second}."
    if found.high < 0.5:
        return f"People prefer {second} to {first}."
    return f"People do not clearly prefer {first} or {second}: {say.count(found.rows, 'row')} rated so far."


def _share(run: Run, arms: tuple[str, str], found: Preference) -> str:
    first, second = (f"“{label(run, arm)}”" for arm in arms)
    return f"{first} was preferred to {second} in {found.share:.0%} ({found.low:.0%} to {found.high:.0%}), a tie counting half."


def _counts(run: Run, arms: tuple[str, str], found: Preference, raters: int) -> str:
    first, second = (f"“{label(run, arm)}”" for arm in arms)
    equal = "equal" if raters == 1 else "equal, or the raters differ,"
    said = f"{first} better on {found.wins}, {second} better on {found.losses}, {equal} on {found.ties}"
    said += f" ({found.neither} of them both bad)" if found.neither else ""
    said += f"; {found.same} more had the same answer and count as equal" if found.same else ""
    return f"{said}. p {'below 0.001' if found.p_value < 0.001 else f'{found.p_value:.3f}'}."


def _agree(several: Sequence[Agreement], raters: int) -> str:
    if not several:
        if raters == 1:
            return "One person has rated. A second one shows how much is taste."
        return f"They have rated fewer than {FEWEST_SHARED} rows in common: that says nothing yet."
    told = [
        f"{one.first} and {one.second} said the same of all {one.rows} rows"
        if one.kappa is None
        else f"{one.first} and {one.second}: {_signed(one.kappa)} ({_signed(one.low)} to {_signed(one.high)}) on {one.rows} rows"
        for one in several
    ]
    return f"{'; '.join(told)}. This is kappa: 1 is always, 0 is as often as by chance."


def _shared(found: Sequence[Rating], arms: tuple[str, str]) -> list[Agreement]:
    from ftcore.evaluation.ratings import agreements

    return [one for one in agreements(found, arms) if one.rows >= FEWEST_SHARED]


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _length(found: LengthBias | None) -> str:
    if found is None:
        return ""
    said = f"Of {say.count(found.rows, 'row')} decided, the longer answer was preferred in {found.share:.0%} "
    said += f"({found.low:.0%} to {found.high:.0%})."
    return f"{said} Perhaps it is length that is liked." if found.noticeable else said


def _judges(run: Run, arms: tuple[str, str], found: Sequence[Rating]) -> str:
    """Whether the judge models that were asked can be believed, by these ratings."""
    from ftcore.evaluation.judge.summary import preferences, trust
    from ftcore.evaluation.ratings import with_judge

    with session.db().read() as c:
        said = {name: judgements.of_run(c, run.id, name) for name in judgements.judges(c, run.id)}
    told = [trust(with_judge(found, preferences(its, arms), arms)).sentence for its in said.values()]
    return " ".join(dict.fromkeys(told))
