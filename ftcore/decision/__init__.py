"""Whether to fine-tune: the framework as data, the recommendation as a pure function, what it costs (`pay`), the record."""

from ftcore.decision.findings import evidence_from
from ftcore.decision.framework import Framework, FrameworkError, ResearchCard, load, load_cards
from ftcore.decision.recommendation import recommend

__all__ = [
    "Framework",
    "FrameworkError",
    "ResearchCard",
    "evidence_from",
    "load",
    "load_cards",
    "recommend",
]
