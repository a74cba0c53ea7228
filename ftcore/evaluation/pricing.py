"""What a question costs, arm by arm, by the price files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ftcore.endpoints.facts import Facts
from ftcore.evaluation.arms import TUNED, ArmPlan
from ftcore.evaluation.budget import AskingPrice
from ftcore.records import LOCAL, Endpoint

FREE = AskingPrice(0.0, 0.0)


def prices_of(
    facts: Facts, endpoint: Endpoint, plans: Iterable[ArmPlan], others: Mapping[int, Endpoint]
) -> dict[str, AskingPrice | None]:
    """By the name of the arm, and by those of its alternatives; None where the price is not known. `others`: the endpoints
    that plans name, by id."""
    found: dict[str, AskingPrice | None] = {}
    for plan in plans:
        where = endpoint if plan.endpoint_id is None else others[plan.endpoint_id]
        for one in (*plan.candidates(), plan):
            found[one.name] = price_of(facts, where, one.model, tuned=plan.kind in TUNED)
    return found


def price_of(facts: Facts, endpoint: Endpoint, model: str, *, tuned: bool) -> AskingPrice | None:
    """Nothing on this computer; elsewhere as the file knows it."""
    if endpoint.practice or endpoint.name == LOCAL:
        return FREE
    price = facts.price(endpoint, model, tuned=tuned)
    if price is None or price.input is None or price.output is None:
        return None
    return AskingPrice(float(price.input.value), float(price.output.value))
