"""Where the app's own files are: inside an installed wheel (`ftcore/_app`), or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def app_dir() -> Path:
    """The folder that holds app.py, pages/, data/ and .streamlit/."""
    inside = _PACKAGE / "_app"
    return inside if inside.is_dir() else _PACKAGE.parent


def data_dir() -> Path:
    """The folder of content that people edit: the decision framework, prices, providers, the sample projects."""
    return app_dir() / "data"
