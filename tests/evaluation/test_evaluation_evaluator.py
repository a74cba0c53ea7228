"""The seed's evaluator against a real server, and what its result says in words."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

import ftcore
from ftcore.evaluation.arms import BaseArm, FineTunedArm
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.evaluator import FineTuneEvaluator
from ftcore.evaluation.line import Patience
from ftcore.evaluation.results import compare_arms, score_answers, scores_of, side_by_side, summarise, worst_first
from ftcore.evaluation.runner import run
from ftcore.evaluation.scorers import get
from ftcore.evaluation.verdict import headline
from ftcore.records import Answer, TestCase, Verdict

QUICK = Patience(first_wait=0.01, longest_wait=0.02)
CASES = [TestCase(f"n{at}", "even" if at % 2 == 0 else "odd") for at in range(60)]


def knows_numbers(body) -> str:
    """The tuned model is always right, the base says "even"."""
    number = int(body["messages"][-1]["content"][1:])
    return ("odd" if number % 2 else "even") if body["model"].startswith("ft:") else "even"


async def test_the_tuned_model_is_compared_with_its_base(server):
    server.reply = knows_numbers
    evaluator = ftcore.FineTuneEvaluator(
        server.endpoint, "exact_match", system_prompt="Short.", base_system_prompt="Long."
    )
    result = await evaluator.evaluate(CASES, "ft:small", "small")
    assert (result.fine_tuned_avg, result.base_avg, result.improvement) == (1.0, 0.5, 0.5)
    assert result.comparison.verdict is Verdict.CLEARLY_BETTER
    assert (result.scorer, result.fine_tuned_model, result.base_model) == ("exact_match", "ft:small", "small")
    assert len(result.answers) == 120
    prompts = {body["model"]: body["messages"][0]["content"] for body in server.bodies}
    assert prompts == {"ft:small": "Short.", "small": "Long."}


async def test_generate_and_score_are_the_seeds(server):
    evaluator = FineTuneEvaluator(server.base_url, api_key="secret-canary")
    assert await evaluator.generate("small", "hello") == "hello"
    assert await evaluator.score("yes", "yes") == 1.0
    assert "canary" not in repr(evaluator)


async def test_an_answer_that_never_arrived_is_missing_and_not_bad(server):
    server.reply = knows_numbers
    server.fault = lambda number, body: {"status": 400} if body["messages"][-1]["content"] in ("n1", "n3") else None
    result = await FineTuneEvaluator(server.endpoint, patience=QUICK).evaluate(CASES, "ft:small", "small")
    assert (result.comparison.n, result.comparison.missing) == (58, 2)
    assert result.fine_tuned_avg == 1.0
    assert result.comparison.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "never arrived (3.3%)" in headline(result.comparison)


async def test_when_nothing_arrives_it_says_so_instead_of_zero(server):
    server.fault = lambda number, body: {"status": 404, "body": {"error": {"message": "no such model"}}}
    with pytest.raises(EvaluationError, match=r"no such model.* 0 of 120 answers"):
        await FineTuneEvaluator(server.endpoint, patience=QUICK).evaluate(CASES, "ft:gone", "small")
    with pytest.raises(EvaluationError, match="no test cases"):
        await FineTuneEvaluator(server.endpoint).evaluate([], "a", "b")


async def test_clusters_of_the_cases_are_used(server):
    server.reply = knows_numbers
    cases = [replace(case, cluster=str(at // 6)) for at, case in enumerate(CASES)]
    result = await FineTuneEvaluator(server.endpoint).evaluate(cases, "ft:small", "small")
    assert result.comparison.method.startswith("cluster")


def test_results_are_rebuilt_from_answers_without_a_call(server):
    server.reply = knows_numbers
    arms = [BaseArm("small"), FineTunedArm("ft:small")]
    outcome = asyncio.run(run(arms, CASES, server.endpoint))
    made = len(server.bodies)
    answers = score_answers(outcome.answers, CASES, get("exact_match"))
    base, tuned = summarise(arms, answers, CASES)
    assert (base.average, tuned.average, base.n, base.missing, base.tokens_in) == (0.5, 1.0, 60, 0, 7.0)
    assert base.low < 0.5 < base.high
    rows = worst_first(side_by_side(answers, CASES), "fine_tuned", "base")
    assert rows[0].scores == {"base": 0.0, "fine_tuned": 1.0}
    assert compare_arms(answers, CASES, "base", "fine_tuned").mean_difference == 0.5
    assert len(server.bodies) == made


def test_repeats_are_averaged_before_pairing():
    answers = [Answer("a", "base", "m", "x", score=score) for score in (1.0, 0.0)] + [Answer("a", "base", "m", None)]
    assert scores_of("base", answers, [TestCase("q", "e", id="a"), TestCase("q2", "e", id="b")]) == [0.5, None]
