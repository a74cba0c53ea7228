"""10,000 stored answers scored again by every deterministic scorer that comes with the app, against the 10 s that are
promised; and chrF and BLEU against sacrebleu's own way, on the same answers in the same run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence

from ftcore.evaluation.scorers import NAMES, Context, get, make
from tests.bench.measure import Row, in_turn

ANSWERS = 10_000
ARMS = 5
PROMISED = 10.0
COMMON = (
    "the a to your you we our order refund account card payment please will has been within days "
    "email reply sent address change because sorry thank help with from this that can not is are on "
    "in of for and delivery parcel return policy customer late arrived damaged replacement number invoice tomorrow shop team"
)
WORDS = COMMON.split()
TERMS = {
    "required": ["refund", "order number", "return policy"],
    "forbidden": ["chargeback", "client"],
    "preferred": {"client": "customer", "package": "parcel"},
}
Pair = tuple[str, str]


def run() -> Iterator[Row]:
    pairs, context = answers(), made()
    scorers = [make(name, context) for name in NAMES]
    taken = {}
    for scorer in scorers:
        score_all(scorer.score, pairs[:50])  # what is imported at the first use is not counted
        began = time.process_time()
        score_all(scorer.score, pairs)
        taken[scorer.name] = time.process_time() - began
    slowest = ", ".join(f"{name} {taken[name]:.1f} s" for name in sorted(taken, key=lambda name: -taken[name])[:4])
    letters = sum(len(answer) for answer, _ in pairs) / len(pairs)
    how = f"{len(scorers)} scorers, {letters:.0f} characters an answer; promised: below 10 s; {slowest}"
    # Seconds of processor: nothing is waited for, and other programs do not change them much.
    yield Row(f"{ANSWERS:,} stored answers scored again, processor", sum(taken.values()), PROMISED, how)
    yield from against_sacrebleu(pairs[:1_000])


def against_sacrebleu(pairs: Sequence[Pair]) -> Iterator[Row]:
    from sacrebleu.metrics import BLEU, CHRF

    for name, metric in (("chrf", CHRF()), ("bleu", BLEU(effective_order=True))):

        def theirs(answer: str, expected: str, metric: BLEU | CHRF = metric) -> float:
            return float(metric.sentence_score(answer, [expected]).score) / 100

        ours = get(name).score
        assert all(abs(ours(*pair) - theirs(*pair)) < 1e-9 for pair in pairs[:200])
        mine, baseline = in_turn(lambda: score_all(ours, pairs), lambda: score_all(theirs, pairs), times=3)  # noqa: B023
        yield Row(
            f"{name} of {len(pairs):,} answers", mine, baseline, "baseline: sacrebleu's sentence_score; same scores"
        )


def score_all(score: Callable[[str, str], float], pairs: Sequence[Pair]) -> float:
    return sum(score(answer, expected) for answer, expected in pairs)


def answers(count: int = ANSWERS) -> list[Pair]:
    """Half prose of two to four sentences, half JSON; five arms answer each question, all nearly right."""
    chance = random.Random(11)
    pairs = []
    for at in range(count // ARMS):
        expected = prose(chance) if at % 2 else form(chance)
        for _ in range(ARMS):
            answer = list(expected)
            for _ in range(chance.randrange(12)):
                answer[chance.randrange(len(answer))] = chance.choice("aeiou ")
            pairs.append(("".join(answer), expected))
    return pairs


def made() -> Context:
    chance = random.Random(12)
    return Context(
        training=tuple(prose(chance) for _ in range(400)),
        terms=TERMS,
        options={
            "label": {"labels": [f"label_{at}_{word}" for at, word in enumerate(WORDS)]},
            "regex": {"pattern": r"\s*\{.*\}\s*"},
        },
        schema={
            "type": "object",
            "properties": {"intent": {"type": "string"}, "urgent": {"type": "boolean"}, "note": {"type": "string"}},
            "required": ["intent", "urgent"],
        },
    )


def prose(chance: random.Random) -> str:
    sentences = [
        " ".join(chance.choice(WORDS) for _ in range(chance.randint(7, 18))) for _ in range(chance.randint(2, 4))
    ]
    return " ".join(f"{sentence.capitalize()}." for sentence in sentences)


def form(chance: random.Random) -> str:
    note = " ".join(chance.choice(WORDS) for _ in range(8))
    return f'{{"intent": "{chance.choice(WORDS)}", "urgent": {chance.choice(("true", "false"))}, "note": "{note}"}}'


if __name__ == "__main__":
    import sys

    for row in run():
        sys.stdout.write(f"{row.what}: {row.show(row.ours)} / {row.show(row.baseline)} ({row.how})\n")
