"""The report on the screen: slide one, what it rests on, what it costs, and what it does not show."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.records import Confidence, Project, Story
from ftcore.report import ways, words
from ftcore.store import runs
from ftcore.store.runs import Run
from ftcore.ui import ledger, page, session, way
from ftcore.ui.evaluate import verdict_panel

STANDING_ICONS = {
    Confidence.BELIEVED: ":material/chat_bubble:",
    Confidence.PARTLY_MEASURED: ":material/straighten:",
    Confidence.MEASURED: ":material/verified:",
}
"""Only what was measured throughout gets a tick."""


def finished(project: Project) -> list[Run]:
    """The comparisons that a report can be about, the newest first; trials only where there is nothing else."""
    with session.db().read() as c:
        done = [run for run in runs.of_project(c, project.id) if run.state == "done" and run.result]
        return done or [run for run in runs.trials(c, project.id) if run.state == "done" and run.result]


def choose(project: Project) -> int | None:
    """Which comparison the report is about: asked only where there are several. None = the newest, or none."""
    known = {run.id: run for run in finished(project)}
    if len(known) < 2:
        return None
    return st.selectbox(
        "Comparison",
        list(known),
        format_func=lambda id_: _named(known[id_], newest=id_ == max(known)),
        key=f"report-run-{project.id}",
        width=page.PROSE,
        help="A report can be made again from any finished comparison.",
    )


def _named(run: Run, *, newest: bool) -> str:
    on = words.day(run.finished_at.date().isoformat()) if run.finished_at else "a day that is not known"
    what = "trial" if run.settings.get("trial") else "run"
    return f"{what.capitalize()} {run.id}, {on}{', the newest' if newest else ''}"


def slide_one(story: Story) -> None:
    """What the head of department reads: the answer, the money, the biggest risk, the decision wanted and by when."""
    st.header(page.plain(words.headline(story)), anchor=False, width=page.PROSE + 160)
    if second := words.second_sentence(story):
        st.text(second, width=page.PROSE)
    if (confidence := words.confidence(story)) is not None:
        st.badge(words.standing(story), icon=STANDING_ICONS[confidence], color="gray")
        st.text(words.upper(words.standing_meaning(story)), width=page.PROSE)
    _boxes(
        ("Money", [words.money(story)]),
        ("Biggest risk", [words.risk(story)]),
        ("Decision wanted", [words.decision_wanted(story), words.by_when(story)]),
    )
    below = [("Where does our data go?", [words.where_data_goes(story)])]
    if instead := words.instead(story):
        below.insert(0, ("What instead, what it costs, and when", [instead]))
    _boxes(*below)
    if story.practice:
        page.practice_stamp()


def _boxes(*parts: tuple[str, Sequence[str]]) -> None:
    for column, (name, said) in zip(st.columns(len(parts), gap="medium"), parts, strict=True):
        column.markdown(f"**{name}**")
        for one in said:
            column.text(one)


def nothing(project: Project) -> None:
    """Neither decided nor measured."""
    st.subheader("Nothing measured yet", anchor=False)
    st.text("You can still export the decision, marked “believed”. Answer the five questions first; about ten minutes.")
    way.button(project, "decide", "Go to Decide", primary=True)


def uncompared(story: Story) -> None:
    """Decided, but no ways to answer were compared."""
    still = "You can still export the decision, marked “believed”."
    if words.confidence(story) is Confidence.BELIEVED:
        st.info(f"Nothing measured yet. {still}", icon=":material/help:")
    else:
        st.info(words.nothing_compared(story), icon=":material/help:")


def evidence(story: Story) -> None:
    """What the answer rests on: the comparison, the cost, the data, the training, and what none of it shows."""
    if story.comparisons:
        st.subheader("The evidence", anchor=False)
        st.text(f"{words.finding(story)} {words.asked_sentence(story)}", width=page.PROSE)
        verdict_panel.difference(story, key="report-difference")
        verdict_panel.arms(story, key="report-arms")
        _ways(story)
    if story.pay is not None:
        st.subheader("What it costs, and when it pays", anchor=False)
        for sentence in (story.pay.sentence, story.pay.because, story.pay.quality):
            if sentence:
                st.text(sentence, width=page.PROSE)
    lines = {
        "Model measured": _measured(story),
        "Data": " ".join(words.data_sentences(story)),
        "Training": " ".join(words.training_sentences(story)),
    }
    if any(lines.values()):
        ledger.draw(lines, alt="The model, the data and the training")
    st.subheader("What this does not show", anchor=False)
    for sentence in words.limits(story):
        st.markdown(f"- {page.plain(sentence)}", width=page.PROSE)


def _ways(story: Story) -> None:
    """The table of the ways but for their models: those stand at the bars above it, and with them the last column would be cut off
    at 1280 pixels."""
    import pandas as pd

    cells = [[page.plain(name), *map(page.plain, figures)] for name, _, *figures in ways.rows(story)]
    name, _, *titles = map(page.plain, ways.head(story))
    frame = pd.DataFrame(cells, columns=[name, *titles])
    st.table(frame.set_index(name), border="horizontal", alt="Every way to answer, with its figures")


def _measured(story: Story) -> str:
    if not story.arms:
        return ""
    kind = " (the small practice model)" if story.practice else ""
    if not words.is_tuned(story):
        return f"{', '.join(dict.fromkeys(arm.model for arm in story.arms))}{kind}. No tuned model was asked."
    return f"{story.fine_tuned_model}, trained from {story.base_model}{kind}"
