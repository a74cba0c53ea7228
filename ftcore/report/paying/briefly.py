"""The figures that went in, gathered into a few lines: for a slide, and for the panel's sentence about lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ftcore.decision.pay import BY_KEY
from ftcore.decision.pay.catalogue import TOKENS
from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.saying import numbers
from ftcore.records.pay import Origin, PayFigure, PayStory

EXPLAINED = "Models count text in tokens; one is about three quarters of a word."
_LINES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("{calls}", (("calls", ""),)),
    ("Tokens a call, fine-tuned", (("tuned_in", "in"), ("tuned_out", "out"))),
    ("Tokens a call, today's model", (("other_in", "in"), ("other_out", "out"))),
    (
        "1,000,000 tokens, fine-tuned",
        (("tuned_price_in", "in"), ("tuned_price_out", "out"), ("train_price", "trained")),
    ),
    ("1,000,000 tokens, today's model", (("other_price_in", "in"), ("other_price_out", "out"))),
    ("People, fine-tuned", (("hours_once", "once"), ("hours_month", "a month"), ("hour_rate", "an hour"))),
    ("Hosting", (("hosting_month", "a month"), ("hosting_hour", "an hour"))),
    ("Trained again", (("retrain_every", ""),)),
)
"""A line holds what belongs together, each with the word that follows its value."""


def gathered(story: PayStory) -> tuple[list[tuple[str, str, str]], int]:
    """(what, values, where they are from), and how many of the known figures stand in none of the lines. Figures that this app
    does not ask for come one to a line after them."""
    found = {figure.key: figure for figure in story.figures}
    lines, told = [], set()
    for name, parts in _LINES:
        known = [(found[key], word) for key, word in parts if key in found and found[key].origin is not Origin.BLANK]
        if not known:
            continue
        told |= {figure.key for figure, _ in known}
        values = ", ".join(f"{_value(figure)} {word}".strip() for figure, word in known)
        lines.append((name.format(calls=known[0][0].label), values, _sources([figure for figure, _ in known])))
    others = [one for one in story.figures if one.key not in BY_KEY and one.origin is not Origin.BLANK]
    lines += [(one.label, one.text, one.source) for one in others]
    left = [
        one for one in story.figures if one.key in BY_KEY and one.key not in told and one.origin is not Origin.BLANK
    ]
    return lines, len(left)


def lengths_told(figures: Mapping[str, PayFigure], story: PayStory) -> str:
    """What a token is, and how many a call takes here, with where that is from."""
    names = (("tuned", story.tuned), ("other", story.other))
    ways = [(name, figures[f"{key}_in"], figures[f"{key}_out"]) for key, name in names]
    told = [
        f"“{name}” reads {_whole(read)} tokens and writes {_whole(written)} a question ({_sources([read, written])})"
        for name, read, written in ways
        if Origin.BLANK not in (read.origin, written.origin)
    ]
    return f"{EXPLAINED} {'; '.join(told)}." if told else EXPLAINED


def _whole(figure: PayFigure) -> str:
    """Nobody needs tenths of a token to see what a question is."""
    return numbers(Range(round(figure.low or 0.0), round(figure.high or 0.0)))


def _value(figure: PayFigure) -> str:
    asked = BY_KEY.get(figure.key)
    return figure.text.removesuffix(f" {TOKENS}") if asked and asked.unit == TOKENS else figure.text


def _sources(figures: Sequence[PayFigure]) -> str:
    """Each source once and in a few words: the whole of it stands beside each figure."""
    return "; ".join(dict.fromkeys(_source(one) for one in figures))


def _source(figure: PayFigure) -> str:
    if figure.origin is Origin.ASSUMED:
        return "assumed"
    if figure.origin is not Origin.PRICE:
        return figure.source.removesuffix(", on the practice model")
    told = figure.source.rpartition(", from ")[2].partition(" (")[0]
    return "memory, not checked" if told.startswith("memory") else told.replace("date not known", "no date")
