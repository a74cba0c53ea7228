"""The short way in for engineers: is the fine-tuned model better than its base?"""

from __future__ import annotations

from ftcore.evaluation.arms import Arm, BaseArm, FineTunedArm
from ftcore.evaluation.call import Asking
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.line import Patience
from ftcore.evaluation.results import compare_arms, score_answers
from ftcore.evaluation.runner import CONCURRENCY, Outcome, run
from ftcore.evaluation.scorers import Scorer, get
from ftcore.records import Endpoint, EvaluationResult, TestCase


class FineTuneEvaluator:
    """Compares a fine-tuned model with its base on the same test cases.

    `endpoint` is an Endpoint, or the base_url of a server (with `api_key`, if it wants one: no key is taken from the
    environment for an address given so). `scorer` is a name from `ftcore.evaluation.scorers.SCORERS` or a Scorer.
    `system_prompt` is what the tuned model was trained with and `base_system_prompt` the base's full prompt (None = the
    same); an empty one keeps each case's own system message. `delta` is the difference that matters. `max_tokens` None
    takes it from the longest expected answer.
    """

    def __init__(
        self,
        endpoint: Endpoint | str,
        scorer: str | Scorer = "exact_match",
        *,
        system_prompt: str = "",
        base_system_prompt: str | None = None,
        concurrency: int = CONCURRENCY,
        max_tokens: int | None = None,
        delta: float = 0.05,
        alpha: float = 0.05,
        seed: int = 0,
        timeout: float = 600.0,
        patience: Patience | None = None,
        api_key: str | None = None,
    ) -> None:
        self._endpoint = Endpoint(0, endpoint, endpoint) if isinstance(endpoint, str) else endpoint
        self._scorer = get(scorer) if isinstance(scorer, str) else scorer
        self._tuned_prompt = system_prompt or None
        self._base_prompt = self._tuned_prompt if base_system_prompt is None else base_system_prompt or None
        self._concurrency, self._timeout, self._patience = concurrency, timeout, patience
        self._max_tokens, self._delta, self._alpha, self._seed = max_tokens, delta, alpha, seed
        self._api_key = api_key

    def __repr__(self) -> str:
        return f"FineTuneEvaluator({self._endpoint.base_url!r}, {self._scorer.name!r})"

    async def evaluate(self, test_set: list[TestCase], fine_tuned_model: str, base_model: str) -> EvaluationResult:
        """Asks both models every case at the same time and compares them.

        The averages are over the cases that both answered; `comparison` says how sure the improvement is and how many
        are missing. Raises EvaluationError when there is no case, when the run had to stop, or when not one case was
        answered by both; EndpointError when the endpoint cannot be used.
        """
        if not test_set:
            raise EvaluationError("There are no test cases, so there is nothing to compare.")
        arms: list[Arm] = [BaseArm(base_model, self._base_prompt), FineTunedArm(fine_tuned_model, self._tuned_prompt)]
        outcome = await self._run(arms, test_set)
        answers = score_answers(outcome.answers, test_set, self._scorer)
        comparison = compare_arms(
            answers, test_set, "base", "fine_tuned", delta=self._delta, alpha=self._alpha, seed=self._seed
        )
        if outcome.stopped or comparison.n == 0:
            arrived = sum(answer.text is not None for answer in answers)
            reason = outcome.stopped or next((answer.error for answer in answers if answer.error), "")
            raise EvaluationError(
                f"{reason} {arrived} of {2 * len(test_set)} answers had arrived, so there is no verdict.".strip()
            )
        return EvaluationResult(
            fine_tuned_avg=comparison.candidate_avg,
            base_avg=comparison.baseline_avg,
            improvement=comparison.mean_difference,
            comparison=comparison,
            scorer=self._scorer.name,
            fine_tuned_model=fine_tuned_model,
            base_model=base_model,
            answers=tuple(answers),
        )

    async def generate(self, model: str, input: str) -> str:
        """One answer of a model, asked with the tuned model's prompt. Raises EvaluationError when none arrives."""
        outcome = await self._run([FineTunedArm(model, self._tuned_prompt)], [TestCase(input, "")], max_tokens=256)
        answer = outcome.answers[0] if outcome.answers else None
        if answer is None or answer.text is None:
            raise EvaluationError(outcome.stopped or (answer.error if answer else "No answer arrived."))
        return answer.text

    async def score(self, response: str, expected: str) -> float:
        """The score in [0, 1] of one answer."""
        return self._scorer.score(response, expected)

    async def _run(self, arms: list[Arm], cases: list[TestCase], max_tokens: int | None = None) -> Outcome:
        limit = self._max_tokens or max_tokens
        return await run(
            arms,
            cases,
            self._endpoint,
            asking=None if limit is None else Asking(seed=self._seed, max_tokens=limit),
            concurrency=self._concurrency,
            seed=self._seed,
            patience=self._patience,
            timeout=self._timeout,
            api_key=self._api_key,
        )
