"""One look at all examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ftcore.dataset.health.enough import advise
from ftcore.dataset.health.findings import worst
from ftcore.dataset.health.tally import Tally, listed
from ftcore.dataset.health.values import Health
from ftcore.records import Example, TrainingExample


def examine(
    examples: Iterable[Example | TrainingExample],
    problems: Mapping[str, int] | None = None,
    *,
    training_rows: int | None = None,
) -> Health:
    """Goes through the examples once; memory does not grow with their number.

    `problems` counts the rows with each open problem, by code. `training_rows` is how many of the examples are trained on; None
    means all. Stored examples bring their number of tokens; those of others are counted, which takes most of the time.
    """
    tally = Tally()
    for example in examples:
        tally.add(example)
    kind, balance, systems = tally.kind(), tally.balance(), tally.systems()
    labels = balance is not None
    shapes: Counter[str] = Counter()
    for shape, rows in tally.shapes.items():
        shapes[shape if shape != "short text" else "label" if labels else "text"] += rows
    key_sets = listed(tally.key_sets)
    advice = advise(
        tally.rows if training_rows is None else training_rows,
        labels=balance.different if balance else 0,
        thin_labels=tally.thin_labels() if labels else 0,
    )
    found = worst(tally.rows, problems or {}, balance, systems, key_sets, tally.key_sets.total())
    return Health(
        rows=tally.rows,
        kind=kind,
        tokens=tally.tokens.spread(),
        prompts=tally.prompts.spread(),
        answers=tally.answers.spread(),
        labels=balance,
        systems=systems,
        languages=listed(tally.languages),
        shapes=listed(shapes),
        key_sets=key_sets,
        turns=listed(tally.turns),
        tools=listed(tally.tools),
        offering_tools=tally.offering_tools,
        calling_tools=tally.calling_tools,
        worst=found,
        enough=advice,
    )
