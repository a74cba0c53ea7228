"""The comparison in each part of the test set, and where it points the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ftcore.records import Story
from ftcore.report import words
from ftcore.store.runs import Run
from ftcore.ui import page, say
from ftcore.ui.evaluate import measured

if TYPE_CHECKING:
    from ftcore.evaluation.slices import Slice


def draw(story: Story, run: Run) -> None:
    from ftcore.evaluation.parts import FEWEST
    from ftcore.evaluation.slices import flips

    found = words.primary(story)
    if found is None:
        return
    name, overall = found
    parts = measured.sliced(run, name, story.candidate)
    if not parts:
        st.text("These test examples have no tags, labels, lengths, turns or languages to tell them apart by.")
        return
    turned = flips(overall, parts)
    st.text(
        "\n".join(turned) or "No part of the test set points the other way than the whole by more than matters.",
        width=page.PROSE,
    )
    large = sorted((one for one in parts if one.comparison is not None), key=lambda one: one.part.kind != "Tag")
    few = [one for one in parts if one.comparison is None]
    other = words.label_of(story, name)[:40]
    st.dataframe([_line(one, other) for one in [*large, *few]], hide_index=True)
    st.caption(
        page.plain(
            f"{say.count(len(large), 'part')} of at least {FEWEST} examples, in points of 100. Who looks at many parts finds "
            "one that differs by chance: the p values are adjusted for their number (Benjamini-Hochberg), and the verdict does "
            "not rest on any of them; * is more than chance. Tags are those that the examples bear now."
        )
    )


def _line(one: Slice, other: str) -> dict[str, object]:
    start: dict[str, object] = {"Part": one.part.name, "Examples": one.n}
    if one.comparison is None:
        return {**start, "Difference": "too few"}
    found = one.comparison
    return {
        **start,
        "Difference": words.signed(found.mean_difference),
        "95% interval": f"{words.signed(found.low)} to {words.signed(found.high)}",
        "Adjusted p": f"{one.p_adjusted:.3f}{' *' if one.sure else ''}",
        "Fine-tuned": f"{found.candidate_avg * 100:.0f}",
        other if other != "Fine-tuned" else "Compared with": f"{found.baseline_avg * 100:.0f}",
    }
