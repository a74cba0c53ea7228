"""The sections of the HTML report, in the order in which they are read. Each returns "" when it has nothing to say."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from ftcore.records import Comparison, SideBySide, Story
from ftcore.report import facts, words
from ftcore.report.file import clean, cut
from ftcore.report.palette import arm_family

SHOWN = 200
"""How many answers stand side by side; the rest are counted."""
LONGEST = 2_000
"""Characters of one text."""
_SAID = {"yes": "yes", "no": "no", "unsure": "not sure"}


def escaped(text: object) -> str:
    """Text as HTML: nothing in it is markup."""
    return html.escape(clean(str(text)), quote=True)


def top(story: Story) -> str:
    advice = story.recommendation
    standing = words.standing(story)
    meaning = escaped(words.standing_meaning(story))
    badge = (
        f'<p><span class="standing">{escaped(standing)}</span> {meaning[:1].upper()}{meaning[1:]}</p>'
        if standing
        else ""
    )
    finding = words.second_sentence(story)
    lead = f'<p class="lead">{escaped(finding)}</p>' if finding else ""
    by = f" by {escaped(story.made_by)}" if story.made_by else ""
    boxes = (
        ("Money", words.money(story)),
        ("Biggest risk", words.risk(story)),
        ("Decision wanted", words.decision_wanted(story)),
    )
    question = "Should we fine-tune a language model for" if advice or story.comparisons else "Report on"
    return (
        f'<header class="top"><p class="eyebrow">{question} <bdi class="name">“{escaped(story.project)}”</bdi>? '
        f"{escaped(words.day(story.made_at))}{by}</p>"
        f"{_stamp(story)}<h1>{escaped(words.headline(story))}</h1>{lead}{badge}"
        f'<dl class="answer">{"".join(f"<div><dt>{name}</dt><dd>{escaped(text)}</dd></div>" for name, text in boxes)}</dl></header>'
    )


def compared(story: Story) -> str:
    if not story.arms:
        return ""
    n = max(arm.n for arm in story.arms)
    rows = (
        [
            _arm_name(facts.kind_of(arm), arm.label or arm.arm),
            f'<span class="name">{escaped(arm.model)}</span>',
            words.points(arm.average),
            f"{words.points(arm.low)} to {words.points(arm.high)}",
            f"{arm.tokens_in:,.0f} / {arm.tokens_out:,.0f}",
            f"{arm.seconds_median:.1f} s",
            f"{arm.missing}",
        ]
        for arm in story.arms
    )
    head = ("Way to answer", "Model", "Score of 100", "95% interval", "Tokens in / out", "Median time", "Missing")
    sub = f"Every way answered the same {n} test examples, which the tuned model never saw in training. Measured by “{words.scorer_name(story)}”."
    alt = "; ".join(f"{arm.label or arm.arm}: {words.points(arm.average)} of 100" for arm in story.arms)
    return _section("What was compared", sub, f"{_place('figure-arms', alt)}{_table(head, rows, numbers=range(2, 7))}")


def certainty(story: Story) -> str:
    found = words.primary(story)
    if not found:
        return ""
    name, comparison = found
    other = words.label_of(story, name)
    tally = "".join(
        f"<li><b>{count}</b>{what}</li>"
        for count, what in ((comparison.wins, "better"), (comparison.ties, "the same"), (comparison.losses, "worse"))
    )
    said = "".join(f"<p>{escaped(sentence)}</p>" for sentence in words.certainty(comparison))
    alt = f"Difference {words.signed(comparison.mean_difference)} of 100, {words.signed(comparison.low)} to {words.signed(comparison.high)}"
    on_practice = ", on the practice model" if story.practice else ""
    return _section(
        f"How sure it is: {words.VERDICTS[comparison.verdict].lower()}{on_practice}",
        f"The tuned model minus “{other}”, on the same examples. {story.comparator_why}".strip(),
        f'{_place("figure-difference", alt)}<ul class="tally">{tally}</ul>{said}',
    )


def regressions(story: Story) -> str:
    found = words.primary(story)
    if not found:
        return ""
    worst = words.regressions(story)
    if not worst:
        other = words.label_of(story, found[0])
        none = escaped(f"No example that may be shown was answered worse than by “{other}”.")
        return _section("Where the tuned model is worse", "", f"<p>{none}</p>") if story.rows else ""
    sub = f"The {len(worst)} worst of {found[1].losses}, chosen by score and by nothing else."
    return _section("Where the tuned model is worse", sub, "".join(_row(story, row) for row in worst))


def advice(story: Story) -> str:
    recommended = story.recommendation
    if not recommended:
        return ""
    follow = [str(step) for step in recommended.next_steps]
    lists = (
        ("Because", [str(one) for one in recommended.because]),
        ("What to do, in this order", follow),
        ("Cheaper ways to the same end", recommended.alternatives),
        ("Mind", recommended.risks),
        ("What would reverse it", recommended.reverses_if),
    )
    told = "".join(_list(title, items, ordered=title.startswith("What to do")) for title, items in lists)
    return _section("What we advise, and why", recommended.headline, told)


def data(story: Story) -> str:
    said = words.data_sentences(story)
    return _section("What the data was", "", "".join(f"<p>{escaped(s)}</p>" for s in said)) if said else ""


def training(story: Story) -> str:
    said = words.training_sentences(story)
    if not said:
        return ""
    figure = _place("figure-loss", "Training loss by step") if len(story.losses) > 1 else ""
    return _section("How it was trained", "", "".join(f"<p>{escaped(s)}</p>" for s in said) + figure)


def limits(story: Story) -> str:
    found = words.primary(story)
    method = words.method(found[1]) if found else ""
    told = _list("", words.limits(story)) + (f"<p>{escaped(method)}</p>" if method else "")
    return _section("Method and limits", "", told)


def every_answer(story: Story) -> str:
    rows = words.shown_rows(story)
    if not rows:
        return ""
    arms = [arm.arm for arm in story.arms] or sorted({name for row in rows for name in row.answers})
    head = ("", "Asked", "Wanted", *(words.label_of(story, name) for name in arms))
    body = (
        [str(at), _text(row.input), _text(row.expected), *(_answer(story, row, name) for name in arms)]
        for at, row in enumerate(rows[:SHOWN], 1)
    )
    left = len(rows) - SHOWN
    more = f" {left:,} more are in the app and in the JSON file." if left > 0 else ""
    sub = f"The worst for the tuned model first, {min(len(rows), SHOWN):,} of {len(rows):,}.{more}"
    table = _table(head, body, numbers=(0,), kind="answers")
    return _section("Every answer side by side", sub, f"<details><summary>Show the answers</summary>{table}</details>")


def appendix(story: Story) -> str:
    facts = [
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
        *((f"Answer: {key}", _SAID.get(reply, reply)) for key, reply in story.answers.items()),
        ("Reasons given", ", ".join(story.reasons)),
    ]
    rows = ([escaped(name), f'<code class="text">{escaped(value)}</code>'] for name, value in facts if value)
    prompts = "".join(
        f"<h3>{escaped(arm.label or arm.arm)}: system prompt</h3><pre>{escaped(cut(arm.system_prompt, 20_000))}</pre>"
        for arm in story.arms
        if arm.system_prompt
    )
    told = _table(("What", "Value"), rows) + _comparisons(story) + prompts
    return _section(
        "For the engineer", "", f"<details><summary>Show everything needed to repeat it</summary>{told}</details>"
    )


def foot(story: Story) -> str:
    return f"<footer>Made with Tuneworthy, {escaped(words.day(story.made_at))}. This file asks the network for nothing.</footer>"


def _comparisons(story: Story) -> str:
    head = (
        "Fine-tuned against",
        "n",
        "Difference",
        "Interval",
        "Method",
        "p",
        "Won / tied / lost",
        "Missing",
        "Verdict",
    )
    rows = (
        [_arm_name(facts.kind_named(story, name), words.label_of(story, name)), *_figures_of(one)]
        for name, one in story.comparisons
    )
    return _table(head, rows, numbers=(1, 2, 3, 5, 6, 7)) if story.comparisons else ""


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


def _row(story: Story, row: SideBySide) -> str:
    found, tuned = words.primary(story), words.tuned_arm(story)
    shown = [name for name in (tuned.arm if tuned else "", found[0] if found else "") if name]
    answers = "".join(
        f"<dt>{_arm_name(facts.kind_named(story, name), words.label_of(story, name))}{_score(story, row, name)}</dt><dd>{_text(row.answers.get(name))}</dd>"
        for name in shown
    )
    wanted = f"<dt>Wanted</dt><dd>{_text(row.expected)}</dd>"
    return f'<div class="row"><div class="asked">{_text(row.input)}</div><dl>{wanted}{answers}</dl></div>'


def _answer(story: Story, row: SideBySide, arm: str) -> str:
    return f"{_text(row.answers.get(arm))}{_score(story, row, arm)}"


def _score(story: Story, row: SideBySide, arm: str) -> str:
    return f" <small>({words.score_words(story, row.scores.get(arm))})</small>"


def _arm_name(kind: str, label: str) -> str:
    return f'<span class="dot {arm_family(kind)}"></span><span class="name">{escaped(label)}</span>'


def _text(text: str | None) -> str:
    if text is None:
        return "<em>no answer arrived</em>"
    return f'<div class="text" dir="auto">{escaped(cut(text, LONGEST))}</div>' if text.strip() else "<em>empty</em>"


def _stamp(story: Story) -> str:
    text = words.stamp(story)
    return f'<p class="stamp"><strong>{words.PRACTICE_STAMP}</strong>{escaped(text)}</p>' if text else ""


def _section(title: str, sub: str, content: str) -> str:
    under = f'<p class="sub">{escaped(sub)}</p>' if sub else ""
    return f"<section><h2>{escaped(title)}</h2>{under}{content}</section>"


def _list(title: str, items: Sequence[str], *, ordered: bool = False) -> str:
    if not items:
        return ""
    kind = "ol" if ordered else "ul"
    head = f"<h3>{escaped(title)}</h3>" if title else ""
    return f"{head}<{kind}>{''.join(f'<li>{escaped(item)}</li>' for item in items)}</{kind}>"


def _place(name: str, alt: str) -> str:
    return f'<div class="figure" id="{name}" role="img" aria-label="{escaped(alt)}"></div>'


def _table(head: Iterable[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = (), kind: str = "") -> str:
    """A table; `head` is text, `rows` are HTML already; `numbers` are the columns set to the right."""
    right = set(numbers)

    def mark(at: int) -> str:
        return ' class="n"' if at in right else ""

    top_row = "".join(f'<th scope="col"{mark(at)}>{escaped(title)}</th>' for at, title in enumerate(head))
    body = "".join(f"<tr>{''.join(f'<td{mark(at)}>{cell}</td>' for at, cell in enumerate(row))}</tr>" for row in rows)
    return f'<div class="scroll"><table class="{kind}"><thead><tr>{top_row}</tr></thead><tbody>{body}</tbody></table></div>'
