"""What the review says: the names of its queues, progress and pace."""

from __future__ import annotations

from ftcore.dataset.sampling import TRIAGE
from ftcore.dataset.triage import STAGES, Queue, Sample
from ftcore.store.reviews import Place
from ftcore.ui import say

NAMES = {
    Queue.PROBLEMS: "Problems",
    Queue.GROUPS: "Duplicates",
    Queue.SAMPLE: "Random sample",
    Queue.TABLE: "Table's rows",
    Queue.ASKED: "Asked",
}
HASTY = "Too soon: that key was not counted."
"""In the place of the progress, until a key counts: it takes no room, and the buttons stay where they are."""
SURE_OF_PACE = 3
"""So many decisions tell how quick somebody is."""


def counted(number: int, more: bool = False) -> str:
    return f"{number:,}{'+' if more else ''}"


def step(queue: Queue, sample: Sample | None, drafts: int) -> str:
    """The name in the chooser: the three stages have numbers, since one comes after the other."""
    number = f"{STAGES.index(queue) + 1}. " if queue in STAGES else ""
    return number + name(queue, sample, drafts)


def lead(queue: Queue, sample: Sample | None, drafts: int) -> str:
    """What this queue is for, and what comes after it."""
    number = sample.number if sample else min(TRIAGE, drafts)
    some = f"{number:,} at random" if number else "some at random"
    return {
        Queue.PROBLEMS: f"Step 1 of 3: rows with a problem. Then duplicates, then {some}; after that, approve the rest together.",
        Queue.GROUPS: f"Step 2 of 3: rows that repeat each other. Then {some}; after that, approve the rest together.",
        Queue.SAMPLE: f"Step 3 of 3: {some}, which tell how good the others are. After that, approve the rest together.",
        Queue.TABLE: "The rows that the table shows, in the order they were added.",
        Queue.ASKED: "Rows tagged “ask”. Approving or rejecting one settles its question.",
    }[queue]


def left(number: int, more: bool = False) -> str:
    return counted(number, more) if number else "none"


def name(queue: Queue, sample: Sample | None, drafts: int) -> str:
    """What the chooser calls a queue; a small project has no 200 rows to draw."""
    if queue is not Queue.SAMPLE:
        return NAMES[queue]
    number = sample.number if sample else min(TRIAGE, drafts)
    return f"Random {number:,}" if number else "Random sample"


def seen(sample: Sample | None, drafts: int) -> str:
    """How far the sample is; "none" where there is nothing to draw it from."""
    if sample is None:
        return "0 seen" if drafts else "none"
    return f"{sample.seen:,} seen"


def progress(done: int, remaining: int, more: bool, place: Place) -> str:
    """ "41 of 200 decided, 6 seconds each, about 16 minutes left"; "" for an empty queue."""
    if not done + remaining:
        return ""
    said = f"{done:,} of {counted(done + remaining, more)} decided"
    if place.decided < SURE_OF_PACE:
        return said
    each = place.seconds / place.decided
    pace = f"{each:.1f} seconds" if each < 1 else say.duration(each)
    return f"{said}, {pace} each" + (f", {say.left(each * remaining)}" if remaining and not more else "")
