"""The sections of the web page that tell the answer: in the order in which they are read. Each gives "" when it has nothing to say."""

from __future__ import annotations

import json

from ftcore.records import SideBySide, Story
from ftcore.report import examples as chosen_examples
from ftcore.report import facts, plain, svg, ways, words
from ftcore.report.html_parts import escaped, listed, paragraphs, section, table, text, way

BY_WHEN = "By when"


def top(story: Story) -> str:
    """The question, the answer and what slide one says."""
    standing, meaning = words.standing(story), words.standing_meaning(story)
    badge = (
        f'<p><span class="standing">{escaped(standing)}</span> {escaped(words.upper(meaning))}</p>' if standing else ""
    )
    finding = words.second_sentence(story)
    lead = f'<p class="lead">{escaped(finding)}</p>' if finding else ""
    by = f" by {escaped(story.made_by)}" if story.made_by else ""
    house = f'<span class="house">{escaped(story.brand.name)}</span> ' if story.brand.name else ""
    boxes = [
        ("Money", words.money(story)),
        ("Biggest risk", words.risk(story)),
        ("Decision wanted", f"{words.decision_wanted(story)} {words.by_when(story)}"),
    ]
    more = [("Where does our data go?", words.where_data_goes(story))]
    if instead := words.instead(story):
        more.insert(0, ("What instead, what it costs, and when", instead))
    return (
        f'<header class="top"><p class="eyebrow">{house}<bdi class="name">{escaped(words.question(story))}</bdi> '
        f"{escaped(words.day(story.made_at))}{by}</p>"
        f"{_stamp(story)}<h1>{escaped(words.headline(story))}</h1>{lead}{badge}"
        f'<dl class="answer">{_boxes(boxes)}</dl><dl class="answer more">{_boxes(more)}</dl></header>'
    )


def compared(story: Story) -> str:
    """Each way with its interval, as bars and as a table."""
    if not story.arms:
        return ""
    rows = [
        [way(facts.kind_of(arm), cells[0]), f'<span class="name">{escaped(cells[1])}</span>', *map(escaped, cells[2:])]
        for arm, cells in zip(story.arms, ways.rows(story), strict=True)
    ]
    head = ways.head(story)
    sub = f"{words.asked_sentence(story)} Measured by “{words.scorer_name(story)}”."
    names = escaped(json.dumps([arm.label or arm.arm for arm in story.arms]))
    choose = f'<div class="choose" id="choose-ways" role="group" aria-label="Show or hide ways" data-names="{names}" hidden></div>'
    marks = [f'class="way-{at}"' for at in range(len(rows))]
    told = table(head, rows, numbers=range(2, len(head)), caption="Every way to answer", marks=marks)
    return section("What was compared", sub, f"{choose if len(rows) > 1 else ''}{svg.ways(story)}{told}")


def certainty(story: Story) -> str:
    """How sure the difference is, against every other way."""
    found = words.primary(story)
    if not found:
        return ""
    name, comparison = found
    tally = "".join(
        f"<li><b>{count}</b>{what}</li>"
        for count, what in ((comparison.wins, "better"), (comparison.ties, "the same"), (comparison.losses, "worse"))
    )
    rows = [
        [way(facts.kind_named(story, one), cells[0]), *map(escaped, cells[1:])]
        for (one, _), cells in zip(story.comparisons, ways.differences(story), strict=True)
    ]
    told = table(ways.DIFFERENCES, rows, numbers=(1, 2, 3), caption="Differences, candidate minus each other way")
    on_practice = ", on the practice model" if story.practice else ""
    return section(
        f"How sure it is: {words.VERDICTS[comparison.verdict].lower()}{on_practice}",
        f"{words.upper(words.subject(story))} minus “{words.label_of(story, name)}”, on the same examples. {story.comparator_why}".strip(),
        f'{svg.differences(story)}<ul class="tally">{tally}</ul>{paragraphs(words.sure(story))}{told}',
        id_="how-sure",
    )


def examples(story: Story) -> str:
    """Chosen by a rule that is said: the worst losses first."""
    found = words.primary(story)
    if not found or not story.rows:
        return ""
    picked = chosen_examples.chosen(story)
    if not picked:
        return section("Examples", "", "<p>There is no example that may be shown.</p>")
    rows = "".join(_row(story, one.why, one.row) for one in picked)
    title = "Examples: the worst losses first" if picked[0].why == chosen_examples.LOST else "Examples"
    told = f"{chosen_examples.rule(story)} {chosen_examples.blind_to(story)}".strip()
    return section(title, told, rows, id_="examples")


def cost(story: Story) -> str:
    """What it costs and when it pays; what is missing to say so."""
    pay = story.pay
    if pay is None:
        if not story.arms:
            return ""
        return section(
            "What it costs, and when it pays",
            "",
            paragraphs((words.money(story), "When it pays has not been worked out.")),
        )
    told = paragraphs((pay.money, pay.because, pay.quality, *pay.notes))
    missing = listed("What is missing to say more", pay.missing)
    lines = table(
        ("What", "How", "Amount", "From"),
        [[escaped(cell) for cell in (line.what, line.how, line.amount, line.source)] for line in pay.lines],
        caption="The arithmetic",
    )
    figures = table(
        ("Figure", "Value", "From"),
        [[escaped(cell) for cell in (one.label, one.text or "not known", one.source)] for one in pay.figures],
        caption="The figures that went in",
    )
    folded = f"{lines if pay.lines else ''}{figures if pay.figures else ''}"
    fold = f"<details><summary>Show the arithmetic and its figures</summary>{folded}</details>" if folded else ""
    return section("What it costs, and when it pays", pay.sentence, f"{svg.cost(pay)}{told}{missing}{fold}", id_="cost")


def advice(story: Story) -> str:
    """What is advised and why, the risks, and what would reverse it."""
    recommended = story.recommendation
    if not recommended:
        return ""
    lists = (
        ("Because", [str(one) for one in recommended.because]),
        ("What to do, in this order", [str(step) for step in recommended.next_steps]),
        ("Cheaper ways to the same end", recommended.alternatives),
        ("Risks", recommended.risks),
        ("What would reverse it", recommended.reverses_if),
    )
    told = "".join(listed(title, items, ordered=title.startswith("What to do")) for title, items in lists)
    return section("What we advise, and why", recommended.headline, told, id_="advice")


def _boxes(boxes: list[tuple[str, str]]) -> str:
    return "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(said)}</dd></div>" for name, said in boxes)


def _row(story: Story, why: str, row: SideBySide) -> str:
    found, ours = words.primary(story), words.tuned_arm(story)
    shown = [name for name in (ours.arm if ours else "", found[0] if found else "") if name]
    answers = "".join(
        f"<dt>{way(facts.kind_named(story, name), words.label_of(story, name))}"
        f" <small>({words.score_words(story, row.scores.get(name))})</small></dt><dd>{text(_readable(row.answers.get(name)))}</dd>"
        for name in shown
    )
    wanted = f"<dt>Wanted</dt><dd>{text(plain.fields(row.expected))}</dd>"
    return f'<div class="row"><h3>{escaped(why)}</h3><div class="asked">{text(row.input)}</div><dl>{wanted}{answers}</dl></div>'


def _readable(answer: str | None) -> str | None:
    return None if answer is None else plain.fields(answer)


def _stamp(story: Story) -> str:
    said = words.stamp(story)
    return f'<p class="stamp"><strong>{words.PRACTICE_STAMP}</strong>{escaped(said)}</p>' if said else ""
