"""What a finished comparison says: the verdict, the difference with its interval, the arms, and how it was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ftcore.records import Project, Story, Verdict, text_of
from ftcore.report import words
from ftcore.report.file import cut
from ftcore.store import jobs
from ftcore.store.runs import Run
from ftcore.ui import charts, ledger, page, say, session, way
from ftcore.ui.evaluate import answers

if TYPE_CHECKING:
    from ftcore.evaluation.verdict import Words


def verdict(project: Project, story: Story, *, primary: bool) -> None:
    """The sentence, its stamp, and the way on."""
    from ftcore.evaluation.verdict import headline

    found = words.primary(story)
    if found is None:
        st.text("This comparison holds no figures.")
        return
    if undecided(story):
        st.subheader("No verdict", anchor=False)
    else:
        st.subheader(page.plain(headline(found[1], _said(story, found[0]))), anchor=False, width=page.PROSE + 80)
    tuned = words.tuned_arm(story)
    measured = f"{found[1].n} test examples, measured by “{words.scorer_name(story)}”"
    st.caption(page.plain(f"{tuned.model if tuned else story.fine_tuned_model} · {measured}"))
    if story.practice:
        page.practice_stamp()
    if found[1].n and not undecided(story):
        way.button(project, "report", "Use in the report", primary=primary)


def evidence(story: Story) -> None:
    """What the verdict rests on, from the largest to the smallest."""
    from ftcore.evaluation.verdict import details

    found = words.primary(story)
    if found is None:
        return
    name, comparison = found
    if comparison.n:
        difference(story, key="difference")
        st.text(details(comparison, _said(story, name))[0])
    arms(story, key="arms")
    worst = answers.regressions(story)
    st.subheader("Where it got worse", anchor=False)
    if not worst:
        st.text(f"On none of the test examples did the tuned model score below “{words.label_of(story, name)}”.")
    else:
        answers.models(story)
    tuned = words.tuned_arm(story)
    for row in worst:
        answers.one(story, row, [tuned.arm if tuned else "fine_tuned", name])


def difference(story: Story, *, key: str) -> None:
    """Fine-tuned minus the best alternative, and minus each other arm, with their 95% intervals."""
    from ftcore.report.figures import difference_plot

    (name, comparison), *others = story.comparisons
    label = words.label_of(story, name)
    rest = [(words.label_of(story, other), one) for other, one in others]
    parts = [
        f"against {told}: {words.signed(one.mean_difference)} of 100 ({words.signed(one.low)} to {words.signed(one.high)})"
        for told, one in [(label, comparison), *rest]
    ]
    st.markdown("**What fine-tuning brought**, in points of 100, with 95% intervals")
    figure = difference_plot(comparison, label, dark=charts.is_dark(), others=rest)
    charts.show(figure, key=key, alt=f"Fine-tuned {'; '.join(parts)}.")


def arms(story: Story, *, key: str) -> None:
    """Every arm's average with its interval; the model stands at each."""
    from ftcore.report.figures import arm_bars

    if not story.arms:
        return
    parts = [f"{arm.label} ({arm.model}): {words.points(arm.average)} of 100" for arm in story.arms]
    st.markdown(f"**The ways to answer**, average on “{page.plain(words.scorer_name(story))}”")
    charts.show(arm_bars(story.arms, dark=charts.is_dark()), key=key, alt="; ".join(parts))


def method(story: Story, run: Run, past: list[Run]) -> None:
    """How it was measured: the figures' meaning, what each arm took, its prompt, and the comparisons before."""
    found = words.primary(story)
    lines = {
        "Measure": words.scorer_name(story),
        "Compared against": f"{words.label_of(story, found[0])}. {run.result.get('why', '')}" if found else "",
        "Test examples": f"{story.test:,}, none of them seen in training",
        "Interval": f"{found[1].method}, {1 - found[1].alpha:.0%}, seed {found[1].seed}" if found else "",
        "p value": f"{found[1].p_value:.4f}" if found else "",
        "Repeats": "One training run and one answer a question; repeats may differ.",
    }
    ledger.draw(lines, alt="How it was measured")
    if found:
        for sentence in words.certainty(found[1]):
            st.text(sentence, width=page.PROSE)
    st.markdown("**What each way takes, a question**")
    st.dataframe(
        [
            {
                "Way": arm.label,
                "Average": round(arm.average * 100, 1),
                "Tokens read": round(arm.tokens_in),
                "Tokens written": round(arm.tokens_out),
                "Median seconds": round(arm.seconds_median, 2),
                "Missing": arm.missing,
                "Model": arm.model,
            }
            for arm in story.arms
        ],
        hide_index=True,
    )
    _prompts(story, run)
    if len(past) > 1:
        st.markdown("**Comparisons so far**")
        st.dataframe([_past(one) for one in past], hide_index=True)


def _said(story: Story, against: str) -> Words:
    from ftcore.evaluation.verdict import Words

    return Words(
        alternative=f"“{words.label_of(story, against)}”",
        counted=words.counts_right_answers(story),
        practice=story.practice,
    )


def _prompts(story: Story, run: Run) -> None:
    """What each arm is told before the question, the examples in its prompt among it."""
    with session.db().read() as c:
        trained = jobs.get(c, run.job_id).system_prompt if run.job_id is not None else ""
    shots = {arm["name"]: arm.get("shots") or [] for arm in run.arms}
    st.markdown("**The system prompt of each way**")
    for arm in story.arms:
        st.caption(page.plain(f"{arm.label} · {arm.model}"))
        told = arm.system_prompt or f"(as in training) {trained}"
        for shot in shots.get(arm.arm, []):
            turns = (m for m in shot["messages"] if m.get("role") in ("user", "assistant"))
            told += "".join(f"\n\n[{turn['role']}] {text_of(turn)}" for turn in turns)
        st.code(cut(told, answers.LONGEST), language=None, wrap_lines=True)


def undecided(story: Story) -> bool:
    """True when too many answers are missing for a verdict."""
    found = words.primary(story)
    if found is None or found[1].verdict is not Verdict.NOT_ENOUGH_EVIDENCE:
        return False
    comparison = found[1]
    return comparison.missing > words.MISSING_LIMIT * (comparison.n + comparison.missing)


def _past(run: Run) -> dict[str, object]:
    first = (run.result.get("comparisons") or [{}])[0]
    tuned: dict[str, Any] = next((arm for arm in run.result.get("arms", []) if arm["arm"] == "fine_tuned"), {})
    return {
        "Run": run.id,
        "When": say.moment(run.created_at),
        "State": run.state,
        "Model": tuned.get("model", ""),
        "Measure": run.scorer.replace("_", " "),
        "Difference": words.signed(first["mean_difference"]) if first else "",
        "Verdict": str(first.get("verdict", "")).replace("_", " "),
        "By": run.created_by,
    }
