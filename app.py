"""The app: page settings, the project picker, and the six pages in the order of the journey."""

import streamlit as st

from ftcore.store import projects
from ftcore.ui import page, session

st.set_page_config(page_title="Tuneworthy", page_icon=":material/tune:", layout="wide")

pages = [
    st.Page(path, title=title, icon=icon, url_path=name, default=name == "overview")
    for name, (path, title, icon) in page.PAGES.items()
]
chosen = st.navigation(pages)

with session.db().read() as connection:
    known = projects.every(connection)

with st.sidebar:
    if known:
        current = session.current_project()
        names = {project.id: project.name for project in known}
        ids = list(names)
        picked = st.selectbox(
            "Project",
            ids,
            index=ids.index(current.id) if current else 0,
            format_func=lambda id_: names[id_],
            key=f"picked-project-{current.id if current else 0}-{len(ids)}",
        )
        if current and picked != current.id:
            session.open_project(picked)
            st.rerun()
    initials = st.text_input(
        "Your initials", value=session.who(), max_chars=16, help="Every change is kept with who made it."
    )
    if initials.strip() != session.who():
        session.sign(initials)

chosen.run()
