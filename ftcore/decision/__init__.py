"""Whether to fine-tune: the framework as data, the recommendation as a pure function, the break-even, the record."""

from ftcore.decision.breakeven import BreakEven, break_even, call_cost
from ftcore.decision.findings import evidence_from
from ftcore.decision.framework import Framework, FrameworkError, ResearchCard, load, load_cards
from ftcore.decision.recommendation import recommend

__all__ = [
    "BreakEven",
    "Framework",
    "FrameworkError",
    "ResearchCard",
    "break_even",
    "call_cost",
    "evidence_from",
    "load",
    "load_cards",
    "recommend",
]
