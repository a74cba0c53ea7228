"""Examples for readers, chosen by a rule that is said beside them: the worst first, then some drawn by lot."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from ftcore.evaluation.scorers import describe
from ftcore.records import SideBySide, Story
from ftcore.report.facts import change, label_of, primary, scorer_name, shown_rows

WORST = 2
LOST, WON, LEVEL = "Worst loss", "Won, by lot", "The same, by lot"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row and why it stands there: `LOST`, `WON` or `LEVEL`."""

    why: str
    row: SideBySide


def chosen(story: Story) -> tuple[Chosen, ...]:
    """The worst losses, then a win and a tie drawn by lot with the run's seed; never a private row."""
    found = [(change(story, row), row) for row in shown_rows(story)]
    lost = [row for by, row in found if by is not None and by < 0]
    won = [row for by, row in found if by is not None and by > 0]
    level = [row for by, row in found if by == 0]
    lot = random.Random(story.run_seed)
    picked = [Chosen(LOST, row) for row in lost[:WORST]]
    picked += [Chosen(WON, row) for row in lot.sample(won, min(1, len(won)))]
    return (*picked, *(Chosen(LEVEL, row) for row in lot.sample(level, min(1, len(level)))))


def rule(story: Story) -> str:
    """How they were chosen, in a sentence; "" where there is nothing to choose from."""
    found, picked = primary(story), Counter(one.why for one in chosen(story))
    if found is None or not picked:
        return ""
    other = label_of(story, found[0])
    names = {WON: "one that was won", LEVEL: "one that came out the same"}
    drawn = " and ".join(said for why, said in names.items() if picked[why])
    by_lot = f", then {drawn}, drawn by lot (seed {story.run_seed})" if drawn else ""
    private = any(row.private for row in story.rows)
    shown = " that may be shown" if private else ""
    worst = {0: f"no loss{shown}", 1: "the worst loss"}.get(picked[LOST], f"the {picked[LOST]} worst losses")
    none = "" if picked[WON] else f" None{shown} was won."
    hidden = " Private rows are never shown." if private else ""
    return f"Chosen by a rule and not by hand: {worst} against “{other}” by score{by_lot}.{none}{hidden}"


def blind_to(story: Story) -> str:
    """What a reader of the examples has to know of the measure, by which they were won and lost; "" where it tells right answers
    from wrong ones, or is not known."""
    known = describe(story.scorer)
    if known is None or known.binary:
        return ""
    return f"Won and lost by “{scorer_name(story)}” alone. {known.blind_to}"
