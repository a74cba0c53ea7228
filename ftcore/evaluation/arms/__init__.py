"""The ways to answer: one file each."""

from ftcore.evaluation.arms.arm import Arm, content_hash
from ftcore.evaluation.arms.base import BaseArm
from ftcore.evaluation.arms.few_shot import FewShotArm, choose_shots
from ftcore.evaluation.arms.fine_tuned import FineTunedArm
from ftcore.evaluation.arms.plan import KINDS, TUNED, ArmPlan, plan_from_json

__all__ = [
    "KINDS",
    "TUNED",
    "Arm",
    "ArmPlan",
    "BaseArm",
    "FewShotArm",
    "FineTunedArm",
    "choose_shots",
    "content_hash",
    "plan_from_json",
]
