"""An organisation's colours: read, and corrected until words in them can be read."""

from __future__ import annotations

import colorsys
import re

from ftcore.report.palette import LIGHT

READABLE = 4.5
"""The contrast that WCAG 2.2 asks of text (1.4.3, level AA)."""
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")


def hex_colour(text: str) -> str:
    """#RRGGBB of what somebody wrote; "" when it is no such colour."""
    found = _HEX.fullmatch(text.strip())
    if not found:
        return ""
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return f"#{digits.upper()}"


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white): WCAG 2.2, relative luminance."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, on: str = "#FFFFFF", least: float = READABLE) -> str:
    """The colour, darkened (on a dark ground: lightened) in small steps until its contrast on `on` is at least `least`. Its hue
    stays. A colour that is none gives the app's own."""
    found = hex_colour(colour) or LIGHT.accent
    red, green, blue = (int(found[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    step = -0.01 if _luminance(on) > 0.18 else 0.01
    while contrast(found, on) < least and 0 < lightness + step < 1:
        lightness += step
        found = _hex(*colorsys.hls_to_rgb(hue, lightness, saturation))
    if contrast(found, on) < least:
        return "#000000" if step < 0 else "#FFFFFF"
    return found


def _luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{min(255, max(0, round(part * 255))):02X}" for part in (red, green, blue))
