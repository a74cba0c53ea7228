"""The named figures, as people and sources give them, put together into what the reckoning takes."""

from __future__ import annotations

from collections.abc import Mapping

from ftcore.decision.pay.ranges import ONE, ZERO, Range
from ftcore.decision.pay.reckoning import Inputs, Way
from ftcore.records.pay import PayFigure

Figures = Mapping[str, PayFigure]


def inputs_of(figures: Figures, *, horizon: float, shutdown: float | None) -> Inputs:
    """None of the needed figures is blank; another one that is counts as nothing. `horizon` and `shutdown` in months from today.
    Raises ValueError on figures out of bounds."""

    def known(key: str, otherwise: Range = ZERO) -> Range:
        return range_of(figures, key) or otherwise

    def way(key: str, hours: str) -> Way:
        return Way(
            tokens_in=known(f"{key}_in"),
            tokens_out=known(f"{key}_out"),
            price_in=known(f"{key}_price_in"),
            price_out=known(f"{key}_price_out"),
            price_cached=range_of(figures, f"{key}_price_cached"),
            cached_share=known(f"{key}_cached"),
            hours_once=known(f"{hours}hours_once"),
            hours_month=known(f"{hours}hours_month"),
        )

    between = range_of(figures, "retrain_every")
    return Inputs(
        calls=known("calls"),
        tuned=way("tuned", ""),
        other=way("other", "other_"),
        example_tokens=known("example_tokens"),
        passes=known("passes"),
        train_price=known("train_price"),
        hour_rate=known("hour_rate"),
        retrainings=Range(1 / between.high, 1 / between.low) if between else ZERO,
        retrain_hours=known("retrain_hours"),
        hosting=known("hosting_month") + known("hosting_hour") * known("hosting_hours"),
        scale=known("scale", ONE),
        horizon=horizon,
        shutdown=shutdown,
    )


def range_of(figures: Figures, key: str) -> Range | None:
    figure = figures.get(key)
    return None if figure is None or figure.low is None or figure.high is None else Range(figure.low, figure.high)
