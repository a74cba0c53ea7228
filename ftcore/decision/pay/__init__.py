"""What fine-tuning costs and when it pays: pure arithmetic with ranges, and its sentences."""

from ftcore.decision.pay.catalogue import BY_KEY, FIGURES, NEVER, Asked
from ftcore.decision.pay.figures import inputs_of, range_of
from ftcore.decision.pay.quality import Better
from ftcore.decision.pay.ranges import Range, point
from ftcore.decision.pay.reckoning import LIMIT, Inputs, Reckoning, Way, payback
from ftcore.decision.pay.telling import About, missing_of, pay_story_of

__all__ = [
    "BY_KEY",
    "FIGURES",
    "LIMIT",
    "NEVER",
    "About",
    "Asked",
    "Better",
    "Inputs",
    "Range",
    "Reckoning",
    "Way",
    "inputs_of",
    "missing_of",
    "pay_story_of",
    "payback",
    "point",
    "range_of",
]
