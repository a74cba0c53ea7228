"""Checking chat lines against the well-known check list with its token counts; and whether planted near-duplicates are found.

20,000 lines; TUNEWORTHY_BENCH_ROWS or `python -m tests.bench.bench_checks ROWS` for another number.
"""

from __future__ import annotations

import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from ftcore.chat import ChatError, parse_line, validate
from ftcore.chat.tokens import tokens_of
from ftcore.dataset.checks import Limits, Profile, Profiler, check_many
from ftcore.dataset.checks.across import Across
from ftcore.dataset.checks.near_duplicate import question
from ftcore.dataset.duplicates import Pair
from ftcore.dataset.likeness.shingles import readings
from ftcore.records import TrainingExample
from ftcore.training.preflight import auto_epochs
from tests.bench import cookbook
from tests.bench.chat_rows import EDITS, Planted, generate
from tests.bench.measure import Row

ROWS = int(os.environ.get("TUNEWORTHY_BENCH_ROWS", "20000"))
TIMES = 3
FAULTS = 70
PORTION = 2_000
MEMORY = 350
WANTED = 0.98
# What the check list calls a fault, in our codes ("line": the line is refused as a whole).
OURS = {
    "data_type": "line",
    "missing_messages_list": "line",
    "message_missing_key": "empty",
    "missing_content": "empty",
    "message_unrecognised_key": "unknown_key",
    "unrecognised_role": "role",
    "no_assistant_message": "no_answer",
}


def run(number: int = ROWS) -> Iterator[Row]:
    rows = generate(number)
    with tempfile.TemporaryDirectory() as folder:
        encode = cookbook.encoder(Path(folder))
    faulty = with_faults(rows.lines)
    agree(faulty, encode)
    name = f"{number:,} chat lines"
    what, how = f"{name}: validated and counted", f"median of {TIMES}, same faults and figures; wanted: 0.33"
    yield from in_turn(what, how, lambda: read_and_count(faulty), lambda: cookbook.check(faulty, encode))
    what, how = f"{name}: all checks and near-duplicates", f"median of {TIMES}, same figures; wanted: below 1"
    yield from in_turn(what, how, lambda: check_all(rows.lines), lambda: cookbook.check(rows.lines, encode))
    examples = [parse_line(line) for line in rows.lines]
    pairs = find_pairs(examples)
    yield from recalls(pairs, rows.planted)
    how = "reported pairs that are as alike as wanted when measured again with sets of texts"
    yield Row("precision of near-duplicates", precision(pairs, examples), 1.0, how, unit="of 1")
    yield memory(number)


def in_turn(what: str, how: str, ours: Callable[[], object], baseline: Callable[[], object]) -> Iterator[Row]:
    """Seconds of processor (all threads counted: other programs do not change them much) and of the clock, after one run of each that
    is not counted."""
    found = [_timed(ours, baseline) for _ in range(TIMES + 1)][1:]
    for clock, name in enumerate(("processor", "clock")):
        mine, theirs = (median(times[side][clock] for times in found) for side in (0, 1))
        yield Row(f"{what}, {name}", mine, theirs, how)


def _timed(*several: Callable[[], object]) -> list[tuple[float, float]]:
    times = []
    for one in several:
        gc.collect()
        gc.freeze()  # a collection walks through what the run made, not through all that was ever imported
        began = time.process_time(), time.perf_counter()
        one()
        times.append((time.process_time() - began[0], time.perf_counter() - began[1]))
    return times


def with_faults(lines: Sequence[str]) -> list[str]:
    """The lines, with every fault of the check list in some of them."""
    chance = random.Random(3)
    changed = list(lines)
    for n, at in enumerate(chance.sample(range(len(lines)), FAULTS)):
        changed[at] = json.dumps(_broken(json.loads(changed[at]), n % 7))
    return changed


def _broken(value: dict[str, Any], fault: int) -> Any:
    messages = value["messages"]
    if fault == 0:
        return [value]
    if fault == 1:
        return {"text": "no messages"}
    if fault == 2:
        del messages[1]["content"]
    elif fault == 3:
        messages[1]["mood"] = "good"
    elif fault == 4:
        messages[1]["role"] = "customer"
    elif fault == 5:
        messages[2]["content"] = ""
    else:
        del messages[2]
    return value


def agree(lines: Sequence[str], encode: Callable[[str], list[int]]) -> None:
    """Fails when we and the check list do not find the same faults in the same lines."""
    for at in cookbook.check(lines, encode).faulty:
        theirs = {OURS[name] for name in cookbook.faults(json.loads(lines[at]))}
        try:
            ours = {problem.code for problem in validate(parse_line(lines[at]))} & {*OURS.values()}
        except ChatError:
            ours = {"line"}
        assert ours == theirs, (at, ours, theirs)
    mine, baseline = read_and_count(lines), cookbook.check(lines, encode)
    assert mine.faulty == baseline.faulty
    assert len(mine.faulty) == FAULTS
    assert mine.figures == baseline.figures


class Tally:
    """The figures of the well-known procedure, from one pass over the examples."""

    def __init__(self) -> None:
        self.no_system = self.no_user = 0
        self.messages: list[int] = []
        self.tokens: list[int] = []
        self.answers: list[int] = []

    def add(self, example: TrainingExample) -> None:
        roles = [message.get("role") for message in example.messages]
        self.no_system += "system" not in roles
        self.no_user += "user" not in roles
        self.messages.append(len(roles))
        total, learnt = tokens_of(example)
        self.tokens.append(total)
        self.answers.append(learnt)

    def figures(self) -> cookbook.Figures:
        longest, epochs = Limits().max_tokens, auto_epochs(len(self.tokens))
        return cookbook.Figures(
            self.no_system,
            self.no_user,
            cookbook.distribution(self.messages),
            tuple(self.tokens),
            cookbook.distribution(self.tokens),
            tuple(self.answers),
            cookbook.distribution(self.answers),
            sum(number > longest for number in self.tokens),
            epochs,
            epochs * sum(min(longest, number) for number in self.tokens),
        )


def read_and_count(lines: Sequence[str]) -> cookbook.Report:
    """As the check list gives it, but for the names of what was found."""
    findings: Counter[str] = Counter()
    faulty: list[int] = []
    tally = Tally()
    for at, line in enumerate(lines):
        try:
            example = parse_line(line)
        except ChatError:
            findings["line"] += 1
            faulty.append(at)
            continue
        problems = validate(example)
        if problems:
            findings.update(problem.code for problem in problems)
            faulty.append(at)
        else:
            tally.add(example)
    return cookbook.Report(findings, faulty, tally.figures())


def check_all(lines: Sequence[str]) -> tuple[cookbook.Figures, int]:
    """Everything that an import asks of its rows, in its order and portions; the figures and the number of problems."""
    examples: list[TrainingExample] = []
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        profiler, across = Profiler(), Across(Path(folder))
        for start in range(0, len(lines), PORTION):
            portion = [parse_line(line) for line in lines[start : start + PORTION]]
            for example in portion:
                tally.add(example)
            profiler.add(portion)
            across.add(range(start, start + len(portion)), portion)
            examples += portion
        light = profiler.profile()
        problems = sum(map(len, check_many(examples, Limits(), light)))
        found = across.findings(lambda ids: {id_: examples[id_] for id_ in ids}, Limits(), light)
        return tally.figures(), problems + sum(1 for _ in found)


def find_pairs(examples: Sequence[TrainingExample]) -> list[Pair]:
    across = Across(with_answers=True)
    across.add(range(len(examples)), examples)
    return list(across.pairs(lambda ids: {id_: examples[id_] for id_ in ids}, Limits().similarity, Profile("text")))


def recalls(pairs: Sequence[Pair], planted: Sequence[Planted]) -> Iterator[Row]:
    found = {(pair.earlier, pair.later) for pair in pairs}
    for edits in EDITS:
        copies = [(copy.first, copy.later) for copy in planted if copy.edits == edits]
        recall = sum(copy in found for copy in copies) / len(copies)
        wanted = f"{len(copies):,} planted; wanted: {WANTED}" if edits <= 0.05 else f"{len(copies):,} planted"
        yield Row(f"recall of copies with {edits:.0%} of the words edited", recall, WANTED, wanted, unit="of 1")


def precision(pairs: Sequence[Pair], examples: Sequence[TrainingExample]) -> float:
    rows = sorted({row for pair in pairs for row in (pair.earlier, pair.later)})
    read = readings([question(examples[row], True) for row in rows])
    sets = {}
    for row, reading in zip(rows, read, strict=True):
        parts = reading.tokens.split(" ")
        sets[row] = {tuple(parts[at : at + 3]) for at in range(max(1, len(parts) - 2))}
    return sum(_jaccard(sets[p.earlier], sets[p.later]) >= Limits().similarity for p in pairs) / len(pairs)


def _jaccard(one: set[Any], other: set[Any]) -> float:
    return len(one & other) / len(one | other)


def memory(number: int) -> Row:
    """Of a process that does nothing but compare, by streaming from a file."""
    command = [sys.executable, "-m", "tests.bench.across_child", str(number)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    how = f"peak resident memory, {told['before_mb']:.0f} MB of it before; wanted: at most {MEMORY}"
    return Row(f"{number:,} rows compared by streaming", told["peak_mb"], MEMORY, how, unit="MB")


if __name__ == "__main__":
    for row in run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS):
        print(
            f"{row.what:74s} {row.show(row.ours):>11s} {row.show(row.baseline):>11s} {row.ours / row.baseline:5.2f}  {row.how}"
        )
