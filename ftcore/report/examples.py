"""Examples for readers, chosen by a rule that is said beside them: the worst first, then some drawn by lot."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ftcore.records import SideBySide, Story
from ftcore.report.facts import change, label_of, primary, shown_rows

WORST, WON, LEVEL = 2, 1, 1


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row and why it stands there: "Worst loss", "Won, by lot", "The same, by lot"."""

    why: str
    row: SideBySide


def chosen(story: Story) -> tuple[Chosen, ...]:
    """The worst losses, then a win and a tie drawn by lot with the run's seed; never a private row."""
    found = [(change(story, row), row) for row in shown_rows(story)]
    lost = [row for by, row in found if by is not None and by < 0]
    won = [row for by, row in found if by is not None and by > 0]
    level = [row for by, row in found if by == 0]
    lot = random.Random(story.run_seed)
    picked = [Chosen("Worst loss", row) for row in lost[:WORST]]
    picked += [Chosen("Won, by lot", row) for row in lot.sample(won, min(WON, len(won)))]
    return (*picked, *(Chosen("The same, by lot", row) for row in lot.sample(level, min(LEVEL, len(level)))))


def rule(story: Story) -> str:
    """How they were chosen, in a sentence; "" where there is nothing to choose from."""
    found = primary(story)
    if found is None or not chosen(story):
        return ""
    other = label_of(story, found[0])
    whys = {one.why for one in chosen(story)}
    drawn = [
        said
        for why, said in (("Won, by lot", "one that was won"), ("The same, by lot", "one that came out the same"))
        if why in whys
    ]
    by_lot = f", then {' and '.join(drawn)}, drawn by lot (seed {story.run_seed})" if drawn else ""
    worst = (
        f"the {WORST} worst losses against “{other}” by score"
        if "Worst loss" in whys
        else f"nothing was lost against “{other}”"
    )
    none = "" if "Won, by lot" in whys else " None was won."
    private = " Private rows are never shown." if any(row.private for row in story.rows) else ""
    return f"Chosen by a rule and not by hand: {worst}{by_lot}.{none}{private}"
