"""The files to take away. Each is made from the store when it is asked for, not before."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ftcore.records import Project, Story
from ftcore.ui import session

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def main(project: Project, run_id: int | None) -> None:
    """The deck and the web page."""
    _button(
        "Download the deck",
        project,
        run_id,
        "pptx",
        PPTX,
        ":material/slideshow:",
        "Slides with charts that can be edited. Tried in LibreOffice; not tried in PowerPoint itself.",
    )
    _button(
        "Web page",
        project,
        run_id,
        "html",
        "text/html",
        ":material/html:",
        "One file that opens anywhere, without a network.",
    )


def more(project: Project, run_id: int | None) -> None:
    """What fewer people ask for."""
    with st.container(horizontal=True):
        _button(
            "Data sheet",
            project,
            run_id,
            "data-sheet.md",
            "text/markdown",
            ":material/dataset:",
            "What the training set is, as Markdown.",
        )
        _button(
            "Model card",
            project,
            run_id,
            "model-card.md",
            "text/markdown",
            ":material/id_card:",
            "What the model is for and what it can do, as Markdown.",
        )
        _button(
            "Figures (JSON)",
            project,
            run_id,
            "json",
            "application/json",
            ":material/data_object:",
            "Everything, for a program.",
        )


def _button(label: str, project: Project, run_id: int | None, kind: str, mime: str, icon: str, told: str) -> None:
    st.download_button(
        label,
        wanted(project, run_id, kind),
        f"tuneworthy-{project.file_name}{'-' if '-' in kind else '.'}{kind}",
        mime,
        type="primary" if kind == "pptx" else "secondary",
        icon=icon,
        on_click="ignore",
        key={"pptx": "get-deck"}.get(kind, f"get-{kind.removesuffix('.md')}"),
        help=told,
    )


def wanted(project: Project, run_id: int | None, kind: str) -> Callable[[], bytes]:
    """What makes the file of that kind when it is called, with all answers and the data sheet."""
    db, who = session.db(), session.who()

    def build() -> bytes:
        from ftcore.report.telling import tell

        return file_of(tell(db, project.id, who=who, run_id=run_id), kind)()

    return build


def file_of(story: Story, kind: str) -> Callable[[], bytes]:
    """What makes the file of that kind ("pptx", "html", "json", "data-sheet.md", "model-card.md") when it is called."""

    def build() -> bytes:
        from ftcore.report import write_data_sheet, write_deck, write_html, write_json, write_model_card

        write = {
            "pptx": write_deck,
            "html": write_html,
            "json": write_json,
            "data-sheet.md": write_data_sheet,
            "model-card.md": write_model_card,
        }[kind]
        with tempfile.TemporaryDirectory(prefix="tuneworthy-report-") as folder:
            path = Path(folder) / f"report.{kind}"
            write(story, path)
            return path.read_bytes()

    return build
