"""The table of the ways to answer and that of the differences, as text: the same on the screen, in the deck and in the file."""

from __future__ import annotations

from ftcore.records import ArmResult, Story
from ftcore.report.facts import dollars, label_of, points, signed
from ftcore.report.words import VERDICTS

HEAD = ("Way to answer", "Model", "Score of 100", "95% interval", "Tokens in / out", "Median time", "Missing")
DIFFERENCES = ("Against", "Difference of 100", "95% interval", "Better / same / worse", "What follows")
NO_VERDICT = "looked at besides"


def price_head(story: Story) -> str:
    """The heading of the column of prices; "" where no way has a price that is known."""
    return f"Cost of 1,000 {story.noun}" if any(arm.usd is not None for arm in story.arms) else ""


def head(story: Story) -> tuple[str, ...]:
    price = price_head(story)
    return (*HEAD, price) if price else HEAD


def rows(story: Story) -> list[tuple[str, ...]]:
    """A row a way, in the order in which they are shown."""
    return [row(story, arm) for arm in story.arms]


def row(story: Story, arm: ArmResult) -> tuple[str, ...]:
    cells = (
        arm.label or arm.arm,
        arm.model,
        points(arm.average),
        f"{points(arm.low)} to {points(arm.high)}",
        f"{arm.tokens_in:,.0f} / {arm.tokens_out:,.0f}",
        f"{arm.seconds_median:.1f} s",
        f"{arm.missing}",
    )
    return (*cells, price(arm)) if price_head(story) else cells


def price(arm: ArmResult) -> str:
    """What 1,000 questions cost; a server of one's own sends no bill."""
    if arm.usd is None:
        return "not known"
    return dollars(arm.usd * 1000) if arm.usd else "no bill"


def differences(story: Story) -> list[tuple[str, ...]]:
    """A row a comparison. Only the first carries the verdict; the others' p values are adjusted for their number (Holm)."""
    found: list[tuple[str, ...]] = []
    for at, (name, one) in enumerate(story.comparisons):
        p = story.p_holm.get(name)
        follows = VERDICTS[one.verdict] if at == 0 else NO_VERDICT if p is None else _adjusted(p)
        found.append(
            (
                label_of(story, name),
                signed(one.mean_difference),
                f"{signed(one.low)} to {signed(one.high)}",
                f"{one.wins} / {one.ties} / {one.losses}",
                follows,
            )
        )
    return found


def _adjusted(p: float) -> str:
    return "p below 0.001 (Holm)" if p < 0.001 else f"p = {p:.2g} (Holm)"
