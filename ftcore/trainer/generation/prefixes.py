"""Beginnings that many questions share (a system prompt, a few-shot block): computed once, kept, copied."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from ftcore.trainer.generation.rows import Rows

SHORTEST = 24
BRANCH = 64
KEPT = 6
LONGEST = 4_096

Ids = Sequence[int]


def common(one: Ids, other: Ids) -> int:
    """How many leading tokens are the same."""
    first, second = tuple(one), tuple(other)
    low, high = 0, min(len(first), len(second))
    if first[:high] == second[:high]:
        return high
    while low + 1 < high:  # the first `low` are the same, the first `high` are not: slices compare quickly
        middle = (low + high) // 2
        low, high = (middle, high) if first[:middle] == second[:middle] else (low, middle)
    return low


def clusters(prompts: list[Ids]) -> list[tuple[int, list[int]]]:
    """Groups of prompts with the length of their shared beginning, 0 when it does not pay.

    A group is split off when it shares at least 64 tokens more than the others (few-shot beside zero-shot questions).
    """
    return _clusters(prompts, list(range(len(prompts))))


def _clusters(prompts: list[Ids], members: list[int]) -> list[tuple[int, list[int]]]:
    shared = _shared(prompts, members)
    branches: dict[int, list[int]] = {}
    for member in members:
        branches.setdefault(prompts[member][shared] if shared < len(prompts[member]) else -1, []).append(member)
    found, rest = [], []
    for branch in branches.values():
        if len(branches) > 1 and len(branch) > 1 and _shared(prompts, branch) >= shared + BRANCH:
            found += _clusters(prompts, branch)
        else:
            rest += branch
    if rest:
        found.append((shared if shared >= SHORTEST and len(rest) > 1 else 0, rest))
    return found


def _shared(prompts: list[Ids], members: list[int]) -> int:
    first = prompts[members[0]]
    # The last token of a prompt is always computed: the answer begins with what the model says after it.
    length = min(len(prompts[member]) - 1 for member in members)
    for member in members[1:]:
        length = min(length, common(first[:length], prompts[member]))
    return length


class Prefixes:
    """The kept beginnings of one model, and its last prompts, by which a question that comes alone is recognised."""

    def __init__(self, compute: Callable[[Ids, Rows | None], Rows]):
        """`compute(ids, before)` gives the rows of `before` with `ids` added."""
        self._compute = compute
        self._kept: OrderedDict[tuple[int, ...], Rows] = OrderedDict()
        self._recent: deque[Ids] = deque(maxlen=8)

    def remember(self, prompts: list[Ids]) -> None:
        self._recent.extend(prompts[-2:])

    def reach(self, prompt: Ids) -> int:
        """How much of a lone prompt is worth taking from a kept beginning or a recent prompt; 0 for nothing."""
        known = [*self._kept, *self._recent]
        best = max((common(prompt[:-1], other) for other in known), default=0)
        return best if best >= SHORTEST else 0

    def unread(self, prompt: Ids) -> int:
        """How many tokens of a prompt no kept beginning covers."""
        return len(prompt) - max((common(kept, prompt) for kept in self._kept), default=0)

    def read_on(self, prompt: Ids, count: int) -> None:
        """Keeps so many tokens more of a prompt than are kept already. Its last token is never read here."""
        wanted = tuple(prompt[:-1])
        nearest = max(self._kept, key=lambda kept: common(kept, wanted), default=())
        known = common(nearest, wanted)
        before = None
        if known and known == len(nearest):
            before = self._kept.pop(nearest)  # what is longer covers it too
        elif known:
            before = self._kept[nearest].first(known).repeated(1, count)
        self._keep(wanted[: known + count], self._compute(wanted[known : known + count], before))

    def forget_long(self) -> None:
        """Beginnings that were kept only until their prompt was read go."""
        for ids in [ids for ids in self._kept if len(ids) > LONGEST]:
            del self._kept[ids]

    def _keep(self, ids: tuple[int, ...], rows: Rows) -> None:
        self._kept[ids] = rows
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def take(self, ids: Ids) -> Rows:
        """The rows (one) of this beginning, from the nearest one kept."""
        wanted = tuple(ids)
        for kept, rows in self._kept.items():
            if kept[: len(wanted)] == wanted:
                self._kept.move_to_end(kept)
                return rows.first(len(wanted))
        before = max((kept for kept in self._kept if wanted[: len(kept)] == kept), key=len, default=())
        start = self._kept[before].first(len(before)).repeated(1, len(wanted) - len(before)) if before else None
        rows = self._compute(wanted[len(before) :], start)
        if len(wanted) <= LONGEST:
            self._keep(wanted, rows)
        return rows
