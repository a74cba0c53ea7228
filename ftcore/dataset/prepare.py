"""The seed's class: raw items become conversations, and what is not good enough is kept with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ftcore.chat import clean, validate
from ftcore.dataset.answers import profile
from ftcore.dataset.checks import encoding_damage, placeholder, refusal, shape, truncated
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.raw import compact, text_value
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Message, Rejected, Severity, TrainingExample

QUALITY = (refusal.check, truncated.check, shape.check, placeholder.check, encoding_damage.check)


class FineTuningDataset:
    """Prepare data for fine-tuning.

    An answer must be longer than `min_chars` and shorter than `max_chars` characters, and of good quality: no refusal, not cut
    off, no placeholder, no damaged characters. `input_key` and `output_key` name what the items hold.
    """

    def __init__(
        self,
        system_prompt: str = "",
        *,
        min_chars: int = 10,
        max_chars: int = 2000,
        input_key: str = "input",
        output_key: str = "ideal_output",
        check_quality: bool = True,
    ) -> None:
        self.system_prompt = system_prompt
        self.limits = Limits(min_chars=min_chars, max_chars=max_chars)
        self.input_key = input_key
        self.output_key = output_key
        self.check_quality = check_quality
        self.rejected: list[Rejected] = []

    def prepare_examples(self, raw_data: Iterable[dict[str, Any]]) -> list[TrainingExample]:
        """Conversations of system, user and assistant, in the order of the items.

        Every item that is left out is in `rejected` afterwards: `line` is its index in `raw_data` (from 0), `reason` one plain
        sentence, `raw` the item. Nothing is raised for bad items, and accepted + rejected = read.
        """
        self.rejected = []
        built: list[tuple[int, TrainingExample, Any]] = []
        for index, item in enumerate(raw_data):
            example = self._build(item)
            if isinstance(example, str):
                self._reject(index, example, item)
            else:
                built.append((index, example, item))
        light = profile([example for _, example, _ in built])
        accepted = []
        for index, example, item in built:
            reason = self._fault(example, light)
            if reason:
                self._reject(index, reason, item)
            else:
                accepted.append(example)
        self.rejected.sort(key=lambda rejected: rejected.line)
        return accepted

    def _build(self, item: Any) -> TrainingExample | str:
        """The example, or why there is none."""
        if not isinstance(item, Mapping):
            return f"The item is a {type(item).__name__}; a dictionary was wanted."
        missing = [key for key in (self.input_key, self.output_key) if key not in item]
        if missing:
            return f'The item has no "{missing[0]}".'
        try:
            prompt, answer = (clean(text_value(item[key]))[0] for key in (self.input_key, self.output_key))
        except (RecursionError, ValueError):
            return "The item is nested too deeply, or in itself, to become a text."
        messages: list[Message] = [{"role": "system", "content": self.system_prompt}] if self.system_prompt else []
        return TrainingExample(
            [*messages, {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
        )

    def _fault(self, example: TrainingExample, light: Profile) -> str:
        """Why the example is not good enough; "" when it is."""
        fatal = [problem.message for problem in validate(example) if problem.severity is Severity.ERROR]
        if fatal:
            return fatal[0]
        size = len(example.response)
        if size <= self.limits.min_chars:
            return f"The answer has {size} characters; more than {self.limits.min_chars} are wanted."
        if size >= self.limits.max_chars:
            return f"The answer has {size:,} characters; fewer than {self.limits.max_chars:,} are wanted."
        return self._quality_fault(example, light) if self.check_quality else ""

    def _quality_fault(self, example: TrainingExample, light: Profile) -> str:
        texts = Texts(example)
        problems = (problem for check in QUALITY for problem in check(texts, self.limits, light))
        serious = (p.message for p in problems if p.where == "response" and p.severity is not Severity.HINT)
        return next(serious, "")

    def _reject(self, index: int, reason: str, item: Any) -> None:
        try:
            raw = item if isinstance(item, str) else compact(item)
        except (RecursionError, ValueError, TypeError):
            raw = f"({type(item).__name__})"
        self.rejected.append(Rejected(index, reason, clean(raw[:10_000])[0]))
