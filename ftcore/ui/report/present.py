"""Presenting: the story in large type, one screen at a time, over the whole page. What is said is put in as text by present.js."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from ftcore.records import Story
from ftcore.report import facts, words
from ftcore.report.palette import arm_colour
from ftcore.ui import charts

_HERE = Path(__file__).parent
PRESENTING = "presenting"
MOST_WAYS, MOST_ITEMS, LONGEST = 6, 4, 300
BOX = 230
"""Characters of a box: four stand side by side below the answer."""

_present = component(
    "tuneworthy_present",
    css=(_HERE / "present.css").read_text(encoding="utf-8"),
    js=(_HERE / "present.js").read_text(encoding="utf-8"),
)


def button() -> None:
    st.button(
        "Present", icon=":material/present_to_all:", key="present", on_click=_begin, help="Full screen, large type."
    )


def draw(story: Story) -> None:
    """The screens, while somebody presents."""
    if not st.session_state.get(PRESENTING):
        return
    shown = {
        "screens": screens(story, dark=charts.is_dark()),
        "label": "The report, presented",
        "stamp": words.stamp(story),
    }
    _present(key="presented", data=shown, on_left_change=_end)


def screens(story: Story, *, dark: bool = False) -> list[dict[str, Any]]:
    """What is shown, in order: question, answer, evidence, cost, risks, what next. Each is {step, title, parts, bars}; a part is
    {name, items, box}, all of it text; boxes stand side by side below the other parts."""
    found = words.primary(story)
    rests = f"{words.standing(story)}: {words.standing_meaning(story)}" if story.recommendation else ""
    who = " · ".join(part for part in (story.brand.name, words.day(story.made_at), story.made_by) if part)
    made = [
        _screen("The question", words.question(story), ("", [who]), ("", [_asked(story)])),
        _screen(
            "The answer",
            words.headline(story),
            ("", [words.second_sentence(story)]),
            ("", [rests]),
            boxes=_boxes(story),
        ),
    ]
    if found:
        bars = _bars(story, dark)
        title = words.finding(story)
        made.append(_screen("The evidence", title, ("", [words.asked_sentence(story)]), bars=bars))
    else:
        made.append(_screen("The evidence", words.nothing_compared(story)))
    pay = story.pay
    why = [part for part in (pay.because, pay.quality) if part] if pay else []
    paid = pay.sentence if pay else "When it pays has not been worked out."
    made.append(
        _screen("The cost", paid, ("Money", [words.money(story)]), ("", why), ("What instead", [words.instead(story)]))
    )
    advice = story.recommendation
    made.append(
        _screen(
            "The risks",
            words.risk(story),
            ("What would reverse the advice", list(advice.reverses_if)[:2] if advice else []),
            ("Mind", list(advice.risks)[:2] if advice else []),
            ("Where does our data go?", [words.where_data_goes(story)]),
        )
    )
    steps = [str(step) for step in advice.next_steps] if advice else []
    wanted = f"{words.decision_wanted(story)} {words.by_when(story)}"
    made.append(_screen("What next", wanted, ("In this order", steps)))
    return made


def _asked(story: Story) -> str:
    if not story.scorer:
        return ""
    return (
        f"Measured by “{words.scorer_name(story)}” on {max(arm.n for arm in story.arms):,} {story.noun}."
        if story.arms
        else ""
    )


def _boxes(story: Story) -> list[tuple[str, list[str]]]:
    """What slide one says below the answer; here each has a third of the width, so it is short."""
    said = (
        ("Money", words.money(story)),
        ("Biggest risk", words.risk(story)),
        ("Decision wanted", words.decision_wanted(story)),
        ("By when", words.by_when(story)),
    )
    return [(name, [_brief(one)]) for name, one in said if one]


def _brief(said: str) -> str:
    """The first sentences of it that have room in a box."""
    kept = ""
    for sentence in said.split(". "):
        longer = f"{kept}. {sentence}" if kept else sentence
        if len(longer) > BOX and kept:
            return f"{kept}."
        kept = longer
    return facts.short(kept, BOX)


def _screen(
    step: str,
    title: str,
    *parts: tuple[str, Any],
    bars: list[dict[str, Any]] | None = None,
    boxes: Sequence[tuple[str, Any]] = (),
) -> dict[str, Any]:
    kept = [
        {
            "name": name,
            "items": [facts.short(item, LONGEST) for item in items if item][:MOST_ITEMS],
            "box": at >= len(parts),
        }
        for at, (name, items) in enumerate((*parts, *boxes))
        if any(items)
    ]
    return {"step": step, "title": facts.short(title, LONGEST), "parts": kept, "bars": bars or []}


def _bars(story: Story, dark: bool) -> list[dict[str, Any]]:
    found = words.primary(story)
    needed = {story.candidate, found[0] if found else ""}
    ways = sorted(story.arms, key=lambda arm: arm.arm not in needed)[:MOST_WAYS]
    return [
        {
            "name": facts.short(arm.label or arm.arm, 60),
            "value": round(arm.average * 100, 2),
            "low": round(arm.low * 100, 2),
            "high": round(arm.high * 100, 2),
            "figure": words.points(arm.average),
            "colour": arm_colour(facts.kind_of(arm), dark=dark),
            "said": f"{words.points(arm.average)} of 100, {words.points(arm.low)} to {words.points(arm.high)}",
        }
        for arm in story.arms
        if arm in ways
    ]


def _begin() -> None:
    st.session_state[PRESENTING] = True


def _end() -> None:
    st.session_state.pop(PRESENTING, None)
