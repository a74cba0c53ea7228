"""Sentences about a comparison in which no model was trained: a better prompt, examples in it, or pages looked up."""

from __future__ import annotations

from ftcore.evaluation import verdict
from ftcore.evaluation.numbers import counted_points, points, signed, span
from ftcore.records import Story, Verdict
from ftcore.report.facts import counts_right_answers, label_of, primary, scorer_name, subject

NOT_TUNED = "No tuned model was asked."


def finding(story: Story) -> str:
    """What was found, in one sentence or two; "" when nothing was measured."""
    found = primary(story)
    if found is None:
        return ""
    name, one = found
    if verdict.too_much_missing(one):
        return verdict.headline(one, verdict.Words(practice=story.practice))
    ours, other = subject(story), f"“{label_of(story, name)}”"
    on = f"on {one.n:,} {story.noun}"
    if one.verdict in (Verdict.CLEARLY_BETTER, Verdict.BETTER):
        said = f"{ours} is better than {other}: {_gain(story)} ({span(one.low, one.high)}), {on}."
    elif one.verdict is Verdict.WORSE:
        said = f"{ours} is worse than {other}: {_gain(story)} ({span(one.low, one.high)}), {on}."
    elif one.verdict is Verdict.EQUIVALENT:
        said = f"{ours} and {other} do equally well {on} ({_between(story)}): the cheaper one will do."
    elif one.verdict is Verdict.NOT_WORSE:
        said = f"{ours} is not worse than {other} {on}, perhaps better ({_between(story)})."
    else:
        seen = counted_points(one.detectable_difference)
        said = f"Too close to call between {ours} and {other}: {one.n:,} {story.noun} show only differences above about {seen}."
    start = "On the practice model: " if story.practice else ""
    return f"{start}{said} {NOT_TUNED}"


def risk(story: Story) -> str:
    """The biggest risk of acting on a trial."""
    found = primary(story)
    n = f"{found[1].n:,}" if found else "few"
    return f"This was a small trial on {n} {story.noun}, drawn from the examples to learn from. A comparison on test examples may come out differently."


def limits(story: Story) -> tuple[str, ...]:
    """What a trial does not show."""
    return (
        "No tuned model was asked, so nothing here says what one would do.",
        "The questions were drawn from the examples to learn from: those kept aside for the test were left alone.",
    )


def _gain(story: Story) -> str:
    found = primary(story)
    assert found is not None
    one = found[1]
    amount, more = points(one.mean_difference), one.mean_difference >= 0
    if counts_right_answers(story):
        return f"{amount} {'more' if more else 'fewer'} of every 100 {story.noun} handled correctly"
    return f"{amount} points of 100 {'higher' if more else 'lower'} on “{scorer_name(story)}”"


def _between(story: Story) -> str:
    found = primary(story)
    assert found is not None
    return f"{signed(found[1].low)} to {signed(found[1].high)} points"
