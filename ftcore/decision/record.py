"""The decision record: what was asked, answered and advised, by whom and when, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ftcore.decision.framework import load
from ftcore.records import Confidence, Evidence, Recommendation, Reply

_SAID = {"yes": "yes", "no": "no", "unsure": "not sure"}
CONFIDENCE_WORDS = {
    Confidence.BELIEVED: "believed (nothing measured)",
    Confidence.PARTLY_MEASURED: "partly measured",
    Confidence.MEASURED: "measured",
}


def decision_record(
    answers: Mapping[str, Reply],
    recommendation: Recommendation,
    *,
    who: str,
    when: datetime,
    project: str = "",
    reasons: Sequence[str] = (),
    evidence: Sequence[Evidence] = (),
    decided: str = "",
) -> str:
    """The record as Markdown. Everything people typed is escaped: it can't become a heading, a link or HTML.

    `decided` is what the people decided in the end and why, in their words; the advice may have been otherwise.
    """
    framework = load()
    lines = [
        f"# Decision record: {_plain(project) or 'fine-tuning'}",
        "",
        f"Recorded by {_plain(who) or 'somebody unnamed'} on {when:%Y-%m-%d at %H:%M}. Framework version {framework.version}.",
        "",
        "## Advice",
        "",
        f"**{_plain(recommendation.headline)}**",
        "",
        f"It is {CONFIDENCE_WORDS[recommendation.confidence]}.",
        "",
        *_list("Why", [str(one) for one in recommendation.because]),
        *_list(
            "Next",
            [str(step) for step in recommendation.next_steps],
        ),
        *_list("Cheaper ways", recommendation.alternatives),
        *_list("Risks", recommendation.risks),
        *_list("What would reverse it", recommendation.reverses_if),
        "## Questions and answers",
        "",
        "| Question | Answer |",
        "|---|---|",
        *(
            f"| {_plain(q.question)} | {_SAID.get(answers.get(q.key, ''), 'not answered')} |"
            for q in framework.questions
        ),
        "",
        *_list("Reasons given", [framework.reason_name(reason) for reason in reasons]),
        *_list("Evidence", [_evidence_line(item) for item in evidence]),
    ]
    if decided:
        lines += ["## Decided", "", _plain(decided), ""]
    return "\n".join(lines).rstrip() + "\n"


def _list(title: str, items: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {_plain(item)}" for item in items), ""] if items else []


def _evidence_line(item: Evidence) -> str:
    kind = "measured" if item.measured else "believed"
    kind += " on the practice model" if item.practice else ""
    model = f" Model: {item.model}." if item.model else ""
    source = f" Source: {item.source}." if item.source else ""
    return f"{item.question} ({kind}, supports {_SAID[item.supports]}): {item.claim}{model}{source}"


def _plain(text: str) -> str:
    """One line in which nothing is Markdown: control characters and line breaks become spaces, marks are escaped."""
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()
    line = line.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", line)
