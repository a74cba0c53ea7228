"""What a model would be trained to do worst, the worst first.

Each kind of finding has a weight: how bad what is learnt would be. It comes in the order of weight x square root of the share of rows;
the weights are ours, and no research stands behind them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ftcore.dataset.health.habits import HABITS
from ftcore.dataset.health.values import Balance, Count, Finding, Systems

LISTED = 7
DOMINANT, DOMINANT_OF_TWO = 0.5, 0.8


UNLISTED = 0.2
WITH_THE_BALANCE = ("rare_label",)
"""Problems that the balance of labels tells better."""


def worst(
    rows: int,
    problems: Mapping[str, int],
    labels: Balance | None,
    systems: Systems,
    key_sets: Sequence[Count] = (),
    json_rows: int = 0,
) -> tuple[Finding, ...]:
    """At most seven findings. `problems` counts rows by problem code; codes that are not known here are told by their name."""
    found = [
        _by_code(code, number, rows) for code, number in problems.items() if number > 0 and code not in WITH_THE_BALANCE
    ]
    found += [*_of_labels(labels), *_of_systems(systems, rows), *_of_keys(key_sets, json_rows, rows)]
    found.sort(key=lambda item: (-item[0], item[1].code, item[1].sentence))
    return tuple(finding for _, finding in found[:LISTED])


def _by_code(code: str, number: int, rows: int) -> tuple[float, Finding]:
    habit = HABITS.get(code)
    score = (habit.weight if habit else UNLISTED) * math.sqrt(number / max(rows, number))
    if habit is None:
        some = _some(number, rows, "example")
        verb = "has" if number == 1 else "have"
        sentence = f"{some} {verb} the problem “{code.replace('_', ' ')}”: the model would learn from that too."
    else:
        is_one = number == 1 and not _as_share(number, rows)
        sentence = f"{_some(number, rows, habit.noun)} {habit.one if is_one else habit.many}: {habit.learnt}."
    return score, Finding(sentence, number, code=code)


def _of_labels(labels: Balance | None) -> list[tuple[float, Finding]]:
    if labels is None or labels.different < 2:
        return []
    found = []
    rarest, first = labels.rarest[0], labels.commonest[0]
    if labels.few:
        if labels.few == 1:
            sentence = f"The label “{rarest.name}” has {rarest.rows} of {labels.rows:,} examples: it will hardly ever be given."
        else:
            sentence = (
                f"{labels.few} labels have fewer than 10 examples each, “{rarest.name}” only {rarest.rows}: "
                "they will hardly ever be given."
            )
        score = 0.5 * math.sqrt(labels.few / labels.different)
        found.append((score, Finding(sentence, rarest.rows, label=rarest.name)))
    share = first.rows / labels.rows
    if share > (DOMINANT if labels.different > 2 else DOMINANT_OF_TWO):
        sentence = f"{_percent(share)} of answers are “{first.name}”: in doubt, the model would say that."
        found.append((0.6 * math.sqrt(share), Finding(sentence, first.rows, label=first.name)))
    return found


def _of_systems(systems: Systems, rows: int) -> list[tuple[float, Finding]]:
    if systems.different + bool(systems.without) < 2:
        return []
    usual = max(systems.commonest[0].rows, systems.without)
    number = f"{systems.different:,}{' or more' if systems.more else ''}"
    if systems.different == 1:
        sentence = f"{_some(systems.without, rows, 'example')} without a system prompt, the others with one"
    else:
        sentence = f"{number} different system prompts" + (
            f", and {systems.without:,} examples without one" if systems.without else ""
        )
    sentence += ": the model would behave as under each of them, not the same under all."
    return [(0.3 * math.sqrt((rows - usual) / rows), Finding(sentence, rows - usual))]


def _of_keys(key_sets: Sequence[Count], json_rows: int, rows: int) -> list[tuple[float, Finding]]:
    if not key_sets or len(key_sets) < 2:
        return []
    other = json_rows - key_sets[0].rows
    if other <= 0 or key_sets[0].rows < other:
        return []
    verb = "has" if other == 1 and not _as_share(other, rows) else "have"
    sentence = f"{_some(other, rows, 'JSON answer')} {verb} other keys than most: the model would leave out or add keys now and then."
    return [(0.5 * math.sqrt(other / rows), Finding(sentence, other))]


def _some(number: int, rows: int, noun: str) -> str:
    """ "12% of answers", or "3 answers" when they are less than 1 of 100."""
    if _as_share(number, rows):
        return f"{_percent(number / rows)} of {noun}s"
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def _as_share(number: int, rows: int) -> bool:
    return rows >= 100 and number / rows >= 0.01 and number <= rows


def _percent(share: float) -> str:
    return "over 99%" if 0.99 < share < 1 else f"{round(100 * share)}%"
