"""A way to answer that a person adds, from three fields: what is done, which model where, and the instructions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ftcore.evaluation.arms import ArmPlan
from ftcore.evaluation.arms.schema import unbounded
from ftcore.evaluation.errors import EvaluationError

PLAIN = "plain"
"""Asked with its instructions and nothing else."""
LIKE = ("few_shot_3", "few_shot_8", "structured", "rag")
"""What an added way may do besides, as the proposed arm of that name does it."""
WHAT = {
    PLAIN: "Ask with these instructions",
    "few_shot_3": "Show 3 examples",
    "few_shot_8": "Show 8 examples",
    "structured": "Hold it to a fixed form",
    "rag": "Let it look things up",
}
LONGEST_MODEL = 256


def offered(proposed: Sequence[ArmPlan]) -> tuple[str, ...]:
    """What can be done here: the form and the documents must be there."""
    names = {plan.name for plan in proposed}
    return (PLAIN, *(name for name in LIKE if name in names))


def another(
    proposed: Sequence[ArmPlan],
    what: str,
    *,
    model: str,
    base_model: str,
    instructions: str,
    endpoint_id: int | None = None,
    taken: Collection[str] = (),
) -> ArmPlan:
    """The plan of an added arm, under a name that none of `taken` has. `endpoint_id` None = where the job's models are; empty
    instructions = those that stand in the rows. Raises EvaluationError, a sentence, when a field is missing."""
    name = " ".join(model.split())
    if not name:
        raise EvaluationError("Say which model is to be asked: its name as its server knows it.")
    if len(name) > LONGEST_MODEL:
        raise EvaluationError(f"The name of a model has at most {LONGEST_MODEL} characters.")
    system = instructions.strip() or None
    elsewhere = endpoint_id is not None or name != base_model
    if what == PLAIN:
        kind = "larger" if elsewhere else "prompt"
        label = name if elsewhere else "Base with other instructions"
        plan = ArmPlan(kind, kind, label, name, system, endpoint_id)
    else:
        like = next((one for one in proposed if one.name == what), None)
        if like is None:
            raise EvaluationError("That cannot be done with this project: its proposal was left out.")
        settings = {key: value for key, value in like.settings.items() if key != "follows"}
        if endpoint_id is not None and "schema" in settings:
            settings["schema"] = unbounded(settings["schema"])
        label = f"{name}: {WHAT[what].lower()}" if elsewhere else f"{like.label}, other instructions"
        plan = replace(like, label=label, model=name, system=system, endpoint_id=endpoint_id, settings=settings)
    asks = (plan.kind, plan.model, plan.system, plan.endpoint_id)
    if what == PLAIN and any((one.kind, one.model, one.system, one.endpoint_id) == asks for one in proposed):
        raise EvaluationError("That way is in the list already. Change the instructions, or name another model.")
    numbers = (f"{plan.name}_{at}" for at in range(2, 10_000))
    return replace(plan, name=next(free for free in (plan.name, *numbers) if free not in taken))
