"""Where the names of a map's areas stand: inside the frame, and not on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ftcore.dataset.project_map import Area

SIZE, LETTER, LINE, AIR = 13, 7.2, 22, 10
"""Pixels: the letters' size, about the width of one, the height of a name, and the room on its two sides."""
WIDTH, HEIGHT = 820, 400
"""Pixels: the map beside the sidebar on a small screen. Where it is larger, the names only get further apart."""
SHIFTS = (14, -14, 36, -36, 58, -58)
"""Pixels above the middle of the area: just above its points, else just below, else a line further."""
LONGEST = 60
"""Characters."""


@dataclass(frozen=True, slots=True)
class Name:
    """`anchor` is the side of the text that stands at `x`; `shift` is how many pixels it stands above `y`."""

    text: str
    x: float
    y: float
    anchor: str
    shift: int


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    bottom: float

    def hits(self, other: _Box) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and abs(self.bottom - other.bottom) < LINE


def place(areas: Sequence[Area], ranges: Sequence[Sequence[float]]) -> list[Name]:
    """A name for each area that has words, the first ones with the best places. `ranges` are the map's ends, x then y.
    Where there is no free place, a name stands where it would alone."""
    taken: list[_Box] = []
    found = []
    for area in areas:
        if not area.words:
            continue
        text = " · ".join(area.words)
        width = min(len(text), LONGEST) * LETTER + AIR
        across, up = _pixels(area.x, ranges[0], WIDTH), _pixels(area.y, ranges[1], HEIGHT)
        anchor, left = _anchored(across, width)
        places = [(shift, _Box(left, left + width, up + shift)) for shift in SHIFTS]
        inside = [one for one in places if LINE / 2 <= one[1].bottom <= HEIGHT - LINE / 2] or places
        shift, box = next((one for one in inside if not any(one[1].hits(other) for other in taken)), inside[0])
        taken.append(box)
        found.append(Name(text, area.x, area.y, anchor, shift))
    return found


def _anchored(across: float, width: float) -> tuple[str, float]:
    """(the side that stands at the point, where the text begins): a name near an edge begins or ends at its point."""
    if across < width / 2:
        return "left", across
    if across > WIDTH - width / 2:
        return "right", across - width
    return "center", across - width / 2


def _pixels(value: float, ends: Sequence[float], whole: float) -> float:
    return (value - ends[0]) / ((ends[1] - ends[0]) or 1.0) * whole
