"""Colours in one place: an arm has its colour and its marker for ever, on the page, in the report and in the deck."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """What figures and pages are drawn on. All are #RRGGBB."""

    background: str
    surface: str
    text: str
    accent: str
    link: str
    border: str
    grid: str
    warning: str
    """The ground of the practice stamp; `text` on it has a contrast above 7."""


LIGHT = Ground("#FFFFFF", "#F2F5F4", "#0F1719", "#0B6B62", "#0A5FA8", "#7B8886", "#DDE3E2", "#FBE7B2")
DARK = Ground("#12181A", "#1C2527", "#E6ECEB", "#197F72", "#8CC4F5", "#6B7A79", "#2C3739", "#4A3C12")

ARMS = ("fine_tuned", "prompt", "base", "few_shot", "rag", "structured")
_LIGHT_ARMS = dict(zip(ARMS, ("#D66B05", "#2783CE", "#8E8E8E", "#401583", "#514700", "#186256"), strict=True))
_DARK_ARMS = dict(zip(ARMS, ("#DA824F", "#4593FC", "#919191", "#8B598D", "#FEE88F", "#A7EAD8"), strict=True))
_MARKERS = dict(zip(ARMS, ("diamond", "square", "circle", "triangle-up", "cross", "hexagon"), strict=True))
_OWN_MARKERS = {"fine_tuned_rag": "diamond-open", "larger": "star"}
_OTHER = ("#5B6770", "#9AA7AF")

FONT = "Atkinson Hyperlegible Next, system-ui, Segoe UI, Helvetica, Arial, sans-serif"


def ground(dark: bool) -> Ground:
    return DARK if dark else LIGHT


def arm_family(arm: str) -> str:
    """The arm of the palette that a name belongs to: `few_shot_3` is a few-shot arm. "" for one it doesn't know."""
    name = arm.strip().lower().replace("-", "_").replace(" ", "_")
    return next((known for known in ARMS if name == known or name.startswith(f"{known}_")), "")


def arm_colour(arm: str, *, dark: bool = False) -> str:
    """An arm's colour (#RRGGBB), the same for ever; a quiet blue-grey for an arm that has none."""
    colours = _DARK_ARMS if dark else _LIGHT_ARMS
    return colours.get(arm_family(arm), _OTHER[dark])


def arm_marker(arm: str) -> str:
    """An arm's marker shape, as plotly names it. Two kinds have a shape but no colour of their own: the tuned model that
    looks things up is drawn in the tuned one's colour, a larger model in the quiet one."""
    name = arm.strip().lower().replace("-", "_").replace(" ", "_")
    own = next((shape for kind, shape in _OWN_MARKERS.items() if name == kind or name.startswith(f"{kind}_")), "")
    return own or _MARKERS.get(arm_family(arm), "x")
