"""The settings of a training in three depths: left to the rule, in a word, or number by number."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ftcore.records import Split
from ftcore.training.settings import (
    DPO,
    MOST_EPOCHS,
    MOST_SEEDS,
    SUPERVISED,
    Care,
    Settings,
    auto_epochs,
    describe,
    simple,
)
from ftcore.training.survey import Survey
from ftcore.training.terms import Terms
from ftcore.ui import say

AUTOMATIC, SIMPLE, EVERYTHING = DEPTHS = ("Automatic", "Simple", "Everything")
ONE, SEEDS, SIZES = "One training", "Several seeds", "Three sizes"
MANY = {
    ONE: "",
    SEEDS: "The same training several times, each in another order: shows how much of the result is chance.",
    SIZES: "On a quarter, on half and on all of the examples, the smaller inside the larger: shows whether more would help.",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from. `pairs` is the number of pairs of answers to learn from."""

    survey: Survey
    terms: Terms
    pairs: int


def depth() -> str:
    """Draws the three depths; gives the chosen one."""
    chosen = st.segmented_control("Settings", DEPTHS, default=AUTOMATIC, required=True, key="depth")
    return str(chosen)


def draw(chosen: str, choices: Choices) -> Settings:
    """The settings of this depth, as they stand in the form."""
    train = choices.survey.count(Split.TRAIN)
    if chosen == SIMPLE:
        return _simple(train)
    if chosen == EVERYTHING:
        return _everything(train, choices)
    passes = say.count(auto_epochs(train), "pass", "passes")
    st.caption(f"{passes} over the examples, chosen from their number. A good first try.")
    return Settings()


def _simple(train: int) -> Settings:
    words = list(Care)
    care = st.radio(
        "How much may it change?",
        words,
        index=words.index(Care.NORMAL),
        format_func=lambda one: one.value.capitalize(),
        captions=[describe(one, train) for one in words],
        key="care",
    )
    return simple(care or Care.NORMAL, train)


def _everything(train: int, choices: Choices) -> Settings:
    method = _method(choices)
    rows = choices.pairs if method == DPO else train
    auto = auto_epochs(rows)
    first = st.columns(4)
    epochs = first[0].number_input(
        "Epochs",
        min_value=1,
        max_value=MOST_EPOCHS,
        value=None,
        placeholder=f"auto ({auto})",
        key="epochs",
        help="How often the model reads every example. More teaches more, until it learns the examples by heart.",
    )
    batch = first[1].number_input(
        "Batch size",
        min_value=1,
        max_value=256,
        value=None,
        placeholder="auto",
        key="batch",
        help="Examples a step. Smaller needs less memory.",
    )
    rate = first[2].number_input(
        "Learning rate multiplier",
        min_value=0.01,
        max_value=100.0,
        value=None,
        placeholder="auto",
        key="rate",
        help="Above 1 it learns faster and forgets more; below 1 slower and steadier.",
    )
    beta = None
    if method == DPO:
        beta = first[3].number_input(
            "Beta",
            min_value=0.01,
            max_value=2.0,
            value=None,
            placeholder="auto",
            key="beta",
            help="How strongly it keeps near the model as it was. Smaller follows your choices further.",
        )
    suffix, seed, validation = _names(choices)
    seeds, series = _many()
    return Settings(method, epochs, batch, rate, beta, seed, suffix, validation, seeds, series)


def _method(choices: Choices) -> str:
    """Preferences are offered only when there are pairs, and where they can be learnt."""
    if not choices.pairs or DPO not in choices.terms.methods:
        return SUPERVISED
    pairs = say.count(choices.pairs, "pair")
    chosen = st.radio(
        "What to learn from",
        (SUPERVISED, DPO),
        format_func=lambda one: "Good answers" if one == SUPERVISED else f"Better and worse answers ({pairs})",
        captions=(
            "The model learns to answer as your examples do (SFT). The usual way.",
            "It learns to prefer the better of two answers (DPO): those that you corrected or judged. Best after the usual way.",
        ),
        key="method",
    )
    return str(chosen or SUPERVISED)


def _names(choices: Choices) -> tuple[str, int, bool]:
    columns = st.columns(4)
    suffix = columns[0].text_input(
        "Suffix",
        key="suffix",
        max_chars=choices.terms.suffix_limit,
        placeholder="none",
        help="Becomes part of the model's name. Letters, digits and -.",
    )
    seed = columns[1].number_input(
        "Seed", min_value=0, max_value=2**31 - 1 - MOST_SEEDS, value=0, key="seed",
        help="The same seed gives the same order again.",
    )  # fmt: skip
    watched = True
    if choices.survey.count(Split.VALIDATION):
        with columns[2]:
            st.space("small")
            watched = st.toggle(
                "Watch the learning",
                value=True,
                key="validation",
                help="Sends the validation rows too: their loss shows when the model begins to learn by heart. Some servers "
                "bill them. Without them, the best alternative is not chosen on rows of their own either.",
            )
    return suffix.strip(), int(seed), watched


def _many() -> tuple[int, bool]:
    chosen = st.segmented_control("How many", tuple(MANY), default=ONE, required=True, key="many")
    if chosen == ONE:
        return 1, False
    st.caption(MANY[str(chosen)])
    if chosen == SIZES:
        return 1, True
    number = st.columns(4)[0].number_input("Seeds", min_value=2, max_value=MOST_SEEDS, value=3, key="seeds")
    return int(number), False
