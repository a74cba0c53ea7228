"""A plan becomes an arm that can ask, from what the run's author brings: nothing here reads a database or a network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ftcore.evaluation.arms.arm import Arm
from ftcore.evaluation.arms.base import BaseArm
from ftcore.evaluation.arms.few_shot import FewShotArm, showable
from ftcore.evaluation.arms.fine_tuned import FineTunedArm
from ftcore.evaluation.arms.larger import LargerArm
from ftcore.evaluation.arms.nearest_shot import NearestShotArm
from ftcore.evaluation.arms.plan import ArmPlan
from ftcore.evaluation.arms.prompt import PromptArm
from ftcore.evaluation.arms.rag import RagArm
from ftcore.evaluation.arms.structured import StructuredArm
from ftcore.evaluation.documents.chunks import SIZE
from ftcore.evaluation.documents.retrieval import retriever
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import Endpoint, TestCase, TrainingExample
from ftcore.store.documents import Document
from ftcore.store.examples import from_json


@dataclass(frozen=True, slots=True)
class Materials:
    """What plans refer to. `train`: the training rows that may be shown, in the snapshot's order, no private one among
    them; `tested`: the cases whose questions are never shown, test and validation both."""

    endpoints: Mapping[int, Endpoint] = field(default_factory=dict)
    documents: Mapping[int, Document] = field(default_factory=dict)
    train: Sequence[TrainingExample] = ()
    tested: Sequence[TestCase] = ()


def build(plan: ArmPlan, materials: Materials) -> Arm:
    """The arm of a plan. Raises EvaluationError when something it refers to is no longer there, when its documents are not
    those it was planned with, or when validation has yet to choose among its alternatives."""
    if len(plan.variants) > 1:
        raise EvaluationError(f"“{plan.label}” still has {len(plan.variants)} alternatives to choose from.")
    plan = plan.chosen(0)
    maker = _MAKERS.get(plan.kind)
    if maker is None:
        raise EvaluationError(f"“{plan.label}” is a way to answer that this version does not know ({plan.kind}).")
    return maker(plan, materials, _common(plan, materials))


def digest_of(documents: Iterable[Document]) -> str:
    """sha256 over the documents' names and texts, in their order."""
    parts = "\n".join(f"{len(one.name)}:{one.name}:{one.digest}" for one in documents)
    return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()


def follow(plan: ArmPlan, instructions: str | None) -> ArmPlan:
    """The plan under the instructions that validation chose, where it asks for the best ones (`settings["follows"]`)."""
    if plan.settings.get("follows") != "prompt":
        return plan
    return ArmPlan(
        plan.name, plan.kind, plan.label, plan.model, instructions, plan.endpoint_id, plan.settings, plan.variants
    )


def _common(plan: ArmPlan, materials: Materials) -> dict[str, Any]:
    if plan.endpoint_id is not None and plan.endpoint_id not in materials.endpoints:
        raise EvaluationError(f"The connection that “{plan.label}” was to be asked at is no longer there.")
    endpoint = None if plan.endpoint_id is None else materials.endpoints[plan.endpoint_id]
    return {
        "model": plan.model,
        "system_prompt": plan.system,
        "name": plan.name,
        "label": plan.label,
        "endpoint": endpoint,
    }


def _few_shot(plan: ArmPlan, materials: Materials, common: dict[str, Any]) -> Arm:
    settings = plan.settings
    if settings.get("choose", "fixed") == "fixed":
        return FewShotArm(shots=tuple(from_json(shot) for shot in settings["shots"]), **common)
    pool = tuple(showable(materials.train, materials.tested))
    if not pool:
        raise EvaluationError(f"There is no training example that “{plan.label}” may show.")
    return NearestShotArm(pool=pool, k=int(settings["k"]), **common)


def _structured(plan: ArmPlan, materials: Materials, common: dict[str, Any]) -> Arm:
    settings = plan.settings
    return StructuredArm(
        schema=settings["schema"],
        wrapped=bool(settings.get("wrapped", False)),
        strict=bool(settings.get("strict", True)),
        **common,
    )


def _rag(plan: ArmPlan, materials: Materials, common: dict[str, Any]) -> Arm:
    settings = plan.settings
    wanted = settings.get("documents") or ()
    if not wanted or any(id_ not in materials.documents for id_ in wanted):
        raise EvaluationError(f"A document that “{plan.label}” looks things up in is no longer there.")
    documents = [materials.documents[id_] for id_ in wanted]
    digest = digest_of(documents)
    if settings.get("digest", digest) != digest:
        raise EvaluationError(f"The documents of “{plan.label}” are not those that it was planned with.")
    size = int(settings.get("size", SIZE))
    return RagArm(
        retriever=retriever(documents, size),
        digest=digest,
        top=int(settings.get("top", 3)),
        size=size,
        kind=plan.kind,
        **common,
    )


_MAKERS: dict[str, Callable[[ArmPlan, Materials, dict[str, Any]], Arm]] = {
    "base": lambda plan, materials, common: BaseArm(**common),
    "prompt": lambda plan, materials, common: PromptArm(**common),
    "few_shot": _few_shot,
    "structured": _structured,
    "rag": _rag,
    "fine_tuned": lambda plan, materials, common: FineTunedArm(**common),
    "fine_tuned_rag": _rag,
    "larger": lambda plan, materials, common: LargerArm(**common),
}
