"""Text on a slide: it fits its box in the largest size that does, and nothing in it is more than text.

Lengths are inches, sizes points. Arial everywhere: a deck is opened on machines that have no other font of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ftcore.report import type_size
from ftcore.report.file import clean
from ftcore.report.palette import LIGHT

FONT = "Arial"
BETWEEN = 0.4
"""Between two paragraphs, in sizes."""
LONGEST = 3_000
"""Characters of one text that are looked at: no box holds more."""


def text(
    slide: Any,
    paragraphs: Sequence[str],
    left: float,
    top: float,
    width: float,
    height: float,
    sizes: Sequence[int] = (18, 16, 14, 12),
    *,
    bold: bool = False,
    colour: str = LIGHT.text,
    right: bool = False,
    bullets: bool = False,
) -> Any:
    """A text box whose text fits: in the largest of `sizes` that does, cut where even the smallest does not."""
    from pptx.util import Inches

    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    fill(box.text_frame, paragraphs, width, height, sizes, bold=bold, colour=colour, right=right, bullets=bullets)
    return box


def fill(
    frame: Any,
    paragraphs: Sequence[str],
    width: float,
    height: float,
    sizes: Sequence[int],
    *,
    bold: bool = False,
    colour: str = LIGHT.text,
    right: bool = False,
    bullets: bool = False,
) -> None:
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    lines = [f"• {one_line(p)}" if bullets else one_line(p) for p in paragraphs if p.strip()]
    size, lines = fitted(lines, width, height, sizes, bold=bold)
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE  # where a wider font stands in for Arial, it is made smaller
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for at, line in enumerate(lines or [""]):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        paragraph.space_after = Pt(size * BETWEEN if len(lines) > 1 else 0)
        run = paragraph.add_run()
        run.text = line
        run.font.name, run.font.size, run.font.bold = FONT, Pt(size), bold
        run.font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK
        run.font.color.rgb = rgb(colour)


def fitted(
    lines: Sequence[str], width: float, height: float, sizes: Sequence[int], *, bold: bool = False
) -> tuple[int, list[str]]:
    """The largest size in which the lines fit the box, and the lines; shortened from the end where none does."""
    for size in sizes:
        if height_of(lines, width, size, bold) <= height:
            return size, list(lines)
    size, kept = sizes[-1], list(lines)
    while len(kept) > 1 and height_of(kept, width, size, bold) > height:
        kept.pop()
    if kept and height_of(kept, width, size, bold) > height:
        most = max(1, int(height * 72 / (size * type_size.LINE)))
        kept[0] = type_size.shortened(kept[0], width, size, most, bold=bold)
    elif len(kept) < len(lines):
        kept[-1] += " …"
    return size, kept


def height_of(lines: Sequence[str], width: float, size: int, bold: bool = False) -> float:
    """The height of the paragraphs in inches, each broken where it must, with the space between them."""
    broken = sum(type_size.lines(line, width, size, bold=bold) for line in lines)
    return (broken * size * type_size.LINE + max(0, len(lines) - 1) * size * BETWEEN) / 72


def one_line(words: str) -> str:
    """The text in one line, without what XML can't hold."""
    return " ".join(clean(words[: LONGEST * 2]).replace("\ufffd", " ").split())[:LONGEST]


def label(words: str) -> str:
    """A chart's label: short, and never a formula in the workbook behind the chart."""
    line = one_line(words)[:60] or "-"
    return f"'{line}" if line[0] in "=+@-" and len(line) > 1 else line


def rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#"))
