"""What is decided and told before a run: its price, its limit, and what validation chooses."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.evaluation.arms import ArmPlan, BaseArm, content_hash, plan_from_json
from ftcore.evaluation.arms.building import Materials
from ftcore.evaluation.budget import MORE_TOKENS, AskingPrice, Budget, tokens_of
from ftcore.evaluation.call import Asking, Call
from ftcore.evaluation.choosing import choose
from ftcore.evaluation.estimating import Extent, estimate
from ftcore.evaluation.plans import total_calls
from ftcore.records import Answer, Endpoint, TestCase

PRICE = AskingPrice(10.0, 30.0)
CASES = [TestCase(f"Is parcel {at} on its way to me?", "yes", id=str(at)) for at in range(40)]
VERSIONS = ({"label": "version 2", "system": "Better."}, {"label": "version 1", "system": "Good."})
PROMPT = ArmPlan("prompt", "prompt", "Prompt", "base", "Better.", variants=VERSIONS)
BASE = ArmPlan("base", "base", "Base", "base")
TUNED = ArmPlan("fine_tuned", "fine_tuned", "Tuned", "ft:base")


def call(at: int, max_tokens: int = 50) -> Call:
    request = Asking(max_tokens=max_tokens).request("base", [{"role": "user", "content": "word " * (at % 30 + 1)}])
    return Call(f"key {at}", str(at), BaseArm("base"), "http://127.0.0.1:1/v1", request)


@settings(deadline=None)
@given(
    limit=st.floats(0.0001, 0.05),
    steps=st.lists(st.tuples(st.floats(0, MORE_TOKENS), st.integers(0, 50), st.booleans()), max_size=60),
)
def test_a_limit_is_never_passed_however_the_answers_come(limit: float, steps: list[tuple[float, int, bool]]) -> None:
    """Whatever a server's tokenizer makes of a prompt, up to what is reckoned with."""
    budget = Budget(limit, {"base": PRICE})
    under_way: list[tuple[Call, float, int]] = []
    for at, (share, written, settles) in enumerate(steps):
        if not budget.allow(one := call(at)):
            under_way.append((one, share, written))
        if settles and under_way:
            settle(budget, *under_way.pop())
    for one in under_way:
        settle(budget, *one)
    assert budget.spent <= limit + 1e-6


def settle(budget: Budget, one: Call, share: float, written: int) -> None:
    read = int(share * tokens_of(one))
    budget.settle([(one.key, Answer(one.case_id, "base", "base", "x", tokens_in=read, tokens_out=written))])


def test_threads_do_not_share_the_last_cent() -> None:
    price = AskingPrice(0.0, 20_000.0)  # an answer of 50 tokens costs a dollar at the most
    budget = Budget(10.0, {"base": price})
    allowed: list[int] = []

    def work(start: int) -> None:
        for at in range(start, start + 20):
            if not budget.allow(call(at)):
                allowed.append(at)

    threads = [threading.Thread(target=work, args=(1_000 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 10
    assert "The limit of $10.00 is reached" in budget.allow(call(99_999))
    budget.settle([(f"key {allowed[0]}", Answer("0", "base", "base", "x", tokens_out=25))])
    assert budget.spent == pytest.approx(0.5)
    assert "The limit" in budget.allow(call(7)), "half a dollar is not enough for another one"


def test_validation_takes_the_best_and_the_first_of_equals() -> None:
    best = choose(PROMPT, {"prompt#1": 0.4, "prompt#2": 0.7})
    assert (best.plan.system, best.average, best.averages) == ("Good.", 0.7, {"version 2": 0.4, "version 1": 0.7})
    assert choose(PROMPT, {"prompt#1": 0.7, "prompt#2": 0.7}).plan.system == "Better."
    assert choose(PROMPT, {"prompt#1": None, "prompt#2": 0.1}).plan.system == "Good."
    without = choose(PROMPT, {})
    assert (without.plan.system, without.average) == ("Better.", None)
    assert choose(BASE, {"base": 0.2}).average == 0.2
    assert best.plan.name == "prompt", "the test examples are asked under the way's own name"


def test_an_estimate_counts_validation_alternatives_and_both_ends_of_the_price() -> None:
    plans = [BASE, PROMPT, TUNED]
    extent = Extent(CASES, 10, 1, 60, "fine_tuned")
    found = estimate(plans, Materials(), extent, {"base": PRICE, "prompt": PRICE, "fine_tuned": PRICE}, 1_000.0)
    assert found.questions == total_calls(plans, 40, 10, "fine_tuned") == 3 * 40 + 10 + 2 * 10
    assert found.usd is not None
    low, high = found.usd
    assert 0 < low < high
    assert high >= found.questions * PRICE.usd(0, 60)
    assert found.seconds == pytest.approx((found.tokens_in + 8 * found.tokens_out) / 1_000, rel=0.01)


def test_what_has_no_price_is_named_and_an_unknown_speed_gives_no_time() -> None:
    found = estimate([BASE, TUNED], Materials(), Extent(CASES, 0, 1, 60, "fine_tuned"), {"base": PRICE})
    assert (found.usd, found.unpriced, found.seconds) == (None, ("Tuned",), None)


def test_a_plan_is_kept_and_read_as_it_is_those_of_the_first_version_too() -> None:
    assert plan_from_json(PROMPT.to_json()) == PROMPT
    old = plan_from_json({"name": "few_shot", "model": "m", "system": "S", "shots": [{"messages": []}]})
    assert (old.kind, old.settings["k"], old.settings["choose"], old.label) == (
        "few_shot",
        1,
        "fixed",
        "Base with 1 examples",
    )


def test_a_way_has_the_same_hash_only_while_it_asks_the_same_of_the_same() -> None:
    one = BaseArm("m", "S")
    assert content_hash(one) == content_hash(BaseArm("m", "S", name="other", label="Another name"))
    others = [
        BaseArm("n", "S"),
        BaseArm("m", "T"),
        BaseArm("m", None),
        BaseArm("m", "S", endpoint=Endpoint(2, "e", "http://127.0.0.1:2/v1")),
    ]
    assert len({content_hash(arm) for arm in [one, *others]}) == 5


def test_our_own_server_is_the_same_after_it_was_started_again_elsewhere() -> None:
    first, second = Endpoint(1, "local", "http://127.0.0.1:1/v1"), Endpoint(1, "local", "http://127.0.0.1:2/v1")
    assert content_hash(BaseArm("m", endpoint=first)) == content_hash(BaseArm("m", endpoint=second))
