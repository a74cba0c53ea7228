"""Twenty invented situations: the recommendation says first what a good consultant would say first.

The situations were written before the rules were looked at; `because` in the file is the consultant's own reasoning.
"""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from ftcore.decision import recommend
from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS
from ftcore.records import Action, Confidence, Evidence

SITUATIONS = yaml.safe_load(Path(__file__).with_name("situations.yaml").read_text(encoding="utf-8"))


def advised(situation):
    evidence = [
        Evidence(
            found["question"],
            found["claim"],
            model=found["model"],
            practice=found["practice"],
            supports=found["shows"],
            measured=True,
        )
        for found in situation["evidence"]
    ]
    return recommend(situation["answers"], situation["reasons"], evidence)


@pytest.mark.parametrize("situation", SITUATIONS, ids=[situation["name"] for situation in SITUATIONS])
def test_the_advice_is_the_consultant_s(situation):
    assert advised(situation).action == situation["advice"], situation["because"]


@pytest.mark.parametrize("situation", SITUATIONS, ids=[situation["name"] for situation in SITUATIONS])
def test_the_advice_says_why_and_what_next_and_what_would_reverse_it(situation):
    found = advised(situation)
    assert found.because
    assert found.next_steps[0].action is found.action
    assert found.reverses_if
    if not situation["evidence"]:
        assert found.confidence is Confidence.BELIEVED


def test_there_are_twenty_and_every_advice_is_given_at_least_twice():
    assert len({situation["name"] for situation in SITUATIONS}) == 20
    given = Counter(situation["advice"] for situation in SITUATIONS)
    assert set(given) == {action.value for action in Action}
    assert min(given.values()) >= 2


def test_every_question_is_answered_and_every_reason_is_given_by_somebody():
    assert all(set(situation["answers"]) == set(QUESTIONS) for situation in SITUATIONS)
    given = {reason for situation in SITUATIONS for reason in situation["reasons"]}
    assert given == {*GOOD_REASONS, *BAD_REASONS}
