"""What a finished comparison says: the verdict first, then what it rests on, every answer, and how it was measured."""

from __future__ import annotations

import streamlit as st

from ftcore.evaluation import verdict as sentences
from ftcore.records import Project, Story, Verdict
from ftcore.report import words
from ftcore.store.runs import Run
from ftcore.ui import charts, page, session, way
from ftcore.ui.evaluate import (
    answers,
    corrections_panel,
    evidence_panel,
    folds,
    forest_panel,
    measured,
    method_panel,
    rating_panel,
)

MODES = ("Evidence", "Every answer", "Blind rating", "How it was measured")


def story_of(project: Project) -> Story:
    """The project's newest finished run without its answers, which are read a page at a time."""
    from ftcore.report.telling import tell

    return tell(session.db(), project.id, who=session.who(), rows=False)


def draw(project: Project, story: Story, run: Run, past: list[Run], *, primary: bool) -> None:
    """The whole panel. `run` is the one that `story` tells, `past` all runs of the project; `primary`: whether using it in
    the report is the page's main action."""
    verdict(project, story, primary=primary)
    rating_panel.invite(run, _to_rating)
    corrections_panel.history(run)
    if not story.comparisons:
        return
    first = MODES[1] if answers.ROW in st.query_params else MODES[0]
    mode = st.segmented_control(
        "View", MODES, default=first, required=True, key="view", bind="query-params", label_visibility="collapsed"
    )
    if mode == MODES[0]:
        evidence(story)
    elif mode == MODES[1]:
        answers.every_answer(story, key=str(run.id))
    elif mode == MODES[2]:
        rating_panel.draw(project, run)
    else:
        method(story, run, past)
        st.subheader("To score it again", anchor=False)
        evidence_panel.draw(run)


def _to_rating() -> None:
    st.session_state["view"] = MODES[2]


def verdict(project: Project, story: Story, *, primary: bool) -> None:
    """The sentence, its stamp, what weakens it, and the way on."""
    found = words.primary(story)
    if found is None:
        st.text("This comparison holds no figures: there is nothing to compare the tuned model with.")
        return
    if undecided(story):
        st.subheader("No verdict", anchor=False)
    else:
        st.subheader(page.plain(words.finding(story)), anchor=False, width=page.PROSE + 80)
    tuned = words.tuned_arm(story)
    measured = f"{found[1].n:,} test examples, measured by “{words.scorer_name(story)}”"
    said = [f"{tuned.model if tuned else story.fine_tuned_model} · {measured}", sentences.ONE_TRAINING]
    st.caption(page.plain(" · ".join(said)))
    if again := sentences.looked(story.looks):
        st.caption(page.plain(again))
    if story.stronger:
        st.warning(page.plain(story.stronger), icon=":material/warning:")
    if story.practice:
        page.practice_stamp()
    if found[1].n and not undecided(story):
        way.button(project, "report", "Use in the report", primary=primary)


def evidence(story: Story) -> None:
    """What the verdict rests on, from the largest to the smallest; what few ask for is folded away."""
    found = words.primary(story)
    if found is None or story.run_id is None:
        return
    run = measured.run_of(story.run_id)
    if found[1].n:
        forest_panel.draw(story, run)
        outcomes(story, key="outcomes")
    answers.worst(story, run)
    st.subheader("A closer look", anchor=False)
    folds.fold(
        "How well does each way do?", "bar_chart", "arms", lambda story, run: arms(story, key="arms"), story, run
    )
    folds.draw(story, run)


def method(story: Story, run: Run, past: list[Run]) -> None:
    """How it was measured."""
    method_panel.draw(story, run, past)


def difference(story: Story, *, key: str) -> None:
    """Fine-tuned minus the best alternative, and minus each other arm, with their 95% intervals."""
    forest_panel.declared(story, key=key)


def outcomes(story: Story, *, key: str) -> None:
    """How often it was better, the same and worse."""
    from ftcore.report.outcomes import outcome_bar

    found = words.primary(story)
    if found is None:
        return
    name, one = found
    st.markdown(f"**Example by example**, against “{page.plain(words.label_of(story, name))}”")
    told = sentences.details(one, words.as_words(story))
    charts.show(outcome_bar(one, dark=charts.is_dark()), key=key, alt=told[0])
    weak = [sentence for sentence in told[1:] if sentence not in (sentences.ONE_TRAINING, sentences.PRACTICE)]
    if weak:
        st.caption(page.plain(" ".join(weak)))


def arms(story: Story, *, key: str) -> None:
    """Every arm's average with its interval; the model stands at each."""
    from ftcore.report.figures import arm_bars

    if not story.arms:
        return
    parts = [f"{arm.label} ({arm.model}): {words.points(arm.average)} of 100" for arm in story.arms]
    st.markdown(f"**The ways to answer**, average on “{page.plain(words.scorer_name(story))}”, with 95% intervals")
    charts.show(arm_bars(story.arms, dark=charts.is_dark()), key=key, alt="; ".join(parts))


def undecided(story: Story) -> bool:
    """True when too many answers are missing for a verdict."""
    found = words.primary(story)
    if found is None or found[1].verdict is not Verdict.NOT_ENOUGH_EVIDENCE:
        return False
    return sentences.too_much_missing(found[1])
