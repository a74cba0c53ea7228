"""One edited example against the few that may be like it: the checks of `across` for a single row, while its user waits."""

from __future__ import annotations

from collections.abc import Mapping

from ftcore.dataset.answers import Profile
from ftcore.dataset.checks import contradiction, exact_duplicate, near_duplicate
from ftcore.dataset.likeness.digests import NOTHING
from ftcore.dataset.likeness.index import likeness
from ftcore.dataset.likeness.shingles import readings
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, TrainingExample


def compare(
    id_: int, example: TrainingExample, others: Mapping[int, TrainingExample], limits: Limits, light: Profile
) -> list[Problem]:
    """What `find_across` would say of this row if there were only `others`, by id (at most some 50: they are compared one by one).

    As everywhere, copies and near-duplicates are the later row's problem, by id; a contradiction is both rows'. Near-duplicates
    of a long text are found that a search for candidates may miss. Rows that are now like *this* one are not told here.
    """
    others = {other: others[other] for other in sorted(others) if other != id_}
    earlier = {other: one for other, one in others.items() if other < id_}
    found = [
        *_copies(example, earlier),
        *_near(example, earlier, limits, light),
        *_contradictions(id_, example, others, light),
    ]
    return [problem for problem in found if problem.code not in limits.off]


def _copies(example: TrainingExample, earlier: Mapping[int, TrainingExample]) -> list[Problem]:
    said = exact_duplicate.conversation(example)
    first = next((id_ for id_, other in earlier.items() if exact_duplicate.conversation(other) == said), None)
    return [] if first is None else [exact_duplicate.problem(first)]


def _near(
    example: TrainingExample, earlier: Mapping[int, TrainingExample], limits: Limits, light: Profile
) -> list[Problem]:
    questions = [near_duplicate.question(one, light.kind == "text") for one in (example, *earlier.values())]
    mine, *theirs = readings(questions)
    same = [id_ for id_, reading in zip(earlier, theirs, strict=True) if mine.normal and reading.normal == mine.normal]
    said = exact_duplicate.conversation(example)
    best, other = 0.0, None
    for id_, similarity in zip(earlier, likeness(mine, theirs, limits.similarity), strict=True):
        if same and id_ != same[0]:
            continue  # of rows that are the same but for case and punctuation, only the first counts
        copied = similarity == 1.0 and exact_duplicate.conversation(earlier[id_]) == said
        if similarity > best and not copied:
            best, other = similarity, id_
    if other is None:
        return []
    differ = light.kind != "text" and near_duplicate.answers_differ(example, earlier[other])
    problem = near_duplicate.problem(best, other, differ)
    return [] if problem is None else [problem]


def _contradictions(
    id_: int, example: TrainingExample, others: Mapping[int, TrainingExample], light: Profile
) -> list[Problem]:
    asked = contradiction.asked(example)
    if asked == NOTHING:
        return []
    group = {other: one for other, one in others.items() if contradiction.asked(one) == asked} | {id_: example}
    found = contradiction.disagreements(((other, group[other]) for other in sorted(group)), light)
    return [problem for row, problem in found if row == id_]
