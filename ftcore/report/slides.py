"""A deck and its slides: the organisation's look, the title, the practice stamp, the footer and the notes. Lengths are inches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftcore.records import Brand
from ftcore.report.colours import readable
from ftcore.report.file import clean, cut
from ftcore.report.palette import LIGHT
from ftcore.report.slide_table import shared
from ftcore.report.slide_text import FONT, fill, fitted, height_of, one_line, rgb, text

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.7
INNER = WIDTH - 2 * EDGE
BOTTOM = 6.8
"""Content ends here; the footer stands below."""
BAR = 0.16
"""The organisation's colour along the left edge."""
Place = tuple[float, float, float, float]
"""(left, top, width, height)."""
RULE = 0.028
QUIET = "#43504F"
NOTES = 6_000
"""Characters of notes: more nobody reads out."""


@dataclass(frozen=True, slots=True)
class Look:
    """The organisation's name ("" = none) and its two colours (#RRGGBB), in which words can be read on white."""

    name: str
    main: str
    second: str


def look_of(brand: Brand) -> Look:
    """Colours that were not given are the app's own."""
    return Look(one_line(brand.name), readable(brand.main or LIGHT.accent), readable(brand.second or LIGHT.link))


def new_deck(title: str, author: str, look: Look) -> Any:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    _widen(deck, WIDTH / (deck.slide_width / Inches(1)))
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title = one_line(title)[:250]
    deck.core_properties.author = one_line(author)[:250]
    _paint_theme(deck, look)
    return deck


def new_slide(
    deck: Any,
    look: Look,
    title: str,
    *,
    stamp: str,
    foot: str,
    notes: str,
    sizes: Sequence[int] = (28, 24, 20),
    eyebrow: str = "",
    high: float = 0.95,
) -> tuple[Any, float]:
    """An empty slide with its title, footer, page number, notes, and the practice stamp when there is one; and where its content
    may begin. The title has at most `high` inches."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _block(slide, 0, 0, BAR, HEIGHT, look.main, "Colour of the organisation")
    if stamp:
        _stamp(slide, stamp)
    top = 0.85 if stamp else 0.45
    if eyebrow:
        text(slide, [eyebrow], EDGE, top, INNER, 0.3, (15, 13, 12), bold=True, colour=look.main)
        top += 0.38
    size, lines = fitted([one_line(title)], INNER, high, sizes, bold=True)
    high = height_of(lines, INNER, size, bold=True) + 0.05
    _place(slide.shapes.title, EDGE, top, INNER, high)
    fill(slide.shapes.title.text_frame, lines, INNER, high, (size,), bold=True)
    text(slide, [foot], EDGE, 6.98, INNER - 1.0, 0.28, (11, 10), colour=QUIET)
    text(slide, [str(len(deck.slides))], WIDTH - EDGE - 0.9, 6.98, 0.9, 0.28, (11,), colour=QUIET, right=True)
    slide.notes_slide.notes_text_frame.text = clean(cut(notes, NOTES))
    return slide, top + high + 0.2


def rule(slide: Any, left: float, top: float, width: float, colour: str) -> None:
    """A thin line. A bar and no connector: those cast a shadow in some programs."""
    _block(slide, left, top, width, RULE, colour, "Rule")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with a rule above it and paragraphs below it."""

    title: str
    paragraphs: Sequence[str]
    bullets: bool = False

    def height(self, width: float, size: int) -> float:
        """With its heading, in inches."""
        marked = [f"• {one_line(p)}" if self.bullets else one_line(p) for p in self.paragraphs if p.strip()]
        return HEADING + height_of(marked, width, size) + 0.08


HEADING, APART, GAP = 0.46, 0.24, 0.45
"""A heading's height, the room between two blocks, and that between two columns."""
SIZES = (18, 17, 16, 15, 14, 13, 12, 11)


def headed(slide: Any, block: Block, place: Place, look: Look, *, sizes: Sequence[int] = SIZES) -> None:
    """Draws a block."""
    left, top, width, high = place
    rule(slide, left, top, width, look.second)
    text(slide, [block.title], left, top + 0.08, width, 0.34, (17, 15, 13), bold=True, colour=look.main)
    below = max(0.3, high - HEADING)
    text(slide, block.paragraphs, left, top + HEADING, width, below, sizes, bullets=block.bullets)


def columns(
    slide: Any,
    blocks: Sequence[Sequence[Block]],
    place: Place,
    look: Look,
    *,
    sizes: Sequence[int] = SIZES,
) -> float:
    """Draws columns of blocks, all in the largest size in which each column has room; where none has it, a column's blocks share
    it by what they hold. Gives where the lowest ends, in inches from the top."""
    left, top, width, high = place
    wide = (width - GAP * (len(blocks) - 1)) / len(blocks)
    size = next((one for one in sizes if all(stacked(column, wide, one) <= high for column in blocks)), sizes[-1])
    lowest = top
    for at, column in enumerate(blocks):
        free = high - APART * (len(column) - 1)
        down = top
        for block, its in zip(column, shared([block.height(wide, size) for block in column], free), strict=True):
            headed(slide, block, (left + at * (wide + GAP), down, wide, its), look, sizes=(size,))
            down += its + APART
        lowest = max(lowest, down - APART)
    return lowest


def best(
    layouts: Sequence[Sequence[Sequence[Block]]], place: Place, sizes: Sequence[int] = SIZES
) -> Sequence[Sequence[Block]]:
    """The first of these layouts among those that can be set in the largest size."""

    def size_of(blocks: Sequence[Sequence[Block]]) -> int:
        wide = (place[2] - GAP * (len(blocks) - 1)) / len(blocks)
        return next((one for one in sizes if all(stacked(column, wide, one) <= place[3] for column in blocks)), 0)

    return max(layouts, key=size_of)


def stacked(column: Sequence[Block], width: float, size: int) -> float:
    """The height of blocks below each other, in inches."""
    return sum(block.height(width, size) for block in column) + APART * (len(column) - 1)


def _stamp(slide: Any, words: str) -> None:
    _block(slide, 0, 0, WIDTH, 0.62, LIGHT.warning, "Practice stamp")
    text(slide, [words], EDGE, 0.17, INNER, 0.3, (14, 13, 12), bold=True)


def _block(slide: Any, left: float, top: float, width: float, high: float, colour: str, name: str) -> Any:
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches

    block = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(left), Inches(top), Inches(width), Inches(high))
    block.fill.solid()
    block.fill.fore_color.rgb = rgb(colour)
    block.line.fill.background()
    block.shadow.inherit = False
    block.name = name
    return block


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    from pptx.util import Inches

    shape.left, shape.top, shape.width, shape.height = Inches(left), Inches(top), Inches(width), Inches(height)


def _widen(deck: Any, by: float) -> None:
    """The template is made for narrower slides: what people add later should fill the wide ones."""
    for part in (deck.slide_master, *deck.slide_layouts):
        for shape in part.shapes:
            if shape.element.xpath(".//p:spPr/a:xfrm"):
                shape.left, shape.width = round(shape.left * by), round(shape.width * by)


def _paint_theme(deck: Any, look: Look) -> None:
    """The colours and the font in the theme, so that what people add to the deck looks the same."""
    from pptx.opc.constants import RELATIONSHIP_TYPE

    theme = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    xml = theme.blob.decode("utf-8")
    for name, colour in (("accent1", look.main), ("accent2", look.second)):
        xml = re.sub(
            rf"(<a:{name}>).*?(</a:{name}>)", rf'\1<a:srgbClr val="{colour.lstrip("#")}"/>\2', xml, flags=re.DOTALL
        )
    xml = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\1{FONT}", xml)
    theme._blob = xml.encode("utf-8")
