"""The sections of the web page behind the answer: the decision record, the data, the training, limits, sources, every answer."""

from __future__ import annotations

from ftcore.decision.questions import QUESTIONS, SAID
from ftcore.records import Comparison, SideBySide, Story
from ftcore.report import data_sheet, facts, svg, words
from ftcore.report.citing import cite, evidence_lines
from ftcore.report.file import cut
from ftcore.report.html_parts import escaped, listed, paragraphs, section, table, text, way
from ftcore.report.html_parts import facts as fact_table

SHOWN = 200
"""How many answers stand side by side; the rest are counted."""
NOT_DECIDED = "Nothing has been decided yet."


def decision(story: Story) -> str:
    """What was asked, answered, advised and decided."""
    taken = story.decided
    if not (story.answers or taken):
        return ""
    asked = [(words.house_word(story, key), SAID.get(story.answers.get(key, ""), SAID[""])) for key in QUESTIONS]
    rows: list[tuple[str, str]] = []
    if taken:
        rows = [
            ("Decided", words.house_word(story, taken.choice) or NOT_DECIDED),
            ("Why", taken.why),
            ("By", taken.who),
            ("Decided on" if taken.choice else "Answered on", words.day(taken.on)),
            ("To be looked at again on", words.day(taken.review_on) or "no day has been set"),
            (
                "Record",
                f"version {taken.version}, sha256 {taken.digest}" if taken.digest else "no version has been kept",
            ),
        ]
    reasons = [words.house_word(story, reason) for reason in story.reasons]
    answered = fact_table(asked, "Questions and answers") if story.answers else ""
    return section(
        "The decision record", "", f"{fact_table(rows, 'The decision')}{answered}{listed('Reasons given', reasons)}"
    )


def data(story: Story) -> str:
    """The data sheet's essentials."""
    rows = data_sheet.essentials(story)
    if not rows:
        return ""
    sub = "The whole data sheet is a file of its own, which the app makes on the Report page."
    return section("The data", sub, fact_table(rows, "The data sheet in short"), id_="data")


def training(story: Story) -> str:
    said = words.training_sentences(story)
    if not said:
        return ""
    until = f"The model or its base is shut down on {words.day(story.shutdown)}." if story.shutdown else ""
    return section("How it was trained", "", f"{paragraphs((*said, until))}{svg.loss(story)}", id_="training")


def limits(story: Story) -> str:
    told = listed("", words.limits(story)) + paragraphs((words.how(story),))
    return section("Method and limits", "", told, id_="limits")


def sources(story: Story) -> str:
    """Research that is cited, and the hashes by which the evidence is known again."""
    told = listed("Research", [cite(one) for one in story.research]) + listed("Evidence", evidence_lines(story))
    return section("Sources", "", told, id_="sources") if told else ""


def every_answer(story: Story) -> str:
    rows = words.shown_rows(story)
    if not rows:
        return ""
    arms = [arm.arm for arm in story.arms] or sorted({name for row in rows for name in row.answers})
    head = ("No.", "Asked", "Wanted", *(words.label_of(story, name) for name in arms))
    body = (
        [str(at), text(row.input), text(row.expected), *(_answer(story, row, name) for name in arms)]
        for at, row in enumerate(rows[:SHOWN], 1)
    )
    marks = [f'data-outcome="{_outcome(story, row)}"' for row in rows[:SHOWN]]
    left = len(rows) - SHOWN
    more = f" {left:,} more are in the app and in the JSON file." if left > 0 else ""
    sub = f"The worst for {words.subject(story)} first, {min(len(rows), SHOWN):,} of {len(rows):,}.{more}"
    choose = '<div class="choose" id="choose-answers" role="group" aria-label="Show answers that were" hidden></div>'
    told = table(head, body, numbers=(0,), kind="answers", caption="Every answer", marks=marks)
    return section(
        "Every answer side by side",
        sub,
        f"<details><summary>Show the answers</summary>{choose}{told}</details>",
        id_="answers",
    )


def appendix(story: Story) -> str:
    found = [
        ("Base model", story.base_model),
        ("Fine-tuned model", story.fine_tuned_model),
        ("Endpoint", story.endpoint),
        ("Job", story.job_id),
        ("Snapshot (sha256)", story.snapshot),
        ("Tokens in the snapshot", f"{story.tokens:,}" if story.tokens else ""),
        ("Trained tokens", f"{story.trained_tokens:,}" if story.trained_tokens is not None else ""),
        ("Seed of the training", str(story.seed) if story.job_id else ""),
        *((f"Hyperparameter {name}", value) for name, value in sorted(story.hyperparameters.items())),
        ("Scorer", story.scorer),
        ("Reasons given", ", ".join(story.reasons)),
    ]
    prompts = "".join(
        f"<h3>{escaped(arm.label or arm.arm)}: system prompt</h3><pre>{escaped(cut(arm.system_prompt, 20_000))}</pre>"
        for arm in story.arms
        if arm.system_prompt
    )
    told = fact_table(found, "Everything needed to repeat it") + _comparisons(story) + prompts
    folded = f"<details><summary>Show everything needed to repeat it</summary>{told}</details>"
    return section("For the engineer", "", folded, id_="engineer") if told else ""


def foot(story: Story) -> str:
    house = f"{escaped(story.brand.name)}. " if story.brand.name else ""
    return f"<footer>{house}Made with Tuneworthy, {escaped(words.day(story.made_at))}. This file asks the network for nothing.</footer>"


def _comparisons(story: Story) -> str:
    against = f"{words.upper(words.compared_thing(story))} against"
    head = (against, "n", "Difference", "Interval", "Method", "p", "Won / tied / lost", "Missing", "Verdict")
    rows = (
        [way(facts.kind_named(story, name), words.label_of(story, name)), *_figures_of(one)]
        for name, one in story.comparisons
    )
    return table(head, rows, numbers=(1, 2, 3, 5, 6, 7), caption="Every comparison") if story.comparisons else ""


def _figures_of(one: Comparison) -> list[str]:
    return [
        f"{one.n}",
        f"{one.mean_difference:+.4f}",
        f"{one.low:+.4f} to {one.high:+.4f}",
        escaped(f"{one.method}{', rough' if one.rough else ''}, seed {one.seed}"),
        f"{one.p_value:.4f}",
        f"{one.wins} / {one.ties} / {one.losses}",
        f"{one.missing}",
        escaped(words.VERDICTS[one.verdict]),
    ]


def _answer(story: Story, row: SideBySide, arm: str) -> str:
    return f"{text(row.answers.get(arm))} <small>({words.score_words(story, row.scores.get(arm))})</small>"


def _outcome(story: Story, row: SideBySide) -> str:
    by = words.change(story, row)
    return "unknown" if by is None else "lost" if by < 0 else "won" if by > 0 else "same"
