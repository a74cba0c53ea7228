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
    from ftcore.evaluation.ratings import Agreement, LengthBias, Preference


def label(run: Run, arm: str) -> str:
    """What people call an arm of this run."""
    named = {one["arm"]: one.get("label") for one in run.result.get("arms", [])}
    planned = {one["name"]: one.get("label") for one in run.arms}
    return str(named.get(arm) or planned.get(arm) or arm.replace("_", " "))


def sentence(run: Run) -> str:
    """Of the two arms that the verdict is about, in a line; "" when nobody rated these."""
    from ftcore.evaluation.cherry_picking import arms_compared
    from ftcore.evaluation.ratings import people, prefer

    arms = arms_compared([run])
    with session.db().read() as c:
        found = ratings.of_run(c, run.id, arms)
    preference = prefer(found, arms, seed=run.seed)
    if preference is None:
        return ""
    several = say.count(len(people(found)), "person", "people")
    return f"Rated blind by {several}: {_share(run, arms, preference)}"


def draw(run: Run, arms: tuple[str, str], pairs: int, same: int) -> None:
    """`pairs` differ and can be rated; `same` rows have two equal answers."""
    from ftcore.evaluation.ratings import agreements, length_bias, people, prefer

    with session.db().read() as c:
        found = ratings.of_run(c, run.id, arms)
        answers = runs.answers(c, run.id, Split.TEST, run.scorer)
    preference = prefer(found, arms, same=same, pairs=pairs, seed=run.seed)
    if preference is None:
        st.text("Nobody has rated these two yet.")
        return
    st.subheader(page.plain(_headline(run, arms, preference)), anchor=False, width=page.PROSE + 80)
    lines = {
        "How often": _share(run, arms, preference),
        "In numbers": _counts(run, arms, preference),
        "Do the raters agree?": " ".join(map(_agrees, agreements(found, arms))) or _alone(len(people(found))),
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


def _counts(run: Run, arms: tuple[str, str], found: Preference) -> str:
    first, second = (f"“{label(run, arm)}”" for arm in arms)
    said = f"{first} better {found.wins}, {second} better {found.losses}, equal {found.ties}"
    said += f" ({found.neither} of them both bad)" if found.neither else ""
    said += f"; {found.same} more had the same answer and count as equal" if found.same else ""
    return f"{said}. p {found.p_value:.3f}."


def _agrees(one: Agreement) -> str:
    if one.kappa is None:
        return f"{one.first} and {one.second} said one and the same thing of all {one.rows} rows."
    return (
        f"{one.first} and {one.second}: kappa {one.kappa:.2f} ({one.low:.2f} to {one.high:.2f}) on "
        f"{say.count(one.rows, 'row')}; 1 is always, 0 is as by chance."
    )


def _alone(raters: int) -> str:
    return (
        "One person has rated. A second one shows how much is taste." if raters == 1 else "They rated different rows."
    )


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
