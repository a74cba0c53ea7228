"""A model as judge: asked by any endpoint, shown what it judges as data only, and believed as far as people agree."""

from ftcore.evaluation.judge.criteria import CheckList, Criteria, Pairs, Rubric, judge_name, read_reply
from ftcore.evaluation.judge.items import Item, Judge, pair_items, single_items
from ftcore.evaluation.judge.judging import ask_judge
from ftcore.evaluation.judge.sheet import Judged
from ftcore.evaluation.judge.steadfastness import Steadfastness, challenges
from ftcore.evaluation.judge.summary import Flips, JudgedArm, JudgeSummary, Standing, Trust, judge_summary, trust

__all__ = [
    "CheckList",
    "Criteria",
    "Flips",
    "Item",
    "Judge",
    "JudgeSummary",
    "Judged",
    "JudgedArm",
    "Pairs",
    "Rubric",
    "Standing",
    "Steadfastness",
    "Trust",
    "ask_judge",
    "challenges",
    "judge_name",
    "judge_summary",
    "pair_items",
    "read_reply",
    "single_items",
    "trust",
]
