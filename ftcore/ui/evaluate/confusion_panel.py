"""For answers that are labels: which is taken for which."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Story
from ftcore.report import words
from ftcore.store import run_rows
from ftcore.store.runs import Run
from ftcore.ui import charts, page, session
from ftcore.ui.evaluate import measured

MOST_DRAWN = 25
"""Labels: a larger map cannot be read."""


def fits(run: Run) -> bool:
    """Whether the expected answers are labels."""
    from ftcore.evaluation.labelled import labels_of

    return bool(labels_of([row.expected for row in measured.facts(run)]))


def draw(story: Story, run: Run) -> None:
    from ftcore.evaluation.labelled import confused, labels_of, mistakes
    from ftcore.report.confusion_figure import confusion_map

    names = [arm.arm for arm in story.arms]
    arm = st.selectbox(
        "Way to answer",
        names,
        index=names.index(story.candidate) if story.candidate in names else 0,
        format_func=lambda name: words.label_of(story, name),
        key=f"confusion-{run.id}",
        width=page.PROSE,
    )
    expected = [row.expected for row in measured.facts(run)]
    with session.db().read() as c:
        texts = run_rows.answer_texts(c, run.id, arm)
    found = confused(expected, [texts.get(case) for case in measured.of_run(run).cases], labels_of(expected))
    said = mistakes(found)
    st.text("\n".join(said) or "Every label was told right.", width=page.PROSE)
    if len(found.labels) > MOST_DRAWN:
        st.caption(f"{len(found.labels)} labels are too many for a map; the largest confusions stand above.")
    else:
        rows = [at for at, counts in enumerate(found.table) if sum(counts)]
        columns = [at for at in range(len(found.labels)) if at in rows or any(found.table[row][at] for row in rows)]
        figure = confusion_map(
            [found.labels[at] for at in rows],
            [found.labels[at] for at in columns],
            [[found.table[row][column] for column in columns] for row in rows],
            dark=charts.is_dark(),
        )
        charts.show(figure, key=f"confusion-map-{arm}", alt=" ".join(said) or "Every label was told right.")
    with st.popover("As a table", icon=":material/table:"):
        st.dataframe(
            [
                {"Expected": label, **{found.labels[at]: count for at, count in enumerate(counts)}}
                for label, counts in zip(found.labels, found.table, strict=True)
            ],
            hide_index=True,
        )
