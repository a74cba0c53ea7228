"""How it was measured: what the figures mean, what each way took and was told, and the comparisons before."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.evaluation import verdict as sentences
from ftcore.records import Story, text_of
from ftcore.report import words
from ftcore.report.file import cut
from ftcore.store import jobs
from ftcore.store.runs import Run
from ftcore.ui import ledger, page, say, session
from ftcore.ui.evaluate import answer_row, earlier_panel


def draw(story: Story, run: Run, past: list[Run]) -> None:
    found = words.primary(story)
    if found is None:
        return
    name, one = found
    repeats = int(run.settings.get("repeats") or 1)
    lines = {
        "Measure": words.scorer_name(story),
        "What it cannot see": _blind(run.scorer),
        "Compared against": f"{words.label_of(story, name)}. {story.comparator_why}",
        "Test examples": f"{story.test:,}, none of them seen in training",
        "Looks at them": sentences.looked(story.looks) or "This is the first.",
        "Interval": f"{one.method}, {1 - one.alpha:.0%}, seed {one.seed}",
        "p value": _p(one.p_value),
        "Repeats": f"One training run and {say.count(repeats, 'answer')} a question; repeats may differ.",
    }
    ledger.draw(lines, alt="How it was measured")
    for sentence in words.certainty(one):
        st.text(sentence, width=page.PROSE)
    _comparisons(story)
    _takes(story)
    _further(story)
    _chosen(story, run)
    _prompts(story, run)
    if len(past) > 1:
        st.markdown("**Comparisons so far**")
        st.dataframe([_past(one) for one in past], hide_index=True)
        earlier_panel.draw(story, run, past)


def _comparisons(story: Story) -> None:
    st.markdown("**Every comparison of the tuned model**")
    st.dataframe(
        [
            {
                "Against": words.label_of(story, name),
                "Difference": words.signed(one.mean_difference),
                "95% interval": f"{words.signed(one.low)} to {words.signed(one.high)}",
                "Better / same / worse": f"{one.wins} / {one.ties} / {one.losses}",
                "p": _p(one.p_value),
                "Adjusted p (Holm)": _p(story.p_holm.get(name)),
                "Missing": one.missing,
                "Interval by": one.method,
                "Carries the verdict": "yes" if at == 0 else "",
            }
            for at, (name, one) in enumerate(story.comparisons)
        ],
        hide_index=True,
    )


def _takes(story: Story) -> None:
    st.markdown("**What each way takes, a question**")
    st.dataframe(
        [
            {
                "Way": arm.label,
                "Average": round(arm.average * 100, 1),
                "Tokens read": round(arm.tokens_in),
                "Tokens written": round(arm.tokens_out),
                "Median seconds": round(arm.seconds_median, 2),
                "US dollars": "not known" if arm.usd is None else f"{arm.usd:.6f}" if arm.usd else "free",
                "Missing": arm.missing,
                "Model": arm.model,
                "What it asks (sha256)": arm.digest[:12],
            }
            for arm in story.arms
        ],
        hide_index=True,
    )


def _further(story: Story) -> None:
    """The averages by the scorers that were not declared first."""
    names = dict.fromkeys(name for arm in story.arms for name in arm.scores)
    if not names:
        return
    st.markdown("**By other measures**, averages of 100")
    st.dataframe(
        [
            {
                "Way": arm.label,
                **{
                    answer_row.label(
                        name
                    ): f"{words.points(found[0])} ({words.points(found[1])} to {words.points(found[2])})"
                    for name in names
                    if (found := arm.scores.get(name))
                },
            }
            for arm in story.arms
        ],
        hide_index=True,
    )
    st.caption("They were not declared as the measure before the run: no verdict rests on them.")


def _chosen(story: Story, run: Run) -> None:
    """What the validation examples chose."""
    validation: dict[str, float | None] = run.result.get("validation") or {}
    chosen: dict[str, Any] = run.result.get("chosen") or {}
    rows = [
        {
            "Way": words.label_of(story, name),
            "Average on validation": "not tried" if average is None else f"{average * 100:.1f}",
            "Chosen": str(chosen.get(name, {}).get("variant", "")),
            "Tried": "; ".join(
                f"{label}: {'no answer' if found is None else f'{found * 100:.1f}'}"
                for label, found in (chosen.get(name, {}).get("averages") or {}).items()
            ),
        }
        for name, average in validation.items()
    ]
    if rows:
        st.markdown("**Chosen on the validation examples**, before the test examples were seen")
        st.dataframe(rows, hide_index=True)


def _prompts(story: Story, run: Run) -> None:
    """What each arm is told before the question, the examples in its prompt among it."""
    with session.db().read() as c:
        trained = jobs.get(c, run.job_id).system_prompt if run.job_id is not None else ""
    shots = {arm["name"]: (arm.get("settings") or arm).get("shots") or [] for arm in run.arms}
    st.markdown("**The system prompt of each way**")
    for arm in story.arms:
        st.caption(page.plain(f"{arm.label} · {arm.model}"))
        as_trained = f"(as in training) {trained}" if trained else "(none but what stands in the example itself)"
        told = arm.system_prompt or as_trained
        for shot in shots.get(arm.arm, []):
            turns = (m for m in shot["messages"] if m.get("role") in ("user", "assistant"))
            told += "".join(f"\n\n[{turn['role']}] {text_of(turn)}" for turn in turns)
        st.code(cut(told, answer_row.LONGEST), language=None, wrap_lines=True)


def _p(value: float | None) -> str:
    return "" if value is None else "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def _blind(scorer: str) -> str:
    from ftcore.evaluation.scorers import describe

    known = describe(scorer)
    return known.blind_to if known else ""


def _past(run: Run) -> dict[str, object]:
    first = (run.result.get("comparisons") or [{}])[0]
    candidate = run.result.get("candidate") or "fine_tuned"
    tuned: dict[str, Any] = next((arm for arm in run.result.get("arms", []) if arm["arm"] == candidate), {})
    return {
        "Run": run.id,
        "When": say.moment(run.created_at),
        "State": run.state,
        "Model": tuned.get("model", ""),
        "Measure": answer_row.label(run.scorer),
        "Difference": words.signed(first["mean_difference"]) if first else "",
        "Verdict": str(first.get("verdict", "")).replace("_", " "),
        "Corrections": run.corrections,
        "By": run.created_by,
    }
