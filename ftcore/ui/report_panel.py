"""The report on the screen: slide one, the evidence, and the files to take away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ftcore.records import Confidence, Project, Story
from ftcore.report import words
from ftcore.ui import ledger, page, way
from ftcore.ui.evaluate import verdict_panel

STANDING_ICONS = {
    Confidence.BELIEVED: ":material/chat_bubble:",
    Confidence.PARTLY_MEASURED: ":material/straighten:",
    Confidence.MEASURED: ":material/verified:",
}
"""Only what was measured throughout gets a tick."""
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def slide_one(story: Story) -> None:
    """What the head of department reads: the answer, the money, the biggest risk, the decision wanted."""
    st.header(page.plain(words.headline(story)), anchor=False, width=page.PROSE + 160)
    if story.recommendation is not None:
        st.badge(
            words.standing(story),
            icon=STANDING_ICONS[story.recommendation.confidence],
            color="gray",
        )
    parts = (
        ("Money", words.money(story)),
        ("Biggest risk", words.risk(story)),
        ("Decision wanted", words.decision_wanted(story)),
    )
    for column, (name, told) in zip(st.columns(3, gap="medium"), parts, strict=True):
        column.markdown(f"**{name}**")
        column.text(told)
    if story.practice:
        page.practice_stamp()


def nothing(project: Project) -> None:
    """Neither decided nor measured."""
    st.subheader("Nothing measured yet", anchor=False)
    st.text("You can still export the decision, marked “believed”. Answer the five questions first; about ten minutes.")
    way.button(project, "decide", "Go to Decide", primary=True)


def believed(project: Project) -> None:
    """Decided, but not measured."""
    st.info("Nothing measured yet. You can still export the decision, marked “believed”.", icon=":material/help:")


def downloads(story: Story, project: Project) -> None:
    """Each file is made when it is asked for, not before."""
    name = f"tuneworthy-{project.file_name}"
    with st.container(horizontal=True):
        st.download_button(
            "Download the deck",
            file_of(story, "pptx"),
            f"{name}.pptx",
            PPTX,
            type="primary",
            icon=":material/slideshow:",
            on_click="ignore",
            key="get-deck",
            help="PowerPoint, with charts that can be edited.",
        )
        st.download_button(
            "Web page",
            file_of(story, "html"),
            f"{name}.html",
            "text/html",
            icon=":material/html:",
            on_click="ignore",
            key="get-html",
            help="One file that opens anywhere, without a network.",
        )
        st.download_button(
            "Figures (JSON)",
            file_of(story, "json"),
            f"{name}.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
            key="get-json",
        )


def evidence(story: Story) -> None:
    """What the answer rests on: the comparison, the data, the training, and what none of it shows."""
    if story.comparisons:
        st.subheader("The evidence", anchor=False)
        st.text(words.finding(story), width=page.PROSE)
        verdict_panel.difference(story, key="report-difference")
        verdict_panel.arms(story, key="report-arms")
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


def _measured(story: Story) -> str:
    if not story.arms:
        return ""
    kind = " (the small practice model)" if story.practice else ""
    return f"{story.fine_tuned_model}, trained from {story.base_model}{kind}"


def file_of(story: Story, kind: str) -> Callable[[], bytes]:
    """What makes the file of that kind ("pptx", "html" or "json") when it is called: not before somebody wants it."""

    def build() -> bytes:
        from ftcore.report import write_deck, write_html, write_json

        write = {"pptx": write_deck, "html": write_html, "json": write_json}[kind]
        with tempfile.TemporaryDirectory(prefix="tuneworthy-report-") as folder:
            path = Path(folder) / f"report.{kind}"
            write(story, path)
            return path.read_bytes()

    return build
