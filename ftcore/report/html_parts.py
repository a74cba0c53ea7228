"""What the web page is put together from: sections, lists, tables, and text in which nothing is markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from ftcore.report.file import clean, cut
from ftcore.report.palette import arm_family

LONGEST = 2_000
"""Characters of one text."""


def escaped(text: object) -> str:
    """Text as HTML: nothing in it is markup."""
    return html.escape(clean(str(text)), quote=True)


def named(title: str) -> str:
    """The id of a section with this title."""
    return "s-" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def section(title: str, sub: str, content: str, *, id_: str = "") -> str:
    """A part of the page with its heading. `content` is HTML already."""
    under = f'<p class="sub">{escaped(sub)}</p>' if sub else ""
    name = id_ or named(title)
    return f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{escaped(title)}</h2>{under}{content}</section>'


def paragraphs(said: Iterable[str]) -> str:
    return "".join(f"<p>{escaped(sentence)}</p>" for sentence in said if sentence)


def listed(title: str, items: Sequence[str], *, ordered: bool = False) -> str:
    if not items:
        return ""
    kind = "ol" if ordered else "ul"
    head = f"<h3>{escaped(title)}</h3>" if title else ""
    return f"{head}<{kind}>{''.join(f'<li>{escaped(item)}</li>' for item in items)}</{kind}>"


def table(
    head: Iterable[str],
    rows: Iterable[Sequence[str]],
    numbers: Iterable[int] = (),
    *,
    kind: str = "",
    caption: str = "",
    marks: Sequence[str] = (),
) -> str:
    """A table; `head` is text, `rows` are HTML already, the first cell of each names it; `numbers` are the columns set to the
    right; `marks` are attributes of the rows, written by us."""
    right = set(numbers)

    def mark(at: int) -> str:
        return ' class="n"' if at in right else ""

    top_row = "".join(f'<th scope="col"{mark(at)}>{escaped(title)}</th>' for at, title in enumerate(head))
    body = "".join(
        f"<tr{f' {marks[row]}' if row < len(marks) and marks[row] else ''}>"
        f"{''.join(_cell(cell, at, mark(at)) for at, cell in enumerate(cells))}</tr>"
        for row, cells in enumerate(rows)
    )
    name = f"<caption>{escaped(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escaped(caption or "Table")}"><table class="{kind}">{name}'
        f"<thead><tr>{top_row}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: str, at: int, mark: str) -> str:
    return f'<th scope="row"{mark}>{cell}</th>' if at == 0 else f"<td{mark}>{cell}</td>"


def text(said: str | None) -> str:
    """What somebody or a model wrote, cut where it is very long."""
    if said is None:
        return "<em>no answer arrived</em>"
    return f'<div class="text" dir="auto">{escaped(cut(said, LONGEST))}</div>' if said.strip() else "<em>empty</em>"


def way(kind: str, label: str) -> str:
    """A way's name with its dot of colour."""
    return f'<span class="dot {arm_family(kind) or "other"}"></span><span class="name">{escaped(label)}</span>'


def facts(rows: Iterable[tuple[str, str]], caption: str) -> str:
    """Names and values; those without a value are left out."""
    kept = [[escaped(name), f'<span class="text">{escaped(cut(said, LONGEST))}</span>'] for name, said in rows if said]
    return table(("What", "As it is known"), kept, kind="facts", caption=caption) if kept else ""
