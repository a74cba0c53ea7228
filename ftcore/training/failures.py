"""Why a training failed, in plain words, and what to do. The server's own message is shown beneath; this only sorts it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """`what` happened and what to `do` about it, a sentence each."""

    what: str
    do: str


NOT_SAID = Failure(
    "The training stopped, and the reason is only known in the server's own words.",
    "Read them below. Your examples and everything measured until then are kept; it can be started again as it was.",
)
KNOWN = (
    (
        r"out of memory|not enough memory|cannot allocate|oom\b|cuda error: out|no room in memory|killed by signal 9",
        "There was not enough memory to train.",
        "Choose a smaller batch size (or 'careful'), close other programs, or train on a larger machine.",
    ),
    (
        r"no space left|disk (?:is )?full|disk quota|not enough (?:disk )?space",
        "The server's disk is full.",
        "Make room there: old models and files can be removed under Models. Then start it again.",
    ),
    (
        r"insufficient[_ ]quota|billing|payment|credit|balance|exceeded your current quota|hard limit",
        "The account at the server cannot pay for this training.",
        "Look at the account's credit and limits at the provider, then start it again. Nothing was trained.",
    ),
    (
        r"moderation|content policy|unsafe|usage policies|safety",
        "The server's content rules refused the examples or the model.",
        "Its message below says which. Reject those examples on Curate, or train where such content is allowed.",
    ),
    (
        r"api[_ ]?key|unauthori[sz]ed|authentication|\b401\b|permission|forbidden|\b403\b|not allowed to",
        "The server did not accept the key for this.",
        "Test the connection under Connections: it says whether the key is valid and may start trainings.",
    ),
    (
        r"cannot be fine-?tuned|\bmodel\b.*(?:not found|does not exist|not available|cannot be fine-?tuned|not supported|unknown)|"
        r"(?:unknown|unsupported|invalid) (?:base )?model",
        "The server does not train this model.",
        "Choose another base model. What it offers is listed when the connection is tested.",
    ),
    (
        r"at least \d+ examples|too few|minimum (?:number )?of (?:training )?examples|\d+ example\(?s?\)?.* but must have",
        "There were too few examples for this server.",
        "Approve or add more on Curate, then start it again.",
    ),
    (
        r"(?:context|sequence|token)s? ?(?:length|limit)|too long|maximum context|exceeds the (?:max|limit)",
        "At least one example is longer than the server allows.",
        "Under Problems on Curate, 'too long' lists them: shorten, split or reject them.",
    ),
    (
        r"invalid (?:training |validation )?file|invalid[_ ]jsonl|not valid jsonl|could not parse|expected file|line \d+ of the",
        "The server could not read the training file.",
        "Its message below names the line. Lines are in the order of the approved examples; see Split and export.",
    ),
    (
        r"rate limit|too many requests|\b429\b|concurren|already running",
        "The server was asked for too much at once.",
        "Wait until its other trainings have ended, then start it again.",
    ),
    (
        r"deprecat|shut ?down|retired|no longer (?:available|supported)|sunset",
        "The server no longer offers this.",
        "What closes when is listed under Connections. The same examples can be trained elsewhere or on this computer.",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), Failure(what, do)) for pattern, what, do in KNOWN)


def explain_failure(message: str) -> Failure:
    """The first kind of failure that the server's message fits; NOT_SAID for one that fits none. Long messages are judged by
    their first 2,000 characters."""
    said = message[:2_000]
    return next((failure for pattern, failure in _COMPILED if pattern.search(said)), NOT_SAID)
