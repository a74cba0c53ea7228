import streamlit as st

from ftcore.ui import page, session

project = page.header("report")

from ftcore.report.telling import tell  # noqa: E402 - after the title, which need not wait for it
from ftcore.ui.report import present, report_files, report_panel, report_settings  # noqa: E402

run_id = report_panel.choose(project)
story = tell(session.db(), project.id, who=session.who(), rows=False, run_id=run_id, pay=True)
if story.recommendation is None and not story.comparisons:
    report_panel.nothing(project)
else:
    if not story.comparisons:
        report_panel.uncompared(story)
    report_panel.slide_one(story)
    with st.container(horizontal=True):
        report_files.main(project, run_id)
        present.button()
    report_settings.draw(project)
    report_panel.evidence(story)
    st.subheader("More to take away", anchor=False)
    report_files.more(project, run_id)
    present.draw(story)

page.for_the_engineer(
    {
        "Fine-tuned model": story.fine_tuned_model or "none yet",
        "Base model": story.base_model or "none yet",
        "Job": story.job_id or "none yet",
        "Run": story.run_id or "none yet",
        "Scorer": story.scorer or "none yet",
        "Seed": story.seed,
        "Examples (sha256)": story.snapshot or "none yet",
    },
    command=f"tuneworthy report {project.id}{f' --run {story.run_id}' if story.run_id else ''} --to report.pptx",
)
