"""Every question is asked, patiently, and no answer is paid for twice."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter

import pytest

from ftcore.endpoints import EndpointError
from ftcore.evaluation.arms import BaseArm, FewShotArm, FineTunedArm
from ftcore.evaluation.call import Asking, Call, answer_limit, call_key
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.line import Patience
from ftcore.evaluation.runner import plan, run
from ftcore.records import Answer, Endpoint, TestCase, TrainingExample

QUICK = Patience(first_wait=0.01, longest_wait=0.05, longest_asked=2.0)
ARMS = [BaseArm("small", "Answer."), FineTunedArm("ft:small", "Short.")]


def cases(n: int) -> list[TestCase]:
    return [TestCase(f"question {at}", "expected", id=str(at)) for at in range(n)]


def go(arms, items, server, **settings):
    settings.setdefault("patience", QUICK)
    return asyncio.run(run(arms, items, server.endpoint, **settings))


def test_every_arm_answers_every_case_in_a_fixed_order(server):
    outcome = go(ARMS, cases(20), server, concurrency=8)
    assert [(a.case_id, a.arm) for a in outcome.answers] == [
        (str(at), arm) for at in range(20) for arm in ("base", "fine_tuned")
    ]
    assert all(a.text == f"question {a.case_id}" for a in outcome.answers)
    assert (outcome.calls, outcome.unasked, outcome.stopped, outcome.cancelled) == (40, 0, "", False)
    answer = outcome.answers[0]
    assert (answer.tokens_in, answer.tokens_out, answer.finish_reason) == (7, 3, "stop")
    assert answer.seconds > 0
    assert answer.score is None


def test_the_request_carries_temperature_seed_and_the_limit_of_the_expected_answers(server):
    go(ARMS[:1], cases(1), server, seed=7)
    body = server.bodies[0]
    assert (body["model"], body["temperature"], body["seed"]) == ("small", 0.0, 7)
    assert body["max_tokens"] == answer_limit(["expected"])
    assert body["messages"][0] == {"role": "system", "content": "Answer."}


def test_the_questions_under_way_are_bounded_and_really_at_the_same_time(server):
    server.delay = 0.05
    started = time.monotonic()
    go(ARMS, cases(32), server, concurrency=8)
    assert 4 <= server.most_at_once <= 8
    assert time.monotonic() - started < 64 * 0.05 / 2


def test_the_arms_of_a_case_are_asked_in_changing_order(server):
    go(ARMS, cases(40), server, concurrency=1, seed=3)
    first = [server.bodies[at]["model"] for at in range(0, 80, 2)]
    assert 8 < first.count("small") < 32
    assert all(
        {server.bodies[at]["model"], server.bodies[at + 1]["model"]} == {"small", "ft:small"} for at in range(0, 80, 2)
    )


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 408},
        {"status": 409},
        {"status": 429},
        {"status": 500},
        {"status": 503, "headers": {"retry-after": "0"}},
        {"kind": "reset"},
        {"kind": "half"},
        {"kind": "cut"},
        {"kind": "page"},
    ],
    ids=lambda fault: str(fault.get("kind") or fault["status"]),
)
def test_a_passing_fault_costs_a_repetition_and_no_answer(server, fault):
    server.fault = lambda number, body: fault if number % 3 == 1 else None
    outcome = go(ARMS, cases(6), server, concurrency=3)
    assert all(a.text is not None for a in outcome.answers)
    assert len(outcome.answers) == 12


def test_a_server_that_never_answers_in_time_is_asked_again(server):
    server.fault = lambda number, body: {"kind": "slow", "seconds": 3} if number == 1 else None
    outcome = go(ARMS[:1], cases(1), server, timeout=0.3)
    assert outcome.answers[0].text == "question 0"
    assert outcome.answers[0].seconds < 1, "a cached or repeated reply is measured by its own attempt"


def test_retry_after_is_honoured_and_fewer_questions_are_under_way(server):
    server.fault = lambda number, body: {"status": 429, "headers": {"retry-after": "1"}} if number <= 4 else None
    server.delay = 0.03
    started = time.monotonic()
    outcome = go(ARMS[:1], cases(12), server, concurrency=4)
    assert time.monotonic() - started >= 1.0
    assert all(a.text is not None for a in outcome.answers)
    assert len(server.bodies) == 16, "nobody asked during the pause"


def test_a_pause_of_an_hour_ends_the_run_and_keeps_what_is_there(server):
    server.fault = lambda number, body: {"status": 429, "headers": {"retry-after": "3600"}} if number > 5 else None
    outcome = go(ARMS[:1], cases(50), server, concurrency=1)
    assert "60 minutes" in outcome.stopped
    assert len(outcome.answers) == 5
    assert outcome.unasked == 45
    assert len(server.bodies) == 6


def test_a_refused_key_ends_the_run_after_a_few_questions_and_is_not_shown(server):
    words = {"error": {"message": "Incorrect API key provided: sk-canary-123456789", "code": "invalid_api_key"}}
    server.fault = lambda number, body: {"status": 401, "body": words}
    outcome = go(ARMS, cases(200), server, concurrency=4, api_key="sk-canary-123456789")
    assert len(server.bodies) <= 8
    assert "did not accept the key" in outcome.stopped
    assert "canary" not in repr(outcome)


def test_used_up_credit_is_not_mistaken_for_a_rate_limit(server):
    body = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    server.fault = lambda number, _: {"status": 429, "body": body}
    outcome = go(ARMS, cases(50), server, concurrency=2)
    assert "credit" in outcome.stopped
    assert len(server.bodies) <= 6


def test_a_question_that_is_not_accepted_is_missing_and_the_others_go_on(server):
    server.fault = lambda number, body: (
        {"status": 400, "body": {"error": {"message": "too long"}}}
        if body["messages"][-1]["content"] == "question 3"
        else None
    )
    outcome = go(ARMS[:1], cases(10), server)
    missing = [a for a in outcome.answers if a.text is None]
    assert [a.case_id for a in missing] == ["3"]
    assert "too long" in missing[0].error
    assert missing[0].score is None
    assert len(server.bodies) == 10, "it was asked once"


def test_a_dead_server_ends_the_run_in_words():
    outcome = asyncio.run(
        run(ARMS, cases(100), Endpoint(1, "gone", "http://127.0.0.1:9/v1"), patience=QUICK, concurrency=4)
    )
    assert "cannot be reached" in outcome.stopped
    assert all(a.text is None for a in outcome.answers)


def test_a_finished_call_is_never_made_again(server):
    stored: dict[str, Answer] = {}

    def keep(batch: list[tuple[str, Answer]]) -> None:
        assert not {key for key, _ in batch} & set(stored)
        stored.update(batch)

    go(ARMS, cases(10), server, keep=keep)
    assert len(stored) == 20
    again = go(ARMS, cases(12), server, known=stored)
    assert again.calls == 4
    assert len(server.bodies) == 24
    assert [a.text for a in again.answers[:20]] == [f"question {at}" for at in range(10) for _ in range(2)]


def test_only_what_is_missing_is_asked_again(server):
    stored: dict[str, Answer] = {}

    def keep(batch: list[tuple[str, Answer]]) -> None:
        stored.update(batch)

    server.fault = lambda number, body: {"status": 422} if body["messages"][-1]["content"] == "question 4" else None
    go(ARMS[:1], cases(8), server, keep=keep)
    assert sum(a.text is None for a in stored.values()) == 1
    server.fault = lambda number, body: None
    outcome = go(ARMS[:1], cases(8), server, known=stored)
    assert outcome.calls == 1
    assert all(a.text is not None for a in outcome.answers)


def test_a_run_killed_at_any_moment_and_resumed_pays_for_each_answer_once(server):
    """What was stored is not asked again; at most what was under way is."""
    stored: dict[str, Answer] = {}
    random.seed(5)

    def keep(batch: list[tuple[str, Answer]]) -> None:
        stored.update(batch)

    async def die_at_random() -> None:
        task = asyncio.create_task(
            run(ARMS, cases(30), server.endpoint, known=dict(stored), keep=keep, concurrency=4, patience=QUICK)
        )
        await asyncio.sleep(random.uniform(0.05, 0.15))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    server.delay = 0.02
    for _ in range(3):
        before = Counter(server.answered)
        done = set(stored)
        asyncio.run(die_at_random())
        asked = {call_key(body_of(json.loads(text)), server.base_url) for text in (server.answered - before)}
        assert not asked & done
    outcome = go(ARMS, cases(30), server, known=stored, keep=keep)
    assert all(a.text is not None for a in outcome.answers)
    assert len(stored) == 60
    assert sum(server.answered.values()) <= 60 + 3 * 4


def body_of(body: dict) -> dict:
    return {key: body[key] for key in ("model", "messages", "temperature", "seed", "max_tokens")}


def test_cancelling_keeps_what_arrived(server):
    server.delay = 0.1
    arrived = []

    def keep(batch: list[tuple[str, Answer]]) -> None:
        arrived.extend(key for key, _ in batch)

    outcome = go(ARMS, cases(200), server, concurrency=4, keep=keep, cancelled=lambda: len(arrived) > 8)
    assert outcome.cancelled
    assert 8 < len(outcome.answers) < 60
    assert len(outcome.answers) + outcome.unasked == 400
    assert len(arrived) == len(outcome.answers)


def test_when_an_answer_cannot_be_stored_the_run_ends_with_that_error(server):
    def fail(batch: list[tuple[str, Answer]]) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        go(ARMS, cases(50), server, keep=fail, concurrency=2)
    assert len(server.bodies) <= 6


def test_what_comes_while_the_disk_is_busy_is_committed_together_and_nobody_else_waits(server):
    commits: list[int] = []
    busy = False

    def keep(batch: list[tuple[str, Answer]]) -> None:
        nonlocal busy
        assert not busy
        busy = True
        time.sleep(0.05)
        commits.append(len(batch))
        busy = False

    go(ARMS, cases(40), server, keep=keep, concurrency=16)
    assert sum(commits) == 80
    assert len(commits) < 40


def test_a_run_stops_before_the_call_that_is_not_allowed_any_more(server):
    asked: list[str] = []

    def allow(call: Call) -> str:
        asked.append(call.case_id)
        return "The limit of $1.00 is reached." if len(asked) > 7 else ""

    outcome = go(ARMS, cases(50), server, allow=allow, concurrency=4)
    assert outcome.stopped == "The limit of $1.00 is reached."
    assert len(server.bodies) == len(outcome.answers) == 7
    assert outcome.unasked == 93


def test_each_repeat_is_a_question_of_its_own_with_its_own_seed(server):
    outcome = go(ARMS[:1], cases(2), server, repeats=3, seed=5)
    assert [(a.case_id, a.repeat) for a in outcome.answers] == [(str(at), n) for at in range(2) for n in range(3)]
    assert sorted(body["seed"] for body in server.bodies) == [5, 5, 6, 6, 7, 7]


def test_equal_requests_are_made_once_and_serve_both_arms(server):
    arms = [BaseArm("small", "Same."), FineTunedArm("small", "Same.")]
    outcome = go(arms, [TestCase("q", "e", id="1"), TestCase("q", "e", id="2")], server)
    assert len(server.bodies) == 1
    assert [(a.case_id, a.arm, a.text) for a in outcome.answers] == [
        ("1", "base", "q"), ("1", "fine_tuned", "q"), ("2", "base", "q"), ("2", "fine_tuned", "q"),
    ]  # fmt: skip


def test_repeats_are_different_calls(server):
    outcome = go(ARMS[:1], cases(3), server, repeats=3)
    assert len(outcome.answers) == 9
    assert len({body["seed"] for body in server.bodies}) == 3


def test_an_arm_may_answer_at_another_endpoint(server):
    from tests.evaluation.conftest import FaultServer  # the same kind of server, a second one

    other = FaultServer()
    try:
        arms = [BaseArm("small"), BaseArm("large", name="larger", label="Larger", endpoint=other.endpoint)]
        outcome = go(arms, cases(4), server)
        assert (len(server.bodies), len(other.bodies)) == (4, 4)
        assert len(outcome.answers) == 8
    finally:
        other.close()


def test_a_key_knows_everything_that_changes_the_answer_and_never_the_api_key():
    request = Asking().request("m", [{"role": "user", "content": "é \ud800"}])
    key = call_key(request, "https://a/v1")
    assert key == call_key(dict(reversed(request.items())), "https://a/v1/")
    assert len({key, call_key(request, "https://b/v1"), call_key(request, "https://a/v1", 1),
                call_key({**request, "seed": 1}, "https://a/v1")}) == 4  # fmt: skip


def test_broken_characters_in_a_question_do_not_break_the_run(server):
    outcome = go(ARMS[:1], [TestCase("half \ud83d of \0 it", "x")], server)
    assert outcome.answers[0].text == "half � of  it"


def test_broken_characters_in_an_answer_can_be_stored(server):
    server.reply = lambda body: "bad \ud800"
    outcome = go(ARMS[:1], cases(1), server)
    assert outcome.answers[0].text.encode() == "bad �".encode()


def test_few_shot_turns_reach_the_server(server):
    shot = TrainingExample([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])
    go([FewShotArm("small", (shot,), "Do.")], cases(1), server)
    assert [m["content"] for m in server.bodies[0]["messages"]] == ["Do.", "a", "b", "question 0"]


def test_the_limit_grows_with_the_longest_expected_answer_and_with_strange_letters():
    assert answer_limit([]) == 16
    assert answer_limit(["yes", "a much longer answer of some ten words or so"]) > answer_limit(["yes"])
    assert answer_limit(["Пожалуйста"]) > answer_limit(["Pozhalujsta"])


def test_two_cases_with_one_id_are_refused():
    with pytest.raises(EvaluationError, match="same id"):
        plan(
            ARMS,
            [TestCase("a", "b", id="1"), TestCase("c", "d", id="1")],
            Endpoint(1, "e", "http://127.0.0.1:1"),
            Asking(),
        )


def test_a_forbidden_address_is_refused_before_anything_is_sent():
    with pytest.raises(EndpointError, match="never a model server"):
        asyncio.run(run(ARMS, cases(1), Endpoint(1, "meta", "https://169.254.169.254/v1")))
