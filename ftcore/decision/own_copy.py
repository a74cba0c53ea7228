"""The files of the decision that an organisation can edit in copies of its own."""

from __future__ import annotations

from pathlib import Path

from ftcore import content
from ftcore.content import ContentError
from ftcore.decision import framework, research

FILES = (framework.FILE, research.FILE, "base_models.yaml")


def copy_to_edit(root: Path, name: str) -> Path:
    """Puts a copy of one of FILES into the workspace `root`, to be edited there; one that is there stays as it is.

    Raises ContentError for any other name.
    """
    if name not in FILES:
        raise ContentError(f"There is no such file to edit: {', '.join(FILES[:-1])} and {FILES[-1]} are.")
    return content.copy_to_edit(root, name)
