"""The two samples, side by side: one where training is worth it, one where looking it up is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True, slots=True)
class Tile:
    verdict: str
    told: str
    button: str
    key: str


TILES = {
    "tickets": Tile(
        "Worth training",
        "Support tickets of a small shop, each filed as the same small form: house codes, and habits of urgency that nobody "
        "ever wrote down. Imported and answered, with faults to find.",
        "Open the sample project",
        "open-sample",
    ),
    "returns": Tile(
        "Not worth training",
        "Questions about the same shop's returns policy. The answers stand in a handbook of 12 pages that change every month, "
        "so looking them up should win. 60 questions, the pages with them.",
        "Open the returns sample",
        "open-sample-returns",
    ),
}
NAMES = tuple(TILES)


def draw(opens: Callable[[str], None]) -> None:
    for column, name in zip(st.columns(len(TILES), gap="medium"), NAMES, strict=True):
        tile = TILES[name]
        with column:
            st.subheader(tile.verdict, anchor=False)
            st.write(tile.told)
            button(name, opens, primary=name == NAMES[0])
    st.caption(
        "Believed, not measured yet: nothing is trained in them. On this computer that takes a few minutes, and then you see."
    )


def button(name: str, opens: Callable[[str], None], *, primary: bool) -> None:
    tile = TILES[name]
    st.button(
        tile.button,
        type="primary" if primary else "secondary",
        key=tile.key,
        on_click=opens,
        args=(name,),
        help="It takes a few seconds.",
    )
