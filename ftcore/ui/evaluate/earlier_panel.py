"""This comparison beside an earlier one on the same test examples: what became better, and what was changed between them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.records import Story
from ftcore.report import words
from ftcore.store import run_rows, snapshots
from ftcore.store.runs import Run
from ftcore.ui import page, say, session
from ftcore.ui.evaluate import answer_row, measured

LONGEST = 300
"""Characters of a prompt in the table of what was changed."""


def draw(story: Story, run: Run, past: list[Run]) -> None:
    fold = st.expander("Compare with an earlier run", icon=":material/history:", key="fold-earlier", on_change="rerun")
    if not fold.open:
        return
    with fold:
        runs = {one.id: one for one in same_rows(run, past)}
        if not runs:
            st.text("No other finished comparison of this project had the same test examples.")
            return
        chosen = st.selectbox(
            "Earlier run",
            list(runs),
            format_func=lambda id_: f"Run {id_}, {say.moment(runs[id_].created_at)}",
            key=f"earlier-{run.id}",
            width=page.PROSE,
        )
        _differences(story, run, runs[chosen])
        _changes(story, run, runs[chosen])


def same_rows(run: Run, past: list[Run]) -> list[Run]:
    """The finished runs with the very same test rows, the newest first; this one is left out."""
    others = [one for one in past if one.state == "done" and one.id != run.id and one.result]
    with session.db().read() as c:
        rows = {
            snapshot: frozenset(case for case, _ in run_rows.cases(c, snapshot))
            for snapshot in {one.snapshot_id for one in [run, *others]}
        }
    return [one for one in others if rows[one.snapshot_id] == rows[run.snapshot_id]]


def _differences(story: Story, run: Run, earlier: Run) -> None:
    """Each way now minus the same way then, by the measure of this run."""
    from ftcore.evaluation.statistics import compare

    now, then = measured.of_run(run), measured.of_run(earlier, run.scorer)
    places = {case: at for at, case in enumerate(then.cases)}
    rows = []
    for arm in story.arms:
        if arm.arm not in then.scores or arm.arm not in now.scores:
            continue
        before = [then.scores[arm.arm][places[case]] if case in places else None for case in now.cases]
        if not any(score is not None for score in before):
            continue
        one = compare(before, now.scores[arm.arm], clusters=now.clusters, delta=run.delta, seed=run.seed)
        rows.append(
            {
                "Way": arm.label,
                "Then": round(one.baseline_avg * 100, 1),
                "Now": round(one.candidate_avg * 100, 1),
                "Difference": words.signed(one.mean_difference),
                "95% interval": f"{words.signed(one.low)} to {words.signed(one.high)}",
                "Better / same / worse": f"{one.wins} / {one.ties} / {one.losses}",
            }
        )
    if not rows:
        st.text(f"The two have no way in common that was scored by “{words.scorer_name(story)}” in both.")
        return
    st.markdown("**Now minus then**, the same way to answer on the same examples")
    st.dataframe(rows, hide_index=True)
    st.caption("Looked at afterwards, without adjustment for how many there are: no verdict rests on it.")


def _changes(story: Story, run: Run, earlier: Run) -> None:
    now, then = _setting(run), _setting(earlier)
    rows = [
        {"What": name, "Then": then.get(name, "was not there"), "Now": now.get(name, "is not there")}
        for name in dict.fromkeys([*then, *now])
        if then.get(name) != now.get(name)
    ]
    st.markdown("**What was changed**")
    if rows:
        st.dataframe(rows, hide_index=True)
    else:
        st.text("Nothing that decides what is asked or how it is scored. Answers may differ all the same.")


def _setting(run: Run) -> dict[str, str]:
    """Everything that decides what is asked and how it is scored, by name, for two runs to be laid beside each other."""
    with session.db().read() as c:
        digest = snapshots.get(c, run.snapshot_id).digest
    found = {
        "Examples (sha256)": digest[:16],
        "Measure": answer_row.label(run.scorer),
        "Difference that matters": words.points(run.delta),
        "Seed": str(run.seed),
        "Tokens allowed an answer": str(run.max_tokens),
        "Answers a question": str(run.settings.get("repeats") or 1),
        "Temperature": str(run.settings.get("temperature") or 0),
        "Corrected answers": str(run.corrections),
    }
    results: dict[str, Any] = {arm["arm"]: arm for arm in run.result.get("arms", [])}
    for arm in run.arms:
        result = results.get(arm["name"], {})
        label = str(result.get("label") or arm.get("label") or arm["name"])
        found[f"{label}: model"] = str(result.get("model") or arm.get("model", ""))
        found[f"{label}: prompt"] = str(result.get("system_prompt") or arm.get("system") or "")[:LONGEST]
        found[f"{label}: what it asks (sha256)"] = str(result.get("digest", ""))[:12]
    return {**found, **{f"Version of {name}": str(value) for name, value in run.versions.items()}}
