"""The evidence: every way to answer as a chart and a table, then how sure the difference is, and what was lost."""

from __future__ import annotations

from collections import Counter

from ftcore.records import ArmResult
from ftcore.report import charts, slides, ways, words
from ftcore.report.deck.paper import Paper
from ftcore.report.plain import fingerprint
from ftcore.report.slide_table import table
from ftcore.report.slide_text import text
from ftcore.report.slides import BOTTOM, EDGE, INNER, Block

MOST_WAYS, MOST_DIFFERENCES = 10, 6
CHART = 5.6


def ways_shown(paper: Paper) -> tuple[list[ArmResult], int]:
    """The ways that the slide has room for, the candidate and its rival always among them, and how many are left out."""
    story, found = paper.story, words.primary(paper.story)
    needed = {story.candidate, found[0] if found else ""}
    others = [arm for arm in story.arms if arm.arm not in needed]
    kept = {arm.arm for arm in others[: MOST_WAYS - len(needed)]} | needed
    shown = [arm for arm in story.arms if arm.arm in kept]
    return shown, len(story.arms) - len(shown)


def ways_of(paper: Paper) -> None:
    story = paper.story
    if not story.arms:
        return
    shown, left = ways_shown(paper)
    about = (
        "Left, the average of each way; the line is its 95% interval. Right, the same figures. Intervals that overlap do not mean "
        "that nothing differs: the comparison example by example is on the next slide.",
    )
    slide, top = paper.slide(f"The evidence: each way on “{words.scorer_name(story) or 'the measure'}”", about)
    more = f"{left} more ways stand in the web page." if left else ""
    usual = (
        Counter(arm.model for arm in shown if arm.model).most_common(1)[0][0] if any(arm.model for arm in shown) else ""
    )
    asked = f"Model, where no other is named: {fingerprint(usual)}." if usual else ""
    text(slide, [f"{words.asked_sentence(story)} {asked} {more}".strip()], EDGE, top, INNER, 0.55, (15, 14, 13, 12, 11))
    top += 0.65
    charts.bar_chart(slide, shown, EDGE, top, CHART, BOTTOM - top, words.axis_title(story))
    priced = ways.price_head(story)
    head = ("Way", "Of 100", "95% interval", "Tokens in / out", *((priced,) if priced else ()))
    rows = []
    for arm in shown:
        cells = ways.row(story, arm)
        rows.append(
            (f"{cells[0]} ({fingerprint(arm.model)})" if arm.model != usual else cells[0], *cells[2:5], *cells[7:])
        )
    wide = INNER - CHART - 0.3
    widths = (wide - 3.3, 0.8, 1.2, 1.3) if not priced else (wide - 4.15, 0.75, 1.0, 1.05, 1.35)
    high = min(BOTTOM - top, 0.58 + 0.85 * len(rows))
    alt = "; ".join(f"{arm.label or arm.arm}: {words.points(arm.average)} of 100" for arm in shown)
    table(slide, head, rows, EDGE + CHART + 0.3, top, widths, high, first_bold=False, alt=alt)


def certainty(paper: Paper) -> None:
    story = paper.story
    found = words.primary(story)
    if not found:
        return
    name, one = found
    said = f"{words.VERDICTS[one.verdict]} against “{words.label_of(story, name)}”: {words.signed(one.mean_difference)} of 100"
    about = ("How sure the difference is, and on how many examples something was lost.", story.comparator_why)
    slide, top = paper.slide(f"Practice model: {said}" if story.practice else said, about)
    left = 5.6
    lost = [
        f"On {one.losses} of {one.n} the answer got worse. The worst of them stand on the slide with the examples."
        if one.losses
        else "On no example did the answer get worse.",
        "A gain on average can hide a loss where it hurts: read the losses before you decide."
        if one.losses and one.mean_difference > 0
        else "",
    ]
    told = words.sure(story)
    blocks = [Block("How sure it is", [told[0], *told[2:]]), Block("What was lost", lost)]
    slides.columns(slide, [blocks], (EDGE, top, left, BOTTOM - top), paper.look)
    counts = (("Better", one.wins), ("The same", one.ties), ("Worse", one.losses))
    charts.count_chart(slide, counts, EDGE + left + 0.4, top, INNER - left - 0.4, 1.95, paper.look.main)
    rows = [(label, value, span, follows) for label, value, span, _, follows in ways.differences(story)]
    shown = rows[:MOST_DIFFERENCES]
    if len(rows) > len(shown):
        shown[-1] = (f"and {len(rows) - len(shown) + 1} more, in the web page", "", "", "")
    wide = INNER - left - 0.4
    widths = (wide - 3.75, 0.8, 1.3, 1.65)
    high = min(BOTTOM - top - 2.1, 0.58 + 0.6 * len(shown))
    head = (f"{words.upper(words.compared_thing(story))} against", "Of 100", "95% interval", "What follows")
    table(slide, head, shown, EDGE + left + 0.4, top + 2.1, widths, high, alt="Differences with their intervals")
