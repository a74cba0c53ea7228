"""How decision.yaml is read: under the seed's three headings, and the words of each advice besides."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast, get_args

from ftcore.app_files import data_dir
from ftcore.content import Node, parse, text_of
from ftcore.decision.questions import (
    BAD_REASONS,
    GOOD_REASONS,
    QUESTIONS,
    Advice,
    BadReason,
    FollowUp,
    Framework,
    GoodReason,
    Kind,
    Question,
)
from ftcore.records import Action, Reply

FIGURES = ("calls_a_month", "prompt_tokens", "error_cost")
"""Follow-ups that the break-even reckons with: numbers. An organisation may move these, and has its own way with all others."""
_PARTS = ("fine_tuning_good_reasons", "fine_tuning_bad_reasons", "fine_tuning_decision")
_REPLIES: dict[Reply, str] = {"yes": "if_yes", "no": "if_no", "unsure": "if_unsure"}
_KINDS = get_args(Kind)


def read_framework(path: Path) -> Framework:
    """The framework of the file. Raises ContentError with file and line."""
    text = text_of(path)
    top = parse(path.name, text)
    parts = top.mapping(("version", "read_on", *_PARTS, "actions"))
    good = parts["fine_tuning_good_reasons"].mapping(GOOD_REASONS)
    bad = parts["fine_tuning_bad_reasons"].mapping(BAD_REASONS)
    steps = [f"step_{number}" for number in range(1, len(QUESTIONS) + 1)]
    decision = parts["fine_tuning_decision"].mapping(steps)
    actions = parts["actions"].mapping(tuple(Action))
    questions = tuple(_question(decision[step], key) for step, key in zip(steps, QUESTIONS, strict=True))
    _check_follow_ups(parts["fine_tuning_decision"], questions)
    return Framework(
        version=parts["version"].whole(1, 999_999),
        read_on=parts["read_on"].day(),
        questions=questions,
        good_reasons=tuple(_good(key, entry) for key, entry in good.items()),
        bad_reasons=tuple(_bad(key, entry) for key, entry in bad.items()),
        actions={action: _advice(action, actions[action]) for action in Action},
        own="" if path == data_dir() / path.name else hashlib.sha256(text.encode()).hexdigest()[:8],
    )


def _question(step: Node, key: str) -> Question:
    entry = step.mapping(
        ("key", "short", "question", "example", "words", *_REPLIES.values(), "follow_ups", "settle"),
    )
    if entry["key"].text() != key:
        raise entry["key"].fault(
            f"the question of this step is '{key}'; the order is fixed, since the advice follows it"
        )
    return Question(
        key=key,
        short=entry["short"].text(),
        question=entry["question"].text(),
        example=entry["example"].text(),
        words=_words(entry["words"]),
        meaning={reply: entry[name].text() for reply, name in _REPLIES.items()},
        follow_ups=tuple(_follow_up(one) for one in entry["follow_ups"].items()),
        settle=entry["settle"].text(),
    )


def _follow_up(node: Node) -> FollowUp:
    entry = node.mapping(("key", "ask", "kind", "help"), ("unit", "choices"))
    key, kind = entry["key"].text(), entry["kind"].one_of(_KINDS)
    if key in FIGURES and kind != "number":
        raise entry["kind"].fault(f"the break-even reckons with '{key}', so it is a number")
    if ("choices" in entry) != (kind == "choice"):
        raise node.fault("choices belong to the kind 'choice', and to no other")
    choices = _words(entry["choices"]) if "choices" in entry else {}
    unit = entry["unit"].text() if "unit" in entry else ""
    return FollowUp(key, entry["ask"].text(), cast("Kind", kind), entry["help"].text(), unit, choices)


def _check_follow_ups(part: Node, questions: tuple[Question, ...]) -> None:
    keys = [one.key for question in questions for one in question.follow_ups]
    for key in FIGURES:
        if key not in keys:
            raise part.fault(f"no step has a follow-up with the key '{key}', and the break-even reckons with it")
    for key in keys:
        if keys.count(key) > 1:
            raise part.fault(f"two follow-ups have the key '{key}'")


def _good(key: str, node: Node) -> GoodReason:
    entry = node.mapping(("name", "description", "example", "alternative", "when", "measured_by"))
    return GoodReason(key=key, **{name: value.text() for name, value in entry.items()})


def _bad(key: str, node: Node) -> BadReason:
    entry = node.mapping(("name", "problem", "solution", "action"))
    texts = {name: value.text() for name, value in entry.items() if name != "action"}
    return BadReason(key=key, action=Action(entry["action"].one_of(tuple(Action))), **texts)


def _advice(action: Action, node: Node) -> Advice:
    also = ("headline_measured", "headline_open", "what_practised", "what_trained")
    entry = node.mapping(("name", "headline", "what", "would_change"), also)
    return Advice(**{name: value.text() for name, value in entry.items()})


def _words(node: Node) -> dict[str, str]:
    """Words by term or key, at least one."""
    found = node.mapping(also=None)
    if not found:
        raise node.fault("at least one is expected here")
    return {key: value.text() for key, value in found.items()}
