"""A model as judge of a finished comparison: asked, and believed as far as people agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ftcore.endpoints.facts import facts_of
from ftcore.records import Answer, Endpoint, Split, Story, TaskState
from ftcore.report import words
from ftcore.store import endpoints, judgements, ratings, runs, snapshots, tasks
from ftcore.store.runs import Run
from ftcore.ui import ledger, page, say, session

if TYPE_CHECKING:
    from ftcore.evaluation.judge import JudgeSummary
    from ftcore.evaluation.judge.ordering import Order

KINDS = {"pairs": "Which of two is better, both orders", "rubric": "Marks from 1 to 5", "checks": "Yes or no questions"}
ASKS = {
    "pairs": "What decides (left empty: which serves the person who asked better)",
    "rubric": "What the marks are for (left empty: how well the answer serves the person who asked)",
    "checks": "Questions, one on each line, so that yes is good",
}
MOST_TEXT = 4_000
ROWS = 100
TOKENS_OUT = 512
"""A judge may write so much."""


def draw(story: Story, run: Run) -> None:
    st.text(
        "A model reads the answers and says which is better. It has habits: it may like long answers, its own kind, or the "
        "one shown first. So pairs are shown in both orders, and its verdict counts only where people who rated blind agree.",
        width=page.PROSE,
    )
    found = words.primary(story)
    if found is None:
        st.text("This comparison holds no figures.")
        return
    arms = (str(run.result.get("candidate", "fine_tuned")), found[0])
    for name in _judges(run):
        _summary(story, run, name, arms)
    if not _under_way(run):
        _form(story, run, arms)


def _judges(run: Run) -> list[str]:
    with session.db().read() as c:
        return judgements.judges(c, run.id)


def _summary(story: Story, run: Run, name: str, arms: tuple[str, str]) -> None:
    from ftcore.evaluation.judge import Standing, judge_summary
    from ftcore.evaluation.verdict import label

    kept = run.settings.get("judges", {}).get(name, {})
    pair = tuple(kept.get("arms", arms))
    arms = (str(pair[0]), str(pair[1]))
    with session.db().read() as c:
        said = judgements.of_run(c, run.id, name)
        rated = ratings.of_run(c, run.id)
        tested = [str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)]
        answers = runs.answers(c, run.id, Split.TEST, run.scorer)
    judged = {one.case_id for one in said}
    rows = [case for case in tested if case in judged]
    lengths = {case: _lengths(answers, case, arms) for case in rows}
    found = judge_summary(said, arms, rows, ratings=rated, lengths=lengths, delta=run.delta, seed=run.seed)
    with st.container(border=True):
        st.markdown(page.plain(f"{kept.get('model', name)} · {KINDS.get(found.kind, found.kind)}"))
        st.caption(page.plain(f"{say.count(len(rows), 'test example')}. {found.trust.sentence}"))
        lines = _lines(story, found)
        if found.trust.standing is Standing.UNCHECKED or found.trust.shown:
            compared = found.comparison
            told = label(compared.verdict) if found.trust.shown else "no verdict yet"
            span = f"{words.signed(compared.low)} to {words.signed(compared.high)}"
            said_of = f"{words.label_of(story, arms[0])} minus {words.label_of(story, arms[1])}"
            lines = {said_of: f"{words.signed(compared.mean_difference)} of 100 ({span}); {told}", **lines}
        ledger.draw(lines, alt="What the judge said")


def _lines(story: Story, found: JudgeSummary) -> dict[str, str]:
    told = {}
    if found.flips is not None and found.flips.pairs:
        told["The order decided"] = f"in {found.flips.flipped} of {found.flips.pairs} pairs, which count as ties"
    for arm in found.arms:
        told[words.label_of(story, arm.arm)] = f"{arm.average * 100:.0f} of 100 ({arm.n} answers)"
    if found.unreadable:
        told["Not readable"] = f"{say.count(found.unreadable, 'reply', 'replies')}, left out"
    return told


def _lengths(answers: list[Answer], case: str, arms: tuple[str, str]) -> tuple[int, int]:
    texts = {one.arm: one.text or "" for one in answers if one.case_id == case and one.repeat == 0}
    return len(texts.get(arms[0], "")), len(texts.get(arms[1], ""))


def _under_way(run: Run) -> bool:
    from ftcore.evaluation.judge.ordering import KIND

    with session.db().read() as c:
        task = tasks.last(c, run.project_id, KIND)
    if task is None or task.payload.get("run_id") != run.id:
        return False
    if task.state is TaskState.FAILED:
        st.error(page.plain(f"The judge did not end. {task.error}"), icon=":material/error:")
    if task.state not in (TaskState.QUEUED, TaskState.RUNNING):
        return False
    _watch(task.id)
    return True


@st.fragment(run_every=1.5)
def _watch(task_id: int) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state not in (TaskState.QUEUED, TaskState.RUNNING):
        st.rerun()
    st.text(f"The judge has said {task.done:,} of {task.total:,}" if task.total else "The judge is about to begin")
    st.progress(min(1.0, task.done / task.total) if task.total else 0.0)
    if st.button("Stop the judge", icon=":material/stop:", key="judge-stop"):
        with session.db().write() as c:
            tasks.request_cancel(c, task_id)


def _form(story: Story, run: Run, arms: tuple[str, str]) -> None:
    from ftcore.evaluation.judge.ordering import Order

    with session.db().read() as c:
        places = {one.id: one for one in endpoints.every(c)}
        test = snapshots.get(c, run.snapshot_id).test
    left, right = st.columns(2, gap="medium")
    kind = left.selectbox("How it judges", list(KINDS), format_func=lambda one: KINDS[one], key="judge-kind")
    where = right.selectbox("Where", list(places), format_func=lambda id_: places[id_].name, key="judge-where")
    text = st.text_area(ASKS[kind], key=f"judge-text-{kind}", height=90, max_chars=MOST_TEXT)
    left, right = st.columns(2, gap="medium")
    model = left.text_input(
        "Model", value=story.base_model if places[where].practice else "", key=f"judge-model-{where}"
    )
    most = max(1, min(test, ROWS))
    rows = right.number_input("Test examples", min_value=1, max_value=max(1, test), value=most, key="judge-rows")
    wanted = Order(kind, model, where, arms, int(rows), text)
    if places[where].practice:
        st.caption("The practice model is a poor judge: use it to see how judging works, and believe nothing it says.")
    stopped = _faulty(wanted, places[where])
    if not stopped:
        st.caption(page.plain(_price(run, wanted, places[where])))
    st.button(
        "Ask the judge",
        icon=":material/gavel:",
        key="judge-ask",
        disabled=bool(stopped),
        help=stopped or None,
        on_click=_order,
        args=(run, wanted),
    )


def _faulty(wanted: Order, endpoint: Endpoint) -> str:
    from ftcore.evaluation.errors import EvaluationError

    try:
        wanted.judge(endpoint)
    except EvaluationError as error:
        return str(error)
    return ""


def _price(run: Run, wanted: Order, endpoint: Endpoint) -> str:
    """What the judging may cost at the most."""
    from ftcore.chat import count_tokens
    from ftcore.evaluation.budget import MORE_TOKENS
    from ftcore.evaluation.judge import Item, challenges
    from ftcore.evaluation.judge.ordering import items_of
    from ftcore.evaluation.pricing import price_of

    items: list[Item] = items_of(session.db(), run, wanted)
    items += challenges(items)
    asked = f"{say.count(len(items), 'question')} to the judge"
    price = price_of(facts_of(session.workspace()), endpoint, wanted.model, tuned=False)
    if price is None:
        return f"{asked}; what they cost there is not known."
    if price.free:
        return f"{asked}, free on this computer."
    fixed = count_tokens(wanted.criteria().instructions()) + 200
    read = sum(fixed + count_tokens(" ".join(item.material().values())) for item in items)
    return f"{asked}, at most ${price.usd(MORE_TOKENS * read, TOKENS_OUT * len(items)):,.2f}."


def _order(run: Run, wanted: Order) -> None:
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.judge.ordering import order

    try:
        order(session.db(), run, wanted)
    except EvaluationError as error:
        page.flash(str(error), icon=":material/block:")
