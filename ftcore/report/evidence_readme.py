"""What stands beside the evidence: which file is what, and how to score everything again. No script is in the archive."""

from __future__ import annotations

from dataclasses import dataclass

AGAIN = """\
import json
from ftcore.evaluation.scorers import Context, make
from ftcore.evaluation.statistics import compare
read = lambda name: [json.loads(line) for line in open(name, encoding="utf-8")]
config, rows = json.load(open("configuration.json", encoding="utf-8")), [r for r in read("rows.jsonl") if r["split"] == "test"]
score, expected = make(config["scorer"], Context(**config["scorer_context"]{training})).score, {r["id"]: r["expected"] for r in rows}
found = {(arm["name"], row): [] for arm in config["arms"] for row in expected}
for a in [a for a in read("answers.jsonl") if a["split"] == "test" and a["text"] is not None]:
    found[a["arm"], a["id"]].append(score(a["text"], expected[a["id"]]))
of = lambda arm: [sum(s) / len(s) if (s := [x for x in found[arm, row] if x == x]) else None for row in expected]
print(again := compare(of(config["comparator"]), of(config["candidate"]), clusters=[r["cluster"] for r in rows], delta=config["delta"], seed=config["seed"]))
"""

TRAINING = ', training=tuple(read("training_answers.jsonl"))'

FILES = (
    ("rows.jsonl", "a row a line: id, split, messages (what was asked), expected, tags, cluster, sha256"),
    (
        "answers.jsonl",
        "a call a line: split, arm, id, repeat, model, text (null = none arrived; error says why), seconds, tokens_in, "
        "tokens_out, finish_reason, key, sources",
    ),
    (
        "requests.jsonl",
        "a call a line: the request as it was sent, built again from the arms; as_sent is true where the key of the call, a "
        "hash of the request, says that exactly this was sent",
    ),
    (
        "scores.csv",
        "split, arm, id, repeat, scorer, score; texts that a spreadsheet would run begin with an apostrophe",
    ),
    (
        "comparisons.json",
        "the result: averages, comparisons with intervals, what validation chose, and every correction",
    ),
    ("ratings.csv", "blind ratings: id, who, left, right (the arms on each side), choice, via, note, at"),
    ("judgements.jsonl", "what a judge model said: judge, id, arm, other_arm, value, text, error"),
    (
        "configuration.json",
        "arms with their hashes, settings, seed, scorer, delta, snapshot, job, connection, corrections",
    ),
    ("versions.json", "of what asked, and of what wrote this file"),
    ("training_answers.jsonl", "only where a measure compares with the training answers: an answer a line"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the README tells of this run."""

    project: str
    run_id: int
    verdict: str
    rows: int
    answers: int
    missing: int
    private: int
    with_private: bool
    single_run: bool
    practice: bool
    own_measure: bool
    """The measure is a program of the project's own."""
    corrections: int
    other_requests: int
    private_requests: int
    lost: dict[str, str]
    names: tuple[str, ...]
    """Of the files that are there."""


def readme(facts: Facts) -> str:
    """Markdown."""
    told = [
        f"# Evidence of comparison {facts.run_id}, {_plain(facts.project)}",
        "",
        facts.verdict,
        "",
        f"{facts.rows:,} rows, {facts.answers:,} answers"
        + (f", {facts.missing:,} never arrived." if facts.missing else "."),
        *_cautions(facts),
        "",
        "## Files",
        "",
        *(f"- `{name}`: {said}" for name, said in FILES if name in facts.names),
        "",
        "Ids are those of the examples in the project. Times are seconds as measured; scores are between 0 and 1.",
        "",
        "## Score everything again",
        "",
        "Nothing in this archive runs by itself. With Tuneworthy installed, this text in a Python "
        "session, in the folder of these files, scores every answer again and compares. Any function of (answer, expected) "
        "that gives a number from 0 to 1 can stand in the place of `score`.",
        "",
        "```python",
        AGAIN.rstrip().replace("{training}", TRAINING if "training_answers.jsonl" in facts.names else ""),
        "```",
    ]
    return "\n".join(told)


def _cautions(facts: Facts) -> list[str]:
    said = []
    if facts.single_run:
        said.append("One training run; repeats may differ.")
    if facts.practice:
        said.append(
            "Measured on the small practice model. It shows your examples can teach; it does not show that a larger model "
            "needs teaching."
        )
    if facts.own_measure:
        said.append(
            "The measure is a program of the project's own, which is not in this archive: ask for it to score again."
        )
    if facts.corrections:
        several = "1 correction" if facts.corrections == 1 else f"{facts.corrections} corrections"
        said.append(
            f"This is the verdict after {several} of expected answers; the ones before are in `comparisons.json`."
        )
    if facts.private and not facts.with_private:
        said.append(
            f"Left out as private: {_count(facts.private, 'row')}, with all that was said about them. The figures in "
            "`comparisons.json` were made with them, so scoring again gives slightly others."
        )
    elif facts.private:
        said.append(f"Private rows are in it, as was asked for: {facts.private:,}.")
    if facts.private_requests:
        said.append(
            f"Left out: {_count(facts.private_requests, 'request')}, since an example is shown in it that is private by now."
        )
    if facts.other_requests:
        said.append(
            f"Not as sent: {_count(facts.other_requests, 'request')}, by the keys of the calls (`as_sent` is false). A document, "
            "a prompt, or this program has changed since."
        )
    said += [f"The requests of the arm `{name}` could not be built again. {why}" for name, why in facts.lost.items()]
    return [line for one in said for line in ("", one)]


def _count(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else f'{word}s'}"


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("#", "").replace("`", "'")
