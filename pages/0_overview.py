"""Overview: the next action, where the project stands, the projects."""

import streamlit as st

from ftcore.ui import guide, guide_recorded, overview, page, session
from ftcore.ui.journey import situation

project = session.current_project()
page.show_flash()
if project is None:
    overview.welcome()
    st.stop()

counts = session.counts(project)
found = situation(session.db(), project.id, counts)

guide.hint("overview", project)
overview.next_step(project, found)
st.space("small")
overview.step_row(found)
guide_recorded.beginning(project)
st.space("small")
overview.project_list(project)
st.space("small")
overview.running(project)
overview.recent_changes(project)
guide.switch()
overview.keep_fresh(project)
page.for_the_engineer(
    {"Project": f"{project.id}, revision {project.revision}", "Workspace": session.workspace().root},
    command=f"tuneworthy --workspace {session.workspace().root}",
)
