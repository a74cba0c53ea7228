"""A file that is here already, in an older or a newer state: what it would change, shown before anything is taken."""

from ftcore.dataset.reimport.comparing import compare
from ftcore.dataset.reimport.difference import SHOWN, Difference, Kind, Shown
from ftcore.dataset.reimport.taking import Choice, Taken, take

__all__ = ["SHOWN", "Choice", "Difference", "Kind", "Shown", "Taken", "compare", "take"]
