"""The app: page settings, the sidebar, and the six pages in the order of the journey."""

import streamlit as st

from ftcore.app_files import data_dir
from ftcore.ui import page, process, sidebar

st.set_page_config(
    page_title="Tuneworthy",
    page_icon=str(data_dir() / "brand" / "icon.svg"),  # a Material icon here would be fetched from the web
    layout="wide",
    initial_sidebar_state=264,
)

# Our own sidebar draws the links: Streamlit's would put them above the brand and the project.
chosen = st.navigation(
    [
        st.Page(path, title=title, icon=icon, url_path=name, default=name == "overview")
        for name, (path, title, icon) in page.PAGES.items()
    ],
    position="hidden",
)
sidebar.draw()
chosen.run()
process.settle(chosen.title)
