"""Which figures the answer depends on most: worth knowing better before any other."""

from __future__ import annotations

import math
from dataclasses import replace

from ftcore.decision.pay.figures import Figures, inputs_of
from ftcore.decision.pay.reckoning import Reckoning
from ftcore.decision.pay.saying import joined

MOST = 2
NOT_LOOKED_UP = "scale"
"""How a model counts tokens is known when it has been asked, and by nobody before."""
SMALL = 0.1
"""A figure that narrows what is not known by less than this part of it is not named."""


def heaviest(figures: Figures, found: Reckoning) -> tuple[str, ...]:
    """Keys of the figures that can be looked up (ranges only), the heaviest first, at most two: by how much the range of the costs'
    difference over the months looked ahead would narrow if the figure were known to be at the middle of its own range."""
    months = found.horizon
    whole = _width(found, months)
    if whole <= 0:
        return ()
    narrower = []
    for key, figure in figures.items():
        if figure.low is None or figure.high is None or figure.low == figure.high or key == NOT_LOOKED_UP:
            continue
        middle = _middle(figure.low, figure.high, key)
        known = {**figures, key: replace(figure, low=middle, high=middle)}
        given = inputs_of(known, horizon=found.given.horizon, shutdown=found.given.shutdown)
        narrower.append((whole - _width(Reckoning(given), months), key))
    named = sorted((one for one in narrower if one[0] > SMALL * whole), reverse=True)
    return tuple(key for _, key in named[:MOST])


def sentence(figures: Figures, found: Reckoning) -> str:
    """ "" where everything is a point, or it never pays whatever the figures are within their ranges."""
    if math.isinf(found.months.low):
        return ""
    named = [f"“{figures[key].label}”" for key in heaviest(figures, found)]
    return f"Knowing {joined(named)} better would narrow the answer most." if named else ""


def _middle(low: float, high: float, key: str) -> float:
    """Of months between trainings by how many trainings there are: "never" has no middle."""
    if key == "retrain_every":
        return 2 / (1 / low + 1 / high)
    return (low + high) / 2


def _width(found: Reckoning, months: float) -> float:
    difference = found.difference(months)
    return difference.high - difference.low
