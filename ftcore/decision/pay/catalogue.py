"""Every figure that the question "would it pay?" takes: its key, what it is called, its unit and its bounds."""

from __future__ import annotations

from dataclasses import dataclass

DOLLARS, TOKENS, HOURS, MONTHS, SHARE, NUMBER = "$", "tokens", "hours", "months", "share", ""
MOST_CALLS = 1e9
NEVER = float("inf")
"""As a number of months between two trainings."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`least` and `most` bound what may be typed. `needed`: nothing is concluded while it is blank; the others count as nothing."""

    key: str
    label: str
    unit: str
    group: str
    explained: str
    most: float
    least: float = 0.0
    needed: bool = False


def _way(key: str, group: str, name: str) -> tuple[Asked, ...]:
    return (
        Asked(
            f"{key}_in",
            f"Tokens in, {name}",
            TOKENS,
            group,
            "What a call reads: the instructions, any examples or passages shown with them, and the question.",
            1e7,
            needed=True,
        ),
        Asked(f"{key}_out", f"Tokens out, {name}", TOKENS, group, "What a call writes: the answer.", 1e6, needed=True),
        Asked(
            f"{key}_price_in",
            f"Price of 1,000,000 tokens in, {name}",
            DOLLARS,
            group,
            "From the provider's price page, in US dollars.",
            1e5,
            needed=True,
        ),
        Asked(
            f"{key}_price_out",
            f"Price of 1,000,000 tokens out, {name}",
            DOLLARS,
            group,
            "From the provider's price page, in US dollars.",
            1e5,
            needed=True,
        ),
        Asked(
            f"{key}_price_cached",
            f"Price of 1,000,000 tokens in from the cache, {name}",
            DOLLARS,
            group,
            "Many providers charge less for the beginning of a prompt that they have read a moment before. Blank: they do not.",
            1e5,
        ),
        Asked(
            f"{key}_cached",
            f"Share of the tokens in from the cache, {name}",
            SHARE,
            group,
            "From 0 (none) to 1 (all). Only what is the same in every call, and long, can come from the cache.",
            1.0,
        ),
    )


CALLS, TUNED, OTHER, TRAINING, PEOPLE, RUNNING = (
    "Volume",
    "A call to the fine-tuned model",
    "A call to the model you ask today",
    "Training",
    "People",
    "Keeping it running",
)
FIGURES: tuple[Asked, ...] = (
    Asked(
        "calls",
        "Questions a month",
        NUMBER,
        CALLS,
        "How many questions, tickets or texts the model answers. Each one that is sent and answered is a call.",
        MOST_CALLS,
        1.0,
        needed=True,
    ),
    *_way("tuned", TUNED, "fine-tuned"),
    *_way("other", OTHER, "other way"),
    Asked(
        "example_tokens",
        "Tokens of the training examples",
        TOKENS,
        TRAINING,
        "All of them together, read once.",
        1e12,
        needed=True,
    ),
    Asked(
        "passes",
        "Passes over the examples",
        NUMBER,
        TRAINING,
        "How often the training reads each example (epochs).",
        100.0,
        needed=True,
    ),
    Asked(
        "train_price",
        "Price of 1,000,000 training tokens",
        DOLLARS,
        TRAINING,
        "From the provider's price page, in US dollars; 0 on a computer of your own.",
        1e5,
        needed=True,
    ),
    Asked("hour_rate", "What an hour of work costs", DOLLARS, PEOPLE, "Of those who prepare and read examples.", 1e4),
    Asked(
        "hours_once",
        "Hours to prepare, once",
        HOURS,
        PEOPLE,
        "Collecting and reading the examples before the first training.",
        1e5,
    ),
    Asked(
        "hours_month",
        "Hours a month to keep it current",
        HOURS,
        PEOPLE,
        "Reading answers, correcting and adding examples.",
        1e4,
    ),
    Asked(
        "retrain_hours",
        "Hours for each new training",
        HOURS,
        PEOPLE,
        "Training again, comparing, and putting the new model into use.",
        1e5,
    ),
    Asked(
        "other_hours_once",
        "Hours once, other way",
        HOURS,
        PEOPLE,
        "Writing the instructions, choosing examples, setting up what is looked up.",
        1e5,
    ),
    Asked(
        "other_hours_month",
        "Hours a month, other way",
        HOURS,
        PEOPLE,
        "Keeping instructions, examples or documents current.",
        1e4,
    ),
    Asked(
        "hosting_month",
        "Hosting a month",
        DOLLARS,
        RUNNING,
        "What the fine-tuned model costs each month whether it is asked or not.",
        1e7,
    ),
    Asked(
        "hosting_hour",
        "Hosting an hour",
        DOLLARS,
        RUNNING,
        "Where it is charged by the hour. It comes on top of hosting a month.",
        1e4,
    ),
    Asked("hosting_hours", "Hours hosted a month", HOURS, RUNNING, "A month has about 730 hours.", 744.0),
    Asked(
        "retrain_every",
        "Months between trainings",
        MONTHS,
        RUNNING,
        "How often it is trained again as what people ask changes.",
        NEVER,
        0.25,
    ),
    Asked(
        "scale",
        "Tokens that the priced model counts for one here",
        NUMBER,
        RUNNING,
        "Models cut the same text into more or fewer tokens. 1: the figures are of the priced model itself.",
        10.0,
        0.01,
    ),
)
BY_KEY = {asked.key: asked for asked in FIGURES}
