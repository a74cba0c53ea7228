"""The report as a deck of at most seven slides with native charts and tables. The first one stands alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ftcore.records import Story
from ftcore.report import charts, slides, words
from ftcore.report.file import replace_file
from ftcore.report.slides import EDGE, INNER


def write_deck(story: Story, path: Path) -> Path:
    """Writes the deck to `path`, atomically. Raises OSError when that can't be done."""
    deck = slides.new_deck(words.headline(story), story.made_by)
    parts: tuple[Callable[[Any, Story], None], ...] = (
        _answer,
        _compared,
        _certainty,
        _regressions,
        _advice,
        _training,
        _limits,
    )
    for part in parts:
        part(deck, story)
    held = io.BytesIO()
    deck.save(held)
    return replace_file(path, held.getvalue())


def _slide(deck: Any, story: Story, title: str, notes: str, **more: Any) -> tuple[Any, float]:
    """A new slide and the height, in inches, at which its content begins."""
    foot = " · ".join(part for part in (story.project, words.day(story.made_at), story.made_by) if part)
    slide = slides.new_slide(deck, title, stamp=words.stamp(story), foot=foot, notes=notes, **more)
    return slide, 1.9 if story.practice else 1.5


def _answer(deck: Any, story: Story) -> None:
    slide, top = _slide(deck, story, words.headline(story), _notes(story), sizes=(36, 32, 28, 24))
    standing = f"{words.standing(story)}: {words.standing_meaning(story)}" if story.recommendation else ""
    second = [part for part in (words.second_sentence(story), standing) if part]
    slides.text(slide, second, EDGE, top + 0.95, INNER, 1.0, (20, 18, 16, 14))
    boxes = (
        ("Money", words.money(story)),
        ("Biggest risk", words.risk(story)),
        ("Decision wanted", words.decision_wanted(story)),
    )
    wide = (INNER - 0.8) / 3
    for at, (title, said) in enumerate(boxes):
        left = EDGE + at * (wide + 0.4)
        _rule(slide, left, top + 2.25, wide)
        slides.text(slide, [title], left, top + 2.35, wide, 0.35, (18,), bold=True)
        slides.text(slide, [said], left, top + 2.75, wide, 3.95 - top, (18, 16, 14, 13, 12))


def _compared(deck: Any, story: Story) -> None:
    if not story.arms:
        return
    n = max(arm.n for arm in story.arms)
    slide, top = _slide(deck, story, "What was compared", _notes(story))
    models = ", ".join(dict.fromkeys(arm.model for arm in story.arms if arm.model))
    said = (
        f"Every way answered the same {n} test examples, which the tuned model never saw in training. Lines are 95% intervals.",
        f"Models: {models}." if models else "",
    )
    slides.text(slide, said, EDGE, top - 0.1, INNER, 0.75, (16, 14, 12))
    charts.bar_chart(slide, story.arms, EDGE, top + 0.75, INNER, 6.75 - top - 0.75, words.axis_title(story))


def _certainty(deck: Any, story: Story) -> None:
    found = words.primary(story)
    if not found:
        return
    name, one = found
    title = f"{words.VERDICTS[one.verdict]} against “{words.label_of(story, name)}”: {words.signed(one.mean_difference)} of 100"
    slide, top = _slide(deck, story, f"Practice model: {title}" if story.practice else title, _notes(story))
    slides.text(slide, words.certainty(one), EDGE, top + 0.1, 5.6, 6.6 - top, (18, 16, 14))
    counts = (("Better", one.wins), ("The same", one.ties), ("Worse", one.losses))
    charts.count_chart(slide, counts, EDGE + 6.0, top, INNER - 6.0, 6.6 - top)


def _regressions(deck: Any, story: Story) -> None:
    found, tuned, worst = words.primary(story), words.tuned_arm(story), words.regressions(story, 4)
    if not (found and tuned and worst):
        return
    slide, top = _slide(
        deck, story, f"Where the tuned model is worse: {len(worst)} of {found[1].losses} examples", _notes(story)
    )
    head = ("Asked", "Wanted", words.label_of(story, tuned.arm), words.label_of(story, found[0]))
    rows = [
        (row.input, row.expected, *(row.answers.get(name) or "no answer" for name in (tuned.arm, found[0])))
        for row in worst
    ]
    high = min(6.7 - top, 0.4 + 1.2 * len(rows))
    slides.table(slide, head, rows, EDGE, top, (INNER / 4,) * 4, high)


def _advice(deck: Any, story: Story) -> None:
    advice = story.recommendation
    if not advice:
        return
    slide, top = _slide(deck, story, "Why, what next, and what would reverse it", _notes(story))
    half = (INNER - 0.6) / 2
    follow = [str(step) for step in advice.next_steps]
    right = EDGE + half + 0.6
    for title, items, left, at, high in (
        ("Because", [str(one) for one in advice.because], EDGE, top, 6.75 - top),
        ("What next, in this order", follow, right, top, 2.0),
        ("What would reverse it", advice.reverses_if, right, top + 2.1, 1.5),
        ("Mind", advice.risks, right, top + 3.7, 3.05 - top),
    ):
        if items:
            slides.text(slide, [title], left, at, half, 0.35, (18,), bold=True)
            slides.text(slide, items, left, at + 0.4, half, high - 0.4, (16, 14, 13, 12, 11), bullets=True)


def _training(deck: Any, story: Story) -> None:
    said = (*words.data_sentences(story), *words.training_sentences(story))
    if not said:
        return
    slide, top = _slide(deck, story, "What it learned from, and how", _notes(story))
    charted = len(story.losses) > 1
    slides.text(slide, said, EDGE, top + 0.1, 5.6 if charted else INNER, 6.6 - top, (18, 16, 14))
    if charted:
        charts.line_chart(slide, story.losses, EDGE + 6.0, top, INNER - 6.0, 6.6 - top)


def _limits(deck: Any, story: Story) -> None:
    slide, top = _slide(deck, story, "What this does not show", _notes(story))
    slides.text(slide, words.limits(story), EDGE, top + 0.1, INNER, 6.6 - top, (20, 18, 16, 14), bullets=True)


def _rule(slide: Any, left: float, top: float, width: float) -> None:
    from pptx.enum.shapes import MSO_CONNECTOR
    from pptx.util import Inches, Pt

    line = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, Inches(left), Inches(top), Inches(left + width), Inches(top)
    )
    line.line.color.rgb, line.line.width = slides.rgb(slides.LIGHT.accent), Pt(2.5)


def _notes(story: Story) -> str:
    """The method, for whoever presents and is asked."""
    found = words.primary(story)
    models = " / ".join(part for part in (story.base_model, story.fine_tuned_model) if part)
    lines = [
        words.finding(story),
        words.method(found[1]) if found else "",
        f"Models: {models}." if models else "",
        f"Measure: {words.scorer_name(story)}." if story.scorer else "",
        f"Training data, snapshot sha256 {story.snapshot}; seed {story.seed}." if story.snapshot else "",
        *words.limits(story),
    ]
    return "\n".join(line for line in lines if line)
