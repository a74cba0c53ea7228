"""What slide one says besides the answer: money, the biggest risk, the decision wanted and by when, and what to do instead where
the answer is no. Each sentence is written so that it holds beside the others."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.saying import looked_ahead, rough_dollars
from ftcore.evaluation.verdict import too_much_missing
from ftcore.records import LOCAL, Action, ArmResult, Comparison, Story, Verdict
from ftcore.records.pay import Outcome
from ftcore.report import ending, trial_words
from ftcore.report.facts import (
    arm_of,
    day,
    dollars,
    duration,
    house_word,
    is_tuned,
    label_of,
    never_pays,
    primary,
    subject,
    tuned_arm,
)
from ftcore.report.opening import AHEAD, GAINLESS, answer_is_no, decides

NO_DATE = "No date has been set for it."
NO_REVIEW = "No date to look at it again has been set."
TIME_TO_DECIDE = timedelta(days=14)
"""From the report to the day that is proposed where nobody has set one."""
ON_AS_TODAY = (
    "Going on as today keeps today's mistakes, and how many those are has not been measured with the model in use."
)
NOT_ENOUGH = "It may not be enough: that what is advised instead will do has not been shown with the model in use."
INSTEAD = (Action.TRY_BETTER_MODEL, Action.IMPROVE_PROMPT, Action.USE_RAG)
"""What is advised in the place of fine-tuning; the others leave things as they are for now."""
PILOT = "a pilot with the tuned model, with a person reading the answers, and name who keeps the examples current"


def money(story: Story) -> str:
    """What it costs and cost, as far as the story knows; what a question reads against the primary alternative."""
    said = []
    worked_out = story.pay is not None and story.pay.outcome is not Outcome.UNKNOWN
    if story.pay is not None and worked_out:
        said.append(_ended(story.pay.money))
    else:
        said += _training_money(story)
    if story.spent:
        said.append(f"The answers of the comparison cost {dollars(story.spent)}.")
    if not worked_out and (tokens := _tokens(story)) and len(said) < 3:
        said.append(tokens)
    if story.pay is not None and story.pay.outcome is Outcome.UNKNOWN and len(said) < 3:
        said.append(_ended(story.pay.money))
    return " ".join(said) or "No money has been spent, and none is asked for yet."


def _training_money(story: Story) -> list[str]:
    if story.job_id and story.endpoint == LOCAL:
        took = f" and took {duration(story.job_seconds)}" if story.job_seconds is not None else ""
        return [f"The training ran on your own computer{took}: no bill."]
    if story.job_id and story.practice:
        return ["The training ran on a computer without a bill."]
    if story.job_id and story.trained_tokens:
        return [f"The training read {story.trained_tokens:,} tokens; the provider's bill is not recorded here."]
    return []


def _tokens(story: Story) -> str:
    found, ours = primary(story), tuned_arm(story)
    other = arm_of(story, found[0]) if found else None
    if not (ours and other and ours.tokens_in and other.tokens_in):
        return ""
    share = (ours.tokens_in - other.tokens_in) / other.tokens_in
    if abs(share) < 0.01:
        return ""
    told = f" ({abs(share):.0%} {'fewer' if share < 0 else 'more'})"
    return (
        f"A question to {subject(story)} reads {ours.tokens_in:,.0f} tokens instead of {other.tokens_in:,.0f}{told}; "
        "what that is in money depends on each model's price."
    )


def risk(story: Story) -> str:
    """The biggest risk of acting on this report, one only."""
    found, advised = primary(story), story.recommendation
    refused = answer_is_no(story)
    tunes = not refused and (advised is None or advised.action is Action.FINE_TUNE)
    if tunes and (ends := ending.of(story)):
        return ends
    if refused and advised is not None and _unshown(story):
        return NOT_ENOUGH if advised.action in INSTEAD else ON_AS_TODAY
    if found is None:
        return "No way to answer has been compared with another: that training helps is belief."
    if story.practice:
        return "The measurement comes from a small practice model; a larger model may already do this without training."
    return _risk_measured(story, *found) if is_tuned(story) else trial_words.risk(story)


def _unshown(story: Story) -> bool:
    """Whether nothing that was measured speaks about an advice against fine-tuning."""
    found = primary(story)
    return found is None or story.practice or (is_tuned(story) and not decides(story) and found[1].verdict not in AHEAD)


def _risk_measured(story: Story, name: str, one: Comparison) -> str:
    """What may go wrong where a tuned model was measured against another way, and not on the practice model."""
    other, every = f"“{label_of(story, name)}”", one.wins + one.ties + one.losses
    if too_much_missing(one):
        return f"Deciding before all is there: {one.missing} of {one.n + one.missing} pairs of answers never arrived."
    if one.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return "Deciding on so little: the difference could go either way."
    if one.verdict is Verdict.EQUIVALENT and story.pay is not None and story.pay.outcome is Outcome.PAYS:
        return (
            f"A saving is given up: the tuned model does as well as {other}, and was worked out to be the cheaper way."
        )
    if one.verdict in GAINLESS:
        return f"It holds for {story.noun} like these. When the task or the volume changes, measure again."
    if one.verdict in AHEAD and answer_is_no(story):
        worse = f", and worse on {one.losses}" if one.losses else ""
        return f"A gain is given up: on {one.wins} of {every} test examples the tuned model did better than {other}{worse}."
    if one.losses:
        return f"On {one.losses} of {every} test examples the tuned model did worse than {other}. Read them before you decide."
    return "It was trained once. Another training on the same examples may come out differently."


def decision_wanted(story: Story) -> str:
    """What the reader is asked to agree to; with a decision that was taken already, that it stands."""
    taken = story.decided
    if taken is None or not taken.choice:
        return _wanted(story)
    by = f" by {taken.who}" if taken.who else ""
    said = f"Confirm what was decided{by} on {day(taken.on)}: {house_word(story, taken.choice)}."
    changed = story.recommendation is not None and story.recommendation.action.value != taken.choice
    return f"{said} The advice is another one: {_wanted(story)}" if changed else said


def by_when(story: Story) -> str:
    """The day by which the decision is wanted, in a sentence."""
    if story.decide_by:
        if _is_past(story, story.decide_by):
            return f"It was wanted by {day(story.decide_by)}; set another day on the Report page."
        return f"By {day(story.decide_by)}."
    if story.decided and story.decided.review_on:
        return _review(story, story.decided.review_on, "To be looked at again on")
    return _proposed(story.made_at)


def _review(story: Story, on: str, said: str) -> str:
    return f"{'It was to be looked at again on' if _is_past(story, on) else said} {day(on)}."


def _is_past(story: Story, on: str) -> bool:
    """Whether that day was over when the report was made; False where one of the two is no date."""
    try:
        return date.fromisoformat(on) < datetime.fromisoformat(story.made_at).date()
    except ValueError:
        return False


def _proposed(made_at: str) -> str:
    """A day, said to be no more than proposed."""
    try:
        made = datetime.fromisoformat(made_at).date()
        return f"Proposed: {day((made + TIME_TO_DECIDE).isoformat())}; set it on the Report page."
    except (ValueError, OverflowError):
        return NO_DATE


def _wanted(story: Story) -> str:
    found, advised = primary(story), story.recommendation
    if found and decides(story):
        return _wanted_measured(story, *found)
    if advised is None:
        return "Agree who answers the five questions, and by when."
    if advised.action is Action.MEASURE_FIRST and len(advised.reverses_if) > 1:
        return f"Agree to this trial: {_lower(advised.reverses_if[1])}"
    return f"Agree to this next step: {_lower(advised.next_steps[0].what)}"


def _wanted_measured(story: Story, name: str, one: Comparison) -> str:
    if too_much_missing(one):
        return "Agree that nothing is decided before the missing answers have been asked for again."
    if one.verdict in AHEAD:
        if never_pays(story):
            return f"Agree whether better answers are worth what they cost, since that money does not come back; if so, agree to {PILOT}."
        return f"Agree to {PILOT}."
    if one.verdict in GAINLESS:
        return f"Agree not to fine-tune, and to go on with “{label_of(story, name)}”."
    if one.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return "Agree to collect more test examples before any more money is spent."
    if never_pays(story):
        return f"Agree not to fine-tune, and to go on with “{label_of(story, name)}”: better answers have not been shown, and the money does not come back."
    if story.pay is not None and story.pay.outcome is Outcome.PAYS:
        return f"Agree, for the saving alone, to {PILOT}."
    return "Agree to work out first what fine-tuning would save: better answers have not been shown."


def instead(story: Story) -> str:
    """What to do instead, what that costs, and when it is looked at again; "" where the answer is not no."""
    if not answer_is_no(story):
        return ""
    found, advised = primary(story), story.recommendation
    if found and decides(story):
        stays = f"“{label_of(story, found[0])}”"
        return f"Go on with {stays}. {_cost_of_it(story, stays)} {_again(story) or NO_REVIEW}"
    what = _ended(advised.next_steps[0].what) if advised else ""
    return f"{what} {_cost_of_it(story)} {_again(story) or _beginning(story) or NO_REVIEW}"


def _cost_of_it(story: Story, stays: str = "") -> str:
    """In the figures of the money line; of the way whose cost is known, by its name: what is advised may be another one. `stays`
    is a name that stands right before it."""
    pay, found = story.pay, primary(story)
    if pay is not None and pay.other_total is not None:
        name = f"“{pay.other}”"
        costs = f"costs {rough_dollars(Range(*pay.other_total))} in {looked_ahead(pay.horizon)}."
        return f"{'It' if name == stays else name} {costs}"
    arm = tuned_arm(story) if not is_tuned(story) else arm_of(story, found[0]) if found else None
    if arm is not None and arm.usd is not None and not story.practice:  # the practice model's price says nothing
        return _a_thousand(story, arm, stays)
    return "What it costs has not been worked out."


def _a_thousand(story: Story, arm: ArmResult, stays: str) -> str:
    name = f"“{label_of(story, arm.arm)}”"
    if not arm.usd:
        return f"There is no bill for the answers of {name}: they come from a server of your own."
    cost = f"costs {dollars(arm.usd * 1000)} for every 1,000 {story.noun}, as measured."
    return f"{'It' if name == stays else name} {cost}"


def _again(story: Story) -> str:
    return (
        _review(story, story.decided.review_on, "Look at it again on")
        if story.decided and story.decided.review_on
        else ""
    )


def _beginning(story: Story) -> str:
    return f"Begin by {day(story.decide_by)}." if story.decide_by and not _is_past(story, story.decide_by) else ""


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
