"""The app as a process of the supervisor's: Streamlit's own server, ending when the supervisor ends.

    python -m ftcore.ui.process APP.PY --server.port 8501
"""

from __future__ import annotations

import sys

from ftcore.supervision import end_with_supervisor


def main() -> None:
    end_with_supervisor()
    from streamlit.web.cli import main as streamlit

    sys.argv = ["streamlit", "run", *sys.argv[1:]]
    streamlit()


if __name__ == "__main__":
    main()
