"""The ways to answer: one file each."""

from ftcore.evaluation.arms.arm import Arm
from ftcore.evaluation.arms.base import BaseArm
from ftcore.evaluation.arms.few_shot import FewShotArm, choose_shots
from ftcore.evaluation.arms.fine_tuned import FineTunedArm

__all__ = ["Arm", "BaseArm", "FewShotArm", "FineTunedArm", "choose_shots"]
