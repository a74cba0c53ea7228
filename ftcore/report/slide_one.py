"""What slide one says besides the answer: money, the biggest risk, the decision wanted and by when, where data goes, and what
to do instead where the answer is no."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from ftcore.decision.framework import load
from ftcore.records import LOCAL, Action, ArmResult, Place, Story, Verdict
from ftcore.records.pay import Outcome
from ftcore.report import ending, trial_words
from ftcore.report.facts import arm_of, day, dollars, duration, is_tuned, label_of, primary, subject, tuned_arm

AHEAD = (Verdict.CLEARLY_BETTER, Verdict.BETTER)
GAINLESS = (Verdict.EQUIVALENT, Verdict.WORSE)
NO_DATE = "No date has been set for it."
TIME_TO_DECIDE = timedelta(days=14)
"""From the report to the day that is proposed where nobody has set one."""
ON_AS_TODAY = (
    "Going on as today keeps today's mistakes, and how many those are has not been measured with the model in use."
)


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
    if (
        (advised is None or advised.action is Action.FINE_TUNE)
        and not answer_is_no(story)
        and (ends := ending.of(story))
    ):
        return ends
    if advised is not None and answer_is_no(story) and (found is None or story.practice):
        return ON_AS_TODAY
    if found is None:
        return "Nothing here has been measured: the advice rests on answers to questions."
    name, comparison = found
    if story.practice:
        return "The measurement comes from a small practice model; a larger model may already do this without training."
    if not is_tuned(story):
        return trial_words.risk(story)
    if comparison.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return "Deciding on so little: the difference could go either way."
    if comparison.verdict in GAINLESS:
        return f"It holds for {story.noun} like these. When the task or the volume changes, measure again."
    if comparison.losses:
        of = comparison.wins + comparison.ties + comparison.losses
        return f"On {comparison.losses} of {of} test examples the tuned model did worse than “{label_of(story, name)}”. Read them before you decide."
    return "It was trained once. Another training on the same examples may come out differently."


def decision_wanted(story: Story) -> str:
    """What the reader is asked to agree to; with a decision that was taken already, that it stands."""
    taken = story.decided
    if taken is None or not taken.choice:
        return _wanted(story)
    known = {action.value for action in Action}
    name = load().actions[Action(taken.choice)].name if taken.choice in known else taken.choice
    by = f" by {taken.who}" if taken.who else ""
    said = f"Confirm what was decided{by} on {day(taken.on)}: {name}."
    changed = story.recommendation is not None and story.recommendation.action.value != taken.choice
    return f"{said} The advice is another one: {_wanted(story)}" if changed else said


def by_when(story: Story) -> str:
    """The day by which the decision is wanted, in a sentence."""
    if story.decide_by:
        return f"By {day(story.decide_by)}."
    if story.decided and story.decided.review_on:
        return f"To be looked at again on {day(story.decided.review_on)}."
    return _proposed(story.made_at)


def _proposed(made_at: str) -> str:
    """A day, said to be no more than proposed."""
    try:
        made = datetime.fromisoformat(made_at).date()
        return f"Proposed: {day((made + TIME_TO_DECIDE).isoformat())}; set it on the Report page."
    except (ValueError, OverflowError):
        return NO_DATE


def _wanted(story: Story) -> str:
    found, advised = primary(story), story.recommendation
    seen = found[1].verdict if found and is_tuned(story) and not story.practice else None
    if seen in AHEAD and (advised is None or advised.action is Action.FINE_TUNE):
        return "Agree to a pilot with the tuned model, with a person reading the answers, and name who keeps the examples current."
    if seen in GAINLESS and found:
        return f"Agree not to fine-tune, and to go on with “{label_of(story, found[0])}”."
    if seen is Verdict.NOT_ENOUGH_EVIDENCE:
        return "Agree to collect more test examples before any money is spent."
    if advised is None:
        return "Agree who answers the five questions, and by when."
    if advised.action is Action.MEASURE_FIRST and len(advised.reverses_if) > 1:
        return f"Agree to this trial: {_lower(advised.reverses_if[1])}"
    return f"Agree to this next step: {_lower(advised.next_steps[0].what)}"


def answer_is_no(story: Story) -> bool:
    """Whether the report advises against fine-tuning, at least for now."""
    found, advised = primary(story), story.recommendation
    if found and is_tuned(story) and not story.practice and found[1].verdict in GAINLESS:
        return True
    return advised is not None and advised.action not in (Action.FINE_TUNE, Action.MEASURE_FIRST)


def instead(story: Story) -> str:
    """What to do instead, what that costs, and when it is looked at again; "" where the answer is not no."""
    if not answer_is_no(story):
        return ""
    found, advised = primary(story), story.recommendation
    measured = found and is_tuned(story) and not story.practice and found[1].verdict in GAINLESS
    what = f"Go on with “{label_of(story, found[0])}”." if measured and found else ""
    if not what and advised:
        what = _ended(advised.next_steps[0].what)
    return f"{what} {_cost_of_it(story)} {_again(story)}"


def _cost_of_it(story: Story) -> str:
    pay, found = story.pay, primary(story)
    if pay is not None and pay.other_total is not None:
        low, high = (f"${amount:,.0f}" for amount in pay.other_total)
        amount = low if low == high else f"{low} to {high}"
        return f"“{pay.other}” costs {amount} over {pay.horizon:.0f} months."
    arm = arm_of(story, found[0]) if found else None
    if arm is not None and arm.usd is not None and not story.practice:  # the practice model's price says nothing
        return _a_thousand(story, arm)
    return "What it costs has not been worked out."


def _a_thousand(story: Story, arm: ArmResult) -> str:
    if not arm.usd:
        return "There is no bill for its answers: they come from a server of your own."
    return f"It costs {dollars(arm.usd * 1000)} for every 1,000 {story.noun}, as measured."


def _again(story: Story) -> str:
    if story.decided and story.decided.review_on:
        return f"Look at it again on {day(story.decided.review_on)}."
    return f"Begin by {day(story.decide_by)}." if story.decide_by else "No date to look at it again has been set."


def where_data_goes(story: Story) -> str:
    """What was sent to which server, as far as it is known."""
    sent = [place for place in story.places if place.trained or place.asked]
    if not sent:
        return "Nowhere so far: nothing was sent to train a model or to be answered."
    if all(place.elsewhere_made for place in sent):
        return "Nowhere: the sample's finished run was made on another computer, with the sample's own examples. Nothing of yours was sent."
    if all(place.here for place in sent):
        what = _sent(story, Place("", "", True, sum(p.trained for p in sent), sum(p.asked for p in sent)))
        return f"Nowhere: it stayed on the computer that runs this app ({what})."
    said = [f"To {_named(place)}: {_sent(story, place)}." for place in sent if not place.here]
    if any(place.here for place in sent):
        said.append("The rest stayed on the computer that runs this app.")
    return " ".join([*said, "How long it is kept there stands in that provider's terms."])


def _sent(story: Story, place: Place) -> str:
    parts = [
        f"{place.trained:,} examples to learn from" if place.trained else "",
        f"{place.asked:,} {story.noun} to answer, with their instructions" if place.asked else "",
    ]
    return " and ".join(part for part in parts if part)


def _named(place: Place) -> str:
    try:
        own = ipaddress.ip_address(place.host).is_private
    except ValueError:
        own = False
    where = f"{place.host}, an address in a private network" if own else place.host
    return f"{place.name} ({where})" if where else place.name


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
