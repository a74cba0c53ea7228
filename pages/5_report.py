import streamlit as st

from ftcore.ui import page, session

project = page.header("report")

from ftcore.report.telling import tell  # noqa: E402 - after the title, which need not wait for it
from ftcore.ui import report_panel  # noqa: E402

story = tell(session.db(), project.id, who=session.who())
if story.recommendation is None and not story.comparisons:
    report_panel.nothing(project)
else:
    if not story.comparisons:
        report_panel.believed(project)
    report_panel.slide_one(story)
    report_panel.downloads(story, project)
    report_panel.evidence(story)
    if hidden := sum(row.private for row in story.rows):
        st.caption(f"{hidden} private rows count in the averages and are in none of the files.")

page.for_the_engineer(
    {
        "Fine-tuned model": story.fine_tuned_model or "none yet",
        "Base model": story.base_model or "none yet",
        "Job": story.job_id or "none yet",
        "Scorer": story.scorer or "none yet",
        "Seed": story.seed,
        "Examples (sha256)": story.snapshot or "none yet",
    },
    command="tuneworthy run FILE --json OUT",
)
