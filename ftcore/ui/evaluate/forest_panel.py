"""Differences with their intervals: the declared one, which carries the verdict, and those that one may look at besides."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.records import Comparison, Story
from ftcore.report import facts, words
from ftcore.store.runs import Run
from ftcore.ui import charts, page
from ftcore.ui.evaluate import measured

SURE = 0.05
DECLARED = ""
"""The choice of the comparisons that the run declared."""


def draw(story: Story, run: Run) -> None:
    """The differences against what is chosen. Only the declared one carries the verdict."""
    against = DECLARED
    if len(story.arms) > 2:
        others = [arm.arm for arm in story.arms if arm.arm != story.candidate]
        against = st.selectbox(
            "Differences",
            [DECLARED, *others],
            format_func=lambda name: _choice(story, name),
            key=f"against-{run.id}",
            width=page.PROSE,
        )
    if against == DECLARED:
        declared(story, key="difference")
        return
    _against(story, run, against)


def declared(story: Story, *, key: str) -> None:
    """Fine-tuned minus the arm it must beat, and minus each other arm."""
    names = [name for name, _ in story.comparisons]
    found = [one for _, one in story.comparisons]
    adjusted = [story.p_holm.get(name) for name in names]
    if len(found) > 1 and not any(p is not None for p in adjusted[1:]):
        adjusted = [None, *_holm(found[1:])]
    what = "fine-tuning" if words.is_tuned(story) else f"“{page.plain(words.label_of(story, story.candidate))}”"
    st.markdown(f"**What {what} brought**, in points of 100, with 95% intervals")
    _show(story, names, found, ["", *map(_note, adjusted[1:])], before="against ", key=key)
    if len(found) > 1:
        st.caption(
            page.plain(
                f"The verdict rests on the first line alone: {words.label_of(story, names[0])}. "
                f"{story.comparator_why} The p values of the others are adjusted for their number (Holm)."
            )
        )


def _against(story: Story, run: Run, other: str) -> None:
    """Every way minus the chosen one, computed from the scores now."""
    rest = [arm.arm for arm in story.arms if arm.arm not in (other, story.candidate)]
    names = [story.candidate, *rest]
    kept = dict(story.comparisons)
    found = [kept[other] if other in kept else measured.compared(run, other, story.candidate)]
    found += [measured.compared(run, other, name) for name in rest]
    label = page.plain(words.label_of(story, other))
    st.markdown(f"**Every way minus “{label}”**, in points of 100, with 95% intervals")
    _show(story, names, found, [_note(p) for p in _holm(found)], before="", key=f"difference-{other}")
    st.caption(
        "Chosen after the run was declared, so no verdict rests on it. The p values are adjusted for how many differences "
        "are shown (Holm)."
    )


def _show(
    story: Story, names: Sequence[str], found: Sequence[Comparison], notes: Sequence[str], *, before: str, key: str
) -> None:
    from ftcore.report.figures import difference_plot

    labels = [words.label_of(story, name) for name in names]
    figure = difference_plot(
        found[0],
        labels[0],
        dark=charts.is_dark(),
        others=list(zip(labels[1:], found[1:], strict=True)),
        kinds=[facts.kind_named(story, name) for name in names],
        notes=notes,
        before=before,
    )
    parts = [
        f"{before}{label}: {words.signed(one.mean_difference)} of 100 ({words.signed(one.low)} to {words.signed(one.high)})"
        f"{f', {note}' if note else ''}"
        for label, one, note in zip(labels, found, notes, strict=True)
    ]
    subject = "Fine-tuned " if before else ""
    charts.show(figure, key=key, alt=f"{subject}{'; '.join(parts)}.")


def _choice(story: Story, name: str) -> str:
    if name == DECLARED:
        return "Fine-tuned minus every other way (declared)"
    return f"Every way minus “{words.label_of(story, name)}”"


def _note(p_value: float | None) -> str:
    if p_value is None:
        return ""
    if p_value < 0.001:
        return "adjusted p below 0.001"
    return f"adjusted p {p_value:.2g}{', may be chance' if p_value >= SURE else ''}"


def _holm(found: Sequence[Comparison]) -> list[float]:
    from ftcore.evaluation.statistics import holm

    return [float(p) for p in holm([one.p_value for one in found])]
