"""The app as a process of the supervisor's: Streamlit's own server, ending when the supervisor ends.

python -m ftcore.ui.process APP.PY --server.port 8501
"""

from __future__ import annotations

import sys

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


if __name__ == "__main__":
    main()
