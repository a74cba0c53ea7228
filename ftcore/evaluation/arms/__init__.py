"""The ways to answer: one file each."""

from ftcore.evaluation.arms.arm import Arm, content_hash
from ftcore.evaluation.arms.base import BaseArm
from ftcore.evaluation.arms.building import Materials, build, digest_of, follow
from ftcore.evaluation.arms.few_shot import FewShotArm, choose_shots, showable
from ftcore.evaluation.arms.fine_tuned import FineTunedArm
from ftcore.evaluation.arms.larger import LargerArm
from ftcore.evaluation.arms.nearest_shot import NearestShotArm
from ftcore.evaluation.arms.plan import KINDS, TUNED, ArmPlan, plan_from_json
from ftcore.evaluation.arms.prompt import PromptArm
from ftcore.evaluation.arms.rag import RagArm
from ftcore.evaluation.arms.structured import StructuredArm

__all__ = [
    "KINDS",
    "TUNED",
    "Arm",
    "ArmPlan",
    "BaseArm",
    "FewShotArm",
    "FineTunedArm",
    "LargerArm",
    "Materials",
    "NearestShotArm",
    "PromptArm",
    "RagArm",
    "StructuredArm",
    "build",
    "choose_shots",
    "content_hash",
    "digest_of",
    "follow",
    "plan_from_json",
    "showable",
]
