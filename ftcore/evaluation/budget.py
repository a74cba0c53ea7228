"""What the questions of a run cost, and whether the next one may still be asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ftcore.chat import count_tokens
from ftcore.evaluation.call import Call
from ftcore.records import Answer

MORE_TOKENS = 1.35
"""Other tokenizers than ours count up to so many times our tokens in English (docs/decisions.md, 2026-11-24)."""
PENNY = 1e-9


@dataclass(frozen=True, slots=True)
class AskingPrice:
    """US dollars for a million tokens."""

    input: float
    output: float

    @property
    def free(self) -> bool:
        return self.input == 0 and self.output == 0

    def usd(self, tokens_in: float, tokens_out: float) -> float:
        return (tokens_in * self.input + tokens_out * self.output) / 1e6


class Budget:
    """Keeps a run below `limit` US dollars (None = no limit), also while many questions are under way: what each may cost at
    most is set aside before it is asked. `prices` are by the arm's name; an arm without one has no known price, and is not
    asked under a limit. Its methods may be called from several threads.
    """

    def __init__(self, limit: float | None, prices: Mapping[str, AskingPrice | None], spent: float = 0.0) -> None:
        self.limit = limit
        self._prices = prices
        self._spent = spent
        self._aside: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """US dollars, for the answers that came and whose price is known."""
        return self._spent

    def allow(self, call: Call) -> str:
        """ "" when the call may be made (its most is then set aside); else why not, in a sentence."""
        if self.limit is None:
            return ""
        price = self._prices.get(call.arm.name)
        if price is None:
            return f"The price of {call.arm.model} is not known, so the limit of ${self.limit:,.2f} could not be kept."
        most = price.usd(MORE_TOKENS * tokens_of(call), call.request.get("max_tokens") or 0)
        with self._lock:
            if self._spent + sum(self._aside.values()) + most > self.limit + PENNY:
                return (
                    f"The limit of ${self.limit:,.2f} is reached: ${self._spent:,.2f} is spent, and the next answer might "
                    "pass it."
                )
            self._aside[call.key] = most
        return ""

    def settle(self, answers: Iterable[tuple[str, Answer]]) -> None:
        """Books what the answers cost, in the place of what was set aside for them."""
        with self._lock:
            for key, answer in answers:
                self._aside.pop(key, None)
                self._spent += usd_of(answer, self._prices.get(answer.arm)) or 0.0


def usd_of(answer: Answer, price: AskingPrice | None) -> float | None:
    return None if price is None else price.usd(answer.tokens_in, answer.tokens_out)


def tokens_of(call: Call) -> int:
    """Tokens of the request by our count; a schema counts too, servers bill it or not."""
    return count_tokens(json.dumps(call.request["messages"], ensure_ascii=False)) + (
        count_tokens(json.dumps(call.request["response_format"])) if "response_format" in call.request else 0
    )
