"""What the review says: the names of its queues, progress and pace."""

from __future__ import annotations

from ftcore.dataset.sampling import TRIAGE
from ftcore.dataset.triage import Queue, Sample
from ftcore.store.reviews import Place
from ftcore.ui import say

NAMES = {
    Queue.PROBLEMS: "Problems",
    Queue.GROUPS: "Duplicate groups",
    Queue.SAMPLE: "Random sample",
    Queue.TABLE: "Table's rows",
    Queue.ASKED: "Asked",
}
SURE_OF_PACE = 3
"""So many decisions tell how quick somebody is."""


def counted(number: int, more: bool = False) -> str:
    return f"{number:,}{'+' if more else ''}"


def left(number: int, more: bool = False) -> str:
    return f"{counted(number, more)} left" if number else "none"


def name(queue: Queue, sample: Sample | None, drafts: int) -> str:
    """What the chooser calls a queue; a small project has no 200 rows to draw."""
    if queue is not Queue.SAMPLE:
        return NAMES[queue]
    number = sample.number if sample else min(TRIAGE, drafts)
    return f"Random {number:,}" if number else "Random sample"


def seen(sample: Sample | None, drafts: int) -> str:
    """How far the sample is; before it is drawn, whether there is anything to draw from."""
    if sample is None:
        return "not begun" if drafts else "none"
    return f"{sample.seen:,} seen"


def progress(done: int, remaining: int, more: bool, place: Place) -> str:
    """ "41 of 200, 6 seconds each, about 16 minutes left"; "" for an empty queue."""
    if not done + remaining:
        return ""
    said = f"{done:,} of {counted(done + remaining, more)}"
    if place.decided < SURE_OF_PACE:
        return said
    each = place.seconds / place.decided
    pace = f"{each:.1f} seconds" if each < 1 else say.duration(each)
    return f"{said}, {pace} each" + (f", {say.left(each * remaining)}" if remaining and not more else "")
