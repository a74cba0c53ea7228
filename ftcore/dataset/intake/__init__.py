"""A file becomes a project's examples: read, checked as a whole, divided into splits. Small ones in one transaction; large ones
in parts, which a killed process goes on with and a cancel takes back."""

from ftcore.dataset.intake.progress import Progress, silent
from ftcore.dataset.intake.recheck import recheck
from ftcore.dataset.intake.taking import PART, take_back, take_in

__all__ = ["PART", "Progress", "recheck", "silent", "take_back", "take_in"]
