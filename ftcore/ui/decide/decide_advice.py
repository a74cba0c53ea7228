"""At the top of Decide: the recommendation so far with its stamp, what speaks for it, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.decision import Framework
from ftcore.decision.framework import QUESTIONS
from ftcore.records import Action, Because, Confidence, Recommendation
from ftcore.ui import page
from ftcore.ui.decide.decide_state import Decided

STAMPS = {
    Confidence.BELIEVED: ("Believed", "Nothing of this was measured: it rests on your answers."),
    Confidence.PARTLY_MEASURED: ("Partly measured", "Some of it was measured here; the rest is belief."),
    Confidence.MEASURED: ("Measured", "All that the advice rests on was measured here."),
}

WHYS = 4
"""So many lines balance the case against beside them."""


def draw(decided: Decided, framework: Framework) -> None:
    """The headline first, then in a line each why, what first and what would reverse it; the rest is folded. Where the advice is to
    fine-tune, the case against it stands beside, open."""
    found = decided.advice
    name, meaning = STAMPS[found.confidence]
    with st.container(border=True, key="advice"):
        begun = bool(decided.answers or decided.evidence)
        if begun:
            icon = ":material/verified:" if found.confidence is Confidence.MEASURED else None
            st.badge(name, color="gray", icon=icon, help=meaning)
        st.header(page.plain(found.headline), anchor=False)
        if not begun:
            st.markdown("Five questions, about ten minutes. “Not sure” is a good answer.")
            return
        pro, contra = st.columns(2, gap="large")
        with pro:
            _marked("Why", _first(found), decided, framework)
            first = found.next_steps[0]
            st.markdown(f"**What to do first**  \n{page.plain(first.what)}")
        with contra:
            if found.action is Action.FINE_TUNE:
                _sentences("The case against", _against(decided))
                _sentences("Cheaper ways, to try first", found.alternatives)
            else:
                _sentences("What would reverse it", found.reverses_if[:1])
        _rest(decided, framework)
        if decided.at is not None:
            st.caption(page.plain(f"Saved by {decided.who or 'somebody'}, {decided.at.astimezone():%d %b %Y, %H:%M}"))


def _first(found: Recommendation) -> tuple[Because, ...]:
    """What decides. Where nothing stood in the way of fine-tuning no single point does: then what was measured for it, and the reasons
    that hold; a reason that doesn't is part of the case against. Without either, the answers."""
    if found.action is not Action.FINE_TUNE:
        return found.because[:1]
    measured = [one for one in found.because if one.kind == "evidence" and one.about in QUESTIONS]
    return (*measured, *(one for one in found.because if one.kind == "reason"))[:WHYS] or found.because[:WHYS]


def _rest(decided: Decided, framework: Framework) -> None:
    found = decided.advice
    with st.expander(
        "All of it: why, what next, cheaper ways, risks", icon=":material/unfold_more:", key="advice-rest"
    ):
        name, meaning = STAMPS[found.confidence]
        st.text(f"{name}. {meaning}")
        why, other = st.columns(2, gap="large")
        with why:
            _marked("Why", found.because, decided, framework)
        with other:
            _sentences("What next", [str(step) for step in found.next_steps])
            if found.action is Action.FINE_TUNE:  # the rest stands open, as the case against
                _sentences("What the practice model can't show", _of_practice(decided))
                return
            _sentences("Cheaper ways to the same end", found.alternatives)
            _sentences("Risks", found.risks)
            _sentences("What would reverse it", found.reverses_if)


def _against(decided: Decided) -> list[str]:
    """What speaks against training, the strongest first: what would reverse the advice, then the risks."""
    found, practice = decided.advice, _of_practice(decided)
    return [*found.reverses_if, *(one for one in found.risks if one not in practice)]


def _of_practice(decided: Decided) -> list[str]:
    """The risks that only warn of what the practice model showed."""
    claims = [item.claim for item in decided.evidence if item.practice]
    return [one for one in decided.advice.risks if any(claim in one for claim in claims)]


def _marked(title: str, because: Sequence[Because], decided: Decided, framework: Framework) -> None:
    """Each reason for the advice with a mark: which answer, which reason given, or which measurement it rests on."""
    _listed(
        title, [f":gray-badge[{page.plain(_mark(one, decided, framework))}] {page.plain(one.text)}" for one in because]
    )


def _mark(one: Because, decided: Decided, framework: Framework) -> str:
    if one.kind == "evidence":
        sources = dict.fromkeys(item.source for item in decided.about(one.about) if item.measured and item.source)
        return ", ".join(["Measured", *sources])
    if one.kind == "reason":
        return "Your reason"
    keys = [question.key for question in framework.questions]
    number = f" {keys.index(one.about) + 1}" if one.about in keys else ""
    return f"Answer{number}" if one.about in decided.answers else f"Question{number}, open"


def _sentences(title: str, sentences: Sequence[str]) -> None:
    _listed(title, [page.plain(line) for line in sentences])


def _listed(title: str, lines: Sequence[str]) -> None:
    """Several lines as a list, one as it is."""
    if len(lines) == 1:
        st.markdown(f"**{title}**  \n{lines[0]}")
    elif lines:
        st.markdown(f"**{title}**\n" + "\n".join(f"- {line}" for line in lines))
