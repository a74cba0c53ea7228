"""The two samples, side by side: what is believed of each, and what was measured in its recorded run. The figures are read
from the recording, so that a tile cannot say what was not found."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import streamlit as st

from ftcore.records import Verdict
from ftcore.ui import page


@dataclass(frozen=True, slots=True)
class Tile:
    belief: str
    told: str
    button: str
    key: str


TILES = {
    "tickets": Tile(
        "Worth training",
        "Support tickets of a small shop, each filed as the same small form: house codes, and habits of urgency that nobody "
        "ever wrote down.",
        "Open the sample project",
        "open-sample",
    ),
    "returns": Tile(
        "Not worth training",
        "Questions about the same shop's returns policy. The answers stand in a handbook that changes every month, so looking "
        "them up should win.",
        "Open the returns sample",
        "open-sample-returns",
    ),
}
NAMES = tuple(TILES)
AGAIN = "Go to this sample"
FOR_IT = (Verdict.CLEARLY_BETTER, Verdict.BETTER)
AGAINST_IT = (Verdict.WORSE, Verdict.EQUIVALENT, Verdict.NOT_WORSE)


def draw(opens: Callable[[str], None], *, open_already: Collection[str] = ()) -> None:
    """Both tiles. `opens` gets the sample's name; those in `open_already` lead to the project that is there."""
    for column, name in zip(st.columns(len(TILES), gap="medium"), NAMES, strict=True):
        tile = TILES[name]
        with column, st.container(border=True, height="stretch", gap="small"):
            st.markdown(f"**{tile.belief}**")
            st.markdown(tile.told)
            st.markdown(page.plain(measured(name)))
            st.button(
                AGAIN if name in open_already else tile.button,
                key=tile.key,
                icon=":material/arrow_forward:",
                on_click=opens,
                args=(name,),
                help="It takes a few seconds; everything is filled in.",
            )


def measured(name: str) -> str:
    """What the sample's recorded run found, held against what is believed."""
    from ftcore.dataset.sample import load_sample
    from ftcore.evaluation.recorded import look
    from ftcore.ui.guide_recorded import day

    kept = look(name)
    if kept is None:
        return "Believed, not measured: nothing is trained in it yet."
    averages = {one["arm"]: round(100 * one["average"]) for one in kept.result["arms"]}
    first = kept.result["comparisons"][0]
    tuned, other, verdict = kept.result["candidate"], first["against"], Verdict(first["verdict"])
    return (
        f"Measured on {day(kept.on)}, on the practice model and {first['n']} test examples: {kept.labels[tuned].lower()} "
        f"{averages[tuned]} of 100, “{kept.labels[other].lower()}” {averages[other]}. Verdict: {verdict.value}, "
        f"{held(verdict, worth=load_sample(name).worth)}."
    )


def held(verdict: Verdict, *, worth: bool) -> str:
    """How the belief stands up to the measurement."""
    agrees, differs = (FOR_IT, AGAINST_IT) if worth else (AGAINST_IT, FOR_IT)
    if verdict in agrees:
        return "as was believed"
    return "against what was believed" if verdict in differs else "so this stays a belief"
