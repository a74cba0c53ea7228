"""The parts a slide is made of: text that fits its box, native charts, tables, the practice stamp and the notes.

Lengths are inches, sizes points. Arial everywhere: a deck is opened on machines that have no other font of ours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ftcore.report.file import clean
from ftcore.report.palette import LIGHT

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.7
INNER = WIDTH - 2 * EDGE
FONT = "Arial"
_WIDE = 0.53
"""The mean width of a letter of Arial in its size; a little more than measured, so that text never runs over."""

_CELL_SIZES = (14, 13, 12, 11)


def new_deck(title: str, author: str) -> Any:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title = one_line(title)[:250]
    deck.core_properties.author = one_line(author)[:250]
    return deck


def new_slide(deck: Any, title: str, *, stamp: str, foot: str, notes: str, sizes: Sequence[int] = (28, 24)) -> Any:
    """An empty slide with its title, footer, page number, notes, and the practice stamp when there is one."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    frame = slide.shapes.title
    if stamp:
        _stamp(slide, stamp)
    _place(frame, EDGE, 0.95 if stamp else 0.55, INNER, 0.95 if len(sizes) == 2 else 1.75)
    fill(frame.text_frame, [title], INNER, 0.95 if len(sizes) == 2 else 1.75, sizes, bold=True)
    text(slide, [foot], EDGE, 6.95, INNER - 1.0, 0.3, (11,), colour="#43504F")
    text(slide, [str(len(deck.slides))], WIDTH - EDGE - 0.9, 6.95, 0.9, 0.3, (11,), colour="#43504F", right=True)
    slide.notes_slide.notes_text_frame.text = clean(notes)
    return slide


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
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    lines = [f"• {one_line(p)}" if bullets else one_line(p) for p in paragraphs if p.strip()]
    size, lines = fitted(lines, width, height, sizes, bold=bold)
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for at, line in enumerate(lines or [""]):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        paragraph.space_after = Pt(size * 0.4 if len(lines) > 1 else 0)
        run = paragraph.add_run()
        run.text = line
        run.font.name, run.font.size, run.font.bold = FONT, Pt(size), bold
        run.font.color.rgb = rgb(colour)


def fitted(
    lines: Sequence[str], width: float, height: float, sizes: Sequence[int], *, bold: bool = False
) -> tuple[int, list[str]]:
    """The largest size in which the lines fit the box, and the lines; shortened from the end where none does."""
    for size in sizes:
        if _high(lines, width, size, bold) <= height:
            return size, list(lines)
    size, kept = sizes[-1], list(lines)
    while len(kept) > 1 and _high(kept, width, size, bold) > height:
        kept.pop()
    if kept and _high(kept, width, size, bold) > height:
        room = int(height / (size * 1.2 / 72)) * _letters(width, size, bold) - 2
        kept[0] = kept[0][: max(1, room)].rstrip() + "…"
    elif len(kept) < len(lines):
        kept[-1] += " …"
    return size, kept


def table(
    slide: Any,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    left: float,
    top: float,
    widths: Sequence[float],
    high: float,
) -> Any:
    """A native table in one size of type; each cell's text is cut to what its share of the height holds."""
    from pptx.util import Inches

    row_height = (high - 0.4) / max(1, len(rows))
    shape = slide.shapes.add_table(
        len(rows) + 1, len(head), Inches(left), Inches(top), Inches(sum(widths)), Inches(high)
    )
    shape.table.horz_banding = False
    for at, width in enumerate(widths):
        shape.table.columns[at].width = Inches(width)
    cells = [(cell, width) for row in rows for cell, width in zip(row, widths, strict=True)]
    size = min((fitted([one_line(c)], w - 0.2, row_height - 0.12, _CELL_SIZES)[0] for c, w in cells), default=14)
    for at, row in enumerate([head, *rows]):
        height = 0.4 if at == 0 else row_height
        shape.table.rows[at].height = Inches(height)
        for column, words in enumerate(row):
            _cell(shape.table.cell(at, column), words, widths[column], height, size, head=at == 0)
    return shape


def one_line(words: str) -> str:
    """The text in one line, without what XML can't hold."""
    return " ".join(clean(words).replace("\ufffd", " ").split())


def label(words: str) -> str:
    """A chart's label: short, and never a formula in the workbook behind the chart."""
    line = one_line(words)[:60] or "-"
    return f"'{line}" if line[0] in "=+@-" and len(line) > 1 else line


def rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#"))


def _stamp(slide: Any, words: str) -> None:
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches

    band = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(WIDTH), Inches(0.62))
    band.fill.solid()
    band.fill.fore_color.rgb = rgb(LIGHT.warning)
    band.line.fill.background()
    band.shadow.inherit = False
    band.name = "Practice stamp"
    text(slide, [words], EDGE, 0.18, INNER, 0.3, (14, 13, 12), bold=True)


def _cell(cell: Any, words: str, width: float, height: float, size: int, *, head: bool) -> None:
    from pptx.util import Inches

    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(LIGHT.surface if head else LIGHT.background)
    fill(cell.text_frame, [words or "-"], width - 0.2, height - 0.12, (size, 11), bold=head)
    cell.margin_left, cell.margin_right = Inches(0.08), Inches(0.08)
    cell.margin_top, cell.margin_bottom = Inches(0.05), Inches(0.05)


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    from pptx.util import Inches

    shape.left, shape.top, shape.width, shape.height = Inches(left), Inches(top), Inches(width), Inches(height)


def _letters(width: float, size: int, bold: bool) -> int:
    return max(1, int(width * 72 / (size * _WIDE * (1.08 if bold else 1))))


def _high(lines: Sequence[str], width: float, size: int, bold: bool) -> float:
    """The height of the lines, in inches, each broken where it must, with the space between paragraphs."""
    broken = sum(math.ceil(max(1, len(line)) / _letters(width, size, bold)) for line in lines)
    return (broken * size * 1.2 + (len(lines) - 1) * size * 0.4) / 72
