"""One test row: what was asked, what was expected, what each way said, its scores and why. All of it is plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ftcore.records import Answer, SnapshotRow, Story, TrainingExample, text_of
from ftcore.report import words
from ftcore.report.file import cut
from ftcore.store.runs import Run
from ftcore.ui import differences, page, session
from ftcore.ui.evaluate import corrections_panel

if TYPE_CHECKING:
    from ftcore.evaluation.scorers import Scorer

LONGEST = 4_000
"""Characters of an answer that are drawn."""
EARLIER = 600
A_LINE = 3
"""Answers beside each other; four are shown two and two, so that none stands alone."""
LIKE = 0.25
"""Below this share of common text a longer answer is another text: marking every word would say nothing."""
SHORT = 80
LEGEND = ":red-background[~~expected, not said~~] :green-background[**said, not expected**]"


@dataclass(frozen=True, slots=True)
class Shown:
    """`scores` are by (arm, case, repeat) and scorer; `averages` by arm, by the run's own scorer."""

    case: str
    row: SnapshotRow
    answers: dict[str, list[Answer]]
    scores: dict[tuple[str, str, int], dict[str, float]]
    averages: dict[str, float | None]


def draw(
    story: Story,
    run: Run,
    shown: Shown,
    arms: Sequence[str],
    *,
    marks: bool,
    open_row: Callable[[str], None] | None,
) -> None:
    """The row in a frame. `open_row` gives it an address of its own; None when it has it already."""
    training = shown.row.training
    with st.container(border=True):
        st.caption(page.plain(_title(story, shown)))
        if before := _before(training):
            st.caption(page.plain(before))
        st.text(cut(training.prompt, LONGEST))
        cells = [None, *arms]
        wide = _a_line(len(cells))
        for start in range(0, len(cells), wide):
            columns = st.columns(wide, gap="small")
            for column, arm in zip(columns, cells[start : start + wide], strict=False):
                with column:
                    if arm is None:
                        st.caption("Expected")
                        _text(training.response)
                    else:
                        _answer(story, run, shown, arm, marks=marks)
        with st.container(horizontal=True, vertical_alignment="center"):
            if open_row is not None:
                st.button(
                    "Only this row",
                    icon=":material/link:",
                    key=f"row-{shown.case}",
                    on_click=open_row,
                    args=(shown.case,),
                    help="Gives it an address that can be sent to somebody.",
                )
            corrections_panel.row(run, shown.case)


def _a_line(cells: int) -> int:
    return 2 if cells == 4 else A_LINE


def _answer(story: Story, run: Run, shown: Shown, arm: str, *, marks: bool) -> None:
    said = shown.answers.get(arm, [])
    first = next((one for one in said if one.text is not None), said[0] if said else None)
    st.caption(page.plain(f"{words.label_of(story, arm)} · {words.score_words(story, shown.averages.get(arm))}"))
    if first is None or first.text is None:
        st.text("No answer arrived." + (f" {cut(first.error, 300)}" if first and first.error else ""))
        return
    expected = shown.row.training.response
    if marks and alike(expected, first.text):
        differences.draw(cut(expected, LONGEST), cut(first.text, LONGEST))
    else:
        _text(first.text)
    notes = _notes(run, shown, first, expected)
    if len(said) > 1:
        notes.insert(0, f"The first of {len(said)} answers; the score is their average.")
    if first.sources:
        notes.append("Looked up in: " + "; ".join(cut(source, 200) for source in first.sources[:8]) + ".")
    for note in notes:
        st.caption(page.plain(note))


def alike(expected: str, said: str) -> bool:
    """Whether marking the differences tells anything: the texts are short, or share a good part."""
    from ftcore.dataset.differences import difference

    one, other = expected[:LONGEST], said[:LONGEST]
    if one == other:
        return False
    if max(len(one), len(other)) <= SHORT:
        return True
    common = sum(len(piece.text) for piece in difference(one, other) if piece.kind == "equal")
    return common >= LIKE * max(len(one), len(other))


def _notes(run: Run, shown: Shown, answer: Answer, expected: str) -> list[str]:
    """Why it has this score, and what the other scorers say."""
    found = shown.scores.get((answer.arm, shown.case, answer.repeat), {})
    primary = _scorer(run, run.scorer)
    score = found.get(run.scorer)
    notes = []
    if primary is not None and score is not None and score < 1 and (why := primary.why(answer.text or "", expected)):
        notes.append(why)
    others = []
    for name, value in sorted(found.items()):
        if name != run.scorer:
            others.append(f"{label(name)}: {words.points(value)}")
    if others:
        notes.append(" · ".join(others))
    if answer.finish_reason == "length":
        notes.append("It was cut off: the longest answer allowed was reached.")
    return notes


def label(name: str) -> str:
    """How a scorer is called."""
    from ftcore.evaluation.scorers import describe

    known = describe(name)
    return known.label if known else name.replace("_", " ")


def _scorer(run: Run, name: str) -> Scorer | None:
    """The scorer as the run used it; None for one that needs a program of the user's, or that is no longer known."""
    return _made(str(session.db().path), run.id, name, run)


@st.cache_resource(show_spinner=False, max_entries=32)
def _made(path: str, run_id: int, name: str, _run: Run) -> Scorer | None:
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.scorers import NAMES, SCORERS, make
    from ftcore.evaluation.scoring import context_of

    if name in SCORERS or name not in NAMES:
        return SCORERS.get(name)
    try:
        return make(name, context_of(session.db(), _run))
    except EvaluationError:
        return None


def _text(text: str) -> None:
    st.text(cut(text, LONGEST) if text.strip() else "An empty answer.")


def _before(training: TrainingExample) -> str:
    """What was said before the question, in one line."""
    turns = [message for message in training.asked()[:-1] if message.get("role") in ("user", "assistant")]
    said = " · ".join(f"{turn['role']}: {text_of(turn)}" for turn in turns)
    return f"Before it: {cut(said, EARLIER)}" if said else ""


def _title(story: Story, shown: Shown) -> str:
    found = words.primary(story)
    parts = [f"Example {shown.case}"]
    if found:
        ours, theirs = shown.averages.get(story.candidate), shown.averages.get(found[0])
        label = f"“{words.label_of(story, found[0])}”"
        if ours is None or theirs is None:
            parts.append("an answer is missing")
        elif round(ours - theirs, 12) == 0:
            parts.append(f"as good as {label}")
        else:
            side = "better" if ours > theirs else "worse"
            by = "" if words.counts_right_answers(story) else f" by {words.points(ours - theirs)} of 100"
            parts.append(f"{side} than {label}{by}")
    if shown.row.private:
        parts.append("private: never in a report")
    return " · ".join(parts)
