"""What is taken until somebody knows better: (low, high, why). Wide ranges, and each is said to be assumed."""

from __future__ import annotations

ASSUMED: dict[str, tuple[float, float, str]] = {
    "calls": (1_000, 100_000, "nobody has said how many"),
    "hour_rate": (40, 80, "pay and what comes on top of it"),
    "hours_once": (8, 40, "a day to a week"),
    "hours_month": (1, 4, "reading a few answers a week"),
    "retrain_hours": (2, 8, "a quarter of a day to a day"),
    "retrain_every": (6, 12, "once or twice a year"),
    "other_hours_once": (0, 0, "only what fine-tuning takes more is counted"),
    "other_hours_month": (0, 0, "only what fine-tuning takes more is counted"),
    "hosting_month": (0, 0, "charged by the token only"),
    "tuned_cached": (0, 0, "short prompts are seldom cached"),
}
TYPICAL: dict[str, tuple[float, float, str]] = {
    "tuned_in": (60, 600, "a short instruction and a question of a few lines to a page"),
    "tuned_out": (10, 300, "an answer of a few words to a few paragraphs"),
    "other_in": (300, 2_500, "a page of instructions or examples, and the question"),
    "other_out": (10, 300, "an answer of a few words to a few paragraphs"),
    "example_tokens": (20_000, 600_000, "200 to 1,000 examples of 100 to 600 tokens"),
    "passes": (2, 4, "each example read two to four times"),
}
"""Lengths where the project has nothing to measure or count: wide, and said to be assumed."""
ALWAYS_ON = (160.0, 730.0, "office hours to always")
"""Hours a month, where hosting is charged by the hour."""
