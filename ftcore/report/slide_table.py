"""Native tables on slides: one size of type, each cell cut to what its row holds. Lengths are inches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ftcore.report.palette import LIGHT
from ftcore.report.slide_text import fill, height_of, one_line, rgb

SIZES = (14, 13, 12, 11, 10)
HEAD, TALL_HEAD = 0.36, 0.58
"""The head row's height, for one line and for two."""
SIDE, ABOVE = 0.08, 0.04
"""A cell's margins."""
AIR = 0.2
"""The most that a row gets besides what it needs."""
SPARE = 0.84
"""Of a cell's width, text is fitted to so much: where a wider font stands in for Arial, a table grows instead of making its text
smaller, and runs out of the slide."""


def table(
    slide: Any,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    left: float,
    top: float,
    widths: Sequence[float],
    high: float,
    *,
    sizes: Sequence[int] = SIZES,
    first_bold: bool = False,
    alt: str = "",
) -> Any:
    """A native table in one size of type, `high` inches high. `rows` are of the same length as `widths`."""
    from pptx.util import Inches

    top_row, head_size = _head(head, widths)
    texts = [[one_line(cell) for cell in row] for row in rows]
    size, heights = _rows(texts, widths, high - top_row, sizes)
    shape = slide.shapes.add_table(
        len(rows) + 1, len(head), Inches(left), Inches(top), Inches(sum(widths)), Inches(high)
    )
    shape.table.horz_banding = False
    if alt:
        describe(shape, alt)
    for at, width in enumerate(widths):
        shape.table.columns[at].width = Inches(width)
    for at, row in enumerate([head, *texts]):
        height = top_row if at == 0 else heights[at - 1]
        shape.table.rows[at].height = Inches(height)
        for column, words in enumerate(row):
            bold = at == 0 or (first_bold and column == 0)
            its = head_size if at == 0 else size
            _cell(shape.table.cell(at, column), words, widths[column], height, its, head=at == 0, bold=bold)
    return shape


def describe(shape: Any, alt: str) -> None:
    """What a chart or a table shows, for those who do not see it."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", one_line(alt)[:500])


def _rows(
    texts: Sequence[Sequence[str]], widths: Sequence[float], free: float, sizes: Sequence[int]
) -> tuple[int, list[float]]:
    """The largest size in which all rows have room, and their heights: what each needs, and a part of what is left over."""
    for size in sizes:
        wanted = [_needed(row, widths, size) for row in texts]
        if (left := free - sum(wanted)) >= 0:
            return size, [height + min(AIR, left / max(1, len(texts))) for height in wanted]
    return sizes[-1], shared([_needed(row, widths, sizes[-1]) for row in texts], free)


def _needed(row: Sequence[str], widths: Sequence[float], size: int) -> float:
    cells = zip(row, widths, strict=True)
    return max(height_of([cell], (width - 2 * SIDE) * SPARE, size) for cell, width in cells) + 2 * ABOVE


def shared(wanted: Sequence[float], free: float) -> list[float]:
    """What each gets of `free`: what it wants, and where that is too much, the large ones an equal part of what the small leave."""
    given = [0.0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    for left, at in zip(range(len(order), 0, -1), order, strict=True):
        given[at] = min(wanted[at], free / left)
        free -= given[at]
    return given


def _head(head: Sequence[str], widths: Sequence[float]) -> tuple[float, int]:
    """The height of the head row and its size of type: one line if that does, else two."""
    cells = list(zip(head, widths, strict=True))
    for size, height in ((13, HEAD), (12, HEAD), (11, HEAD), (13, TALL_HEAD), (12, TALL_HEAD), (11, TALL_HEAD)):
        if all(
            height_of([cell], (width - 2 * SIDE) * SPARE, size, True) <= height - 2 * ABOVE for cell, width in cells
        ):
            return height, size
    return TALL_HEAD, 10


def _cell(cell: Any, words: str, width: float, height: float, size: int, *, head: bool, bold: bool) -> None:
    from pptx.util import Inches

    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(LIGHT.surface if head else LIGHT.background)
    fill(cell.text_frame, [words], (width - 2 * SIDE) * SPARE, height - 2 * ABOVE, (size,), bold=bold)
    cell.margin_left = cell.margin_right = Inches(SIDE)
    cell.margin_top = cell.margin_bottom = Inches(ABOVE)
    _line_below(cell)


def _line_below(cell: Any) -> None:
    """A thin line, which python-pptx does not write: `a:lnB` stands before the fill."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    colour = LIGHT.grid.lstrip("#")
    line = f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:lnB>'
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))
