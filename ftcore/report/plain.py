"""What programs write, in words for readers who are no engineers: JSON, hashes, a training's settings, why rows were set aside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_JSON = 20_000
"""Characters: what is longer is not read, and shown as it is."""
FINGERPRINT = 12
_HASH = re.compile(r"(?<![0-9a-fA-F])([0-9a-f]{12})[0-9a-f]{8,}(?![0-9a-fA-F])")
_BRACKETS = re.compile(r"\s*\([^()]*…[^()]*\)")
_CLAUSE = re.compile(r"(?:the|this|that|it|there|one|a|an|its|no|both|neither|nothing)\b", re.IGNORECASE)


def fields(answer: str) -> str:
    """A JSON object as "category: return · urgency: high"; everything else, broken JSON too, as it is."""
    if len(answer) > LONGEST_JSON or not answer.lstrip().startswith("{"):
        return answer
    try:
        pairs = json.loads(answer, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return answer
    return " · ".join(f"{name}: {_value(value)}" for name, value in pairs) or answer


class _Pairs(list[tuple[str, Any]]):
    """An object's fields in their order; a name that stands there twice is shown twice."""


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value or "(empty)"
    if isinstance(value, _Pairs):
        return f"({', '.join(f'{name}: {_value(held)}' for name, held in value)})"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)


def fingerprint(line: str) -> str:
    """A line whose hashes are told by their first 12 characters, which is enough to know them again."""
    return _HASH.sub(r"\1…", line.replace("sha256 ", "fingerprint "))


def settings(values: Mapping[str, str]) -> str:
    """ "3 passes over the examples, 8 at a time"; what a training leaves as usual is not said. "" where nothing is known."""
    known = dict(values)
    said = []
    if passes := known.pop("n_epochs", ""):
        said.append(
            f"{passes} pass{'' if passes == '1' else 'es'} over the examples" if _number(passes) else _left("passes")
        )
    if size := known.pop("batch_size", ""):
        said.append(f"{size} at a time" if _number(size) else _left("examples at a time"))
    if pace := known.pop("learning_rate_multiplier", ""):
        if not _number(pace):
            said.append(_left("pace of learning"))
        elif float(pace) != 1:
            said.append(f"learning {float(pace):g} times as fast as usual")
    said += [f"{name.replace('_', ' ')} {value}" for name, value in sorted(known.items())]
    return ", ".join(said)


def _number(said: str) -> bool:
    return re.fullmatch(r"\d{1,6}(\.\d{1,6})?", said) is not None


def _left(what: str) -> str:
    return f"{what} as the server chose"


def set_aside(reasons: Sequence[tuple[str, int]]) -> str:
    """ "1 because the answer is empty, 2 because the question is empty.", the first three of these reasons."""
    told = ", ".join(f"{number:,} {_because(reason)}" for reason, number in reasons[:3])
    left = sum(number for _, number in reasons[3:])
    return f"{told}{f', {left:,} for other reasons' if left else ''}." if told else ""


def _because(reason: str) -> str:
    if reason == "other reasons":
        return "for other reasons"
    first = _BRACKETS.sub("", reason).strip().split(". ")[0].rstrip(".;, ")
    if not first or first == "no reason was kept":
        return "without a reason that was kept"
    if _CLAUSE.match(first):
        return f"because {first[:1].lower()}{first[1:]}"
    return f"({first})"
