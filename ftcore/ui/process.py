"""The app as a process of the supervisor's: Streamlit's own server, ending when the supervisor ends.

python -m ftcore.ui.process APP.PY --server.port 8501
"""

from __future__ import annotations

import gc
import sys

import streamlit as st

from ftcore.supervision import end_with_supervisor


def main() -> None:
    end_with_supervisor()
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.web.cli import main as streamlit

    # Until st.navigation has run once, Streamlit takes pages/ for its own: a first visit to /train would be drawn without
    # the app's frame.
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", *sys.argv[1:]]
    streamlit()


@st.cache_resource(show_spinner=False)
def settle(page: str) -> None:
    """What a page has loaded stays for good: Streamlit collects garbage after each drawing, and going through all modules
    each time took twice the processor time of the drawing itself (0.13 s a click). Once for each page that was opened."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
