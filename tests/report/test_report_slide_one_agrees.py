"""Slide one's sentences hold beside each other: every verdict with every advice, and whatever was worked out about the money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from ftcore.records import Action, Confidence, Story, Verdict
from ftcore.records.pay import Outcome
from ftcore.report import words
from tests.report import stories

MONEY = {
    Outcome.PAYS: "it pays back in 3 to 13 months",
    Outcome.DEPENDS: "it pays back in 3 months at best, never at worst",
    Outcome.NEVER: "it never pays back",
    Outcome.UNKNOWN: "Not worked out: 2 figures are missing.",
}


def told(
    verdict: Verdict | None, action: Action | None, outcome: Outcome = Outcome.UNKNOWN, base: Story | None = None
) -> Story:
    """A report of a tuned model (or of `base`) with this verdict, this advice and this outcome of the break-even."""
    story = base or stories.believable()
    advice = story.recommendation
    assert advice is not None
    steps = tuple(replace(step, what="Do the thing that is advised.") for step in advice.next_steps)
    changed = replace(advice, action=action, headline="The advice's headline.", next_steps=steps) if action else None
    one = () if verdict is None else (("few_shot", stories.comparison(verdict=verdict)),)
    arms = story.arms if verdict else ()
    pay = stories.pay(outcome=outcome, money=MONEY[outcome])
    return replace(story, recommendation=changed, comparisons=one, arms=arms, pay=pay, decided=None)


def every() -> Iterator[Story]:
    for verdict, action, outcome in product([*Verdict, None], [*Action, None], Outcome):
        for base in (stories.believable(), stories.practice(), stories.trial()):
            yield told(verdict, action, outcome, base)


def test_no_sentence_takes_back_what_another_says() -> None:
    for story in every():
        headline, wanted = words.headline(story), words.decision_wanted(story)
        no = words.answer_is_no(story)
        assert bool(words.instead(story)) == no
        if "Agree to a pilot" in wanted or "name who keeps" in wanted:
            assert not no
            assert not headline.startswith("Don't")
        if headline.startswith("Don't fine-tune") or "Agree not to fine-tune" in wanted:
            assert no
        if "Nothing failed; add test examples" in headline:
            assert "collect more test examples" in wanted
            assert not no
        if words.never_pays(story):
            assert "is worth it" not in headline
            assert "only for the cost" not in headline
        if headline == "The advice's headline.":
            assert "Do the thing" in wanted or "Do the thing".lower() in wanted or "this trial" in wanted
        assert words.risk(story)


def test_who_has_trained_and_measured_is_not_asked_to_train_and_measure() -> None:
    for verdict, outcome in product(Verdict, Outcome):
        assert "next step" not in words.decision_wanted(told(verdict, Action.FINE_TUNE, outcome))


def test_better_answers_that_never_pay_back_are_not_called_worth_it() -> None:
    story = told(Verdict.CLEARLY_BETTER, Action.FINE_TUNE, Outcome.NEVER)
    assert words.headline(story) == (
        "Fine-tuning gives better answers and does not pay for itself: 18 more of every 100 questions handled correctly "
        "than your best alternative (11 to 25)."
    )
    assert words.decision_wanted(story).startswith("Agree whether better answers are worth what they cost")


def test_not_worse_is_a_matter_of_money() -> None:
    def wanted(outcome: Outcome) -> str:
        return words.decision_wanted(told(Verdict.NOT_WORSE, Action.FINE_TUNE, outcome))

    assert wanted(Outcome.PAYS).startswith("Agree, for the saving alone, to a pilot")
    assert wanted(Outcome.NEVER).startswith("Agree not to fine-tune")
    assert wanted(Outcome.UNKNOWN).startswith("Agree to work out first what fine-tuning would save")
    never = words.headline(told(Verdict.NOT_WORSE, Action.FINE_TUNE, Outcome.NEVER))
    assert never.startswith("Don't fine-tune. The tuned model is not shown to be better than “Base with 3 examples”")


def test_what_is_given_up_is_the_risk_of_a_no() -> None:
    saving = told(Verdict.EQUIVALENT, Action.IMPROVE_PROMPT, Outcome.PAYS)
    assert words.risk(saving).startswith("A saving is given up: the tuned model does as well as “Base with 3 examples”")
    gain = told(Verdict.CLEARLY_BETTER, Action.DO_NOT_FINE_TUNE, Outcome.NEVER)
    assert words.risk(gain) == (
        "A gain is given up: on 28 of 120 test examples the tuned model did better than “Base with 3 examples”, and worse on 6."
    )


@pytest.mark.parametrize("action", [Action.IMPROVE_PROMPT, Action.USE_RAG, Action.TRY_BETTER_MODEL])
def test_a_doubt_does_not_push_aside_an_advice_to_do_something_else_first(action: Action) -> None:
    story = told(Verdict.NOT_ENOUGH_EVIDENCE, action)
    assert words.headline(story) == "The advice's headline."
    assert words.decision_wanted(story) == "Agree to this next step: do the thing that is advised."
    assert words.second_sentence(story).startswith("Not enough evidence")
    assert words.risk(story).startswith("It may not be enough")


def test_where_answers_never_arrived_nobody_is_sent_for_more_examples() -> None:
    lost = stories.comparison(verdict=Verdict.NOT_ENOUGH_EVIDENCE, n=113, missing=7)
    story = replace(told(Verdict.BETTER, Action.FINE_TUNE), comparisons=(("few_shot", lost),), shutdown="")
    assert words.decision_wanted(story) == (
        "Agree that nothing is decided before the missing answers have been asked for again."
    )
    assert words.risk(story) == "Deciding before all is there: 7 of 120 pairs of answers never arrived."


def test_a_day_that_is_over_is_not_asked_for() -> None:
    story = replace(stories.believable(), made_at="2027-03-02T09:00")
    assert words.by_when(story) == "It was wanted by 11 December 2026; set another day on the Report page."
    assert words.by_when(replace(story, decide_by="")) == "It was to be looked at again on 1 March 2027."
    no = replace(stories.no_better(), made_at="2027-03-02T09:00")
    assert words.instead(no).endswith("It was to be looked at again on 1 March 2027.")


def test_what_the_other_way_costs_reads_as_in_the_money_line() -> None:
    short = replace(stories.no_better(), pay=stories.pay(outcome=Outcome.NEVER, horizon=0.4, other_total=(41.2, 83.9)))
    assert words.instead(short) == (
        "Go on with “Base with 3 examples”. It costs $41 to $84 in the first 12 days. Look at it again on 1 March 2027."
    )


def test_who_goes_on_as_before_is_given_no_day_to_begin() -> None:
    stays = told(Verdict.EQUIVALENT, Action.IMPROVE_PROMPT)
    assert words.instead(stays).endswith("No date to look at it again has been set.")
    assert words.instead(told(None, Action.USE_RAG)).endswith("Begin by 11 December 2026.")


def test_a_price_is_that_of_the_way_it_names() -> None:
    priced = tuple(replace(arm, usd=0.0009) for arm in stories.arms())
    story = replace(told(Verdict.NOT_ENOUGH_EVIDENCE, Action.USE_RAG), pay=None, arms=priced)
    assert "“Base with 3 examples” costs $0.90 for every 1,000 questions, as measured." in words.instead(story)


def test_a_measurement_that_opens_the_report_is_not_called_belief() -> None:
    story = told(Verdict.EQUIVALENT, Action.FINE_TUNE)
    assert story.recommendation is not None
    believed = replace(story, recommendation=replace(story.recommendation, confidence=Confidence.BELIEVED))
    assert words.headline(believed).startswith("Don't fine-tune. “Base with 3 examples” does as well")
    assert words.standing(believed) == "Partly measured"


def test_where_something_else_was_measured_it_is_not_said_that_nothing_was() -> None:
    story = told(None, Action.FINE_TUNE)
    assert story.recommendation is not None
    for confidence, said in (
        (Confidence.BELIEVED, "Nothing has been measured. All of this is marked “believed”."),
        (
            Confidence.PARTLY_MEASURED,
            "No ways to answer have been compared yet. What else was measured stands with the advice.",
        ),
    ):
        changed: Any = replace(story, recommendation=replace(story.recommendation, confidence=confidence))
        assert words.limits(changed)[-1] == said
