"""A test row whose expected answer is wrong: corrected here, left out, or looked at in Curate; and what corrections have done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ftcore.report.file import cut
from ftcore.store import corrected, projects
from ftcore.store.runs import Run
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state

if TYPE_CHECKING:
    from ftcore.evaluation.cherry_picking import History, Step
    from ftcore.evaluation.corrections import RowChanged, TestedRow

LONGEST = 4_000


def row(run: Run, case_id: str) -> None:
    """The action at one test row of a finished run."""
    fold = st.popover(
        "Something is wrong here",
        icon=":material/flag:",
        key=f"wrong-{run.id}-{case_id}",
        on_change="rerun",
        width="content",
    )
    if not fold.open:
        return
    with fold:
        _row(run, case_id)


def _row(run: Run, case_id: str) -> None:
    from ftcore.evaluation.corrections import look
    from ftcore.evaluation.errors import EvaluationError

    try:
        with session.db().read() as c:
            found = look(c, run.id, case_id)
    except EvaluationError as error:
        st.text(str(error))
        return
    version = _seen(run, case_id, _both(found), found.changed)
    answer, note = (f"wrong-{what}-{run.id}-{case_id}" for what in ("answer", "note"))
    stands = found.example.training.response if found.example else found.tested.training.response
    st.text_area("The right answer", value=stands, key=answer, height=110)
    st.text_input("Why (for the record)", key=note, max_chars=500)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Correct it and score again",
            key=f"wrong-go-{run.id}-{case_id}",
            on_click=_correct,
            args=(run.id, case_id, answer, note, version, found.tested.training.response),
            icon=":material/check:",
        )
        st.button(
            "Leave this question out",
            key=f"wrong-out-{run.id}-{case_id}",
            on_click=_leave_out,
            args=(run.id, case_id, note, version),
            icon=":material/remove:",
            help="For a question that is no good. Its example is rejected; Undo on Curate brings it back.",
        )
        _to_curate(run, case_id)
    st.caption(
        "Every way is scored again by the answers that are there: nothing is asked, nothing is paid. The verdict so far stays "
        "on this page, with the number of corrections."
    )


def _seen(run: Run, case_id: str, now: int | None, shown: bool) -> int | None:
    """The version that was seen when the form was opened: another tab may have been quicker since. A change that is shown
    beside the tested row (`shown`) is seen."""
    key = f"wrong-seen-{run.id}-{case_id}"
    if shown or key not in st.session_state:
        st.session_state[key] = now
    seen: int | None = st.session_state[key]
    return seen


def _both(found: TestedRow) -> int | None:
    """Shows what was tested beside what stands now, where somebody changed it; the version that is thereby seen."""
    if found.example is None:
        st.text("The example is no longer in the project. A correction changes the test only.")
        return None
    if found.changed:
        who = found.example.changed_by or "Somebody"
        st.warning(page.plain(f"{who} changed this example after it was frozen for the test."))
        tested, now = st.columns(2, gap="medium")
        for column, name, training in (
            (tested, "Tested", found.tested.training),
            (now, "Now in Curate", found.example.training),
        ):
            with column:
                st.caption(name)
                st.text(cut(f"{training.prompt}\n\n{training.response}", LONGEST))
        st.caption("What you correct goes into both. What stands now stays in the row’s history.")
    return found.example.version


def _to_curate(run: Run, case_id: str) -> None:
    """The row's own place; nothing is changed by going there."""
    if not st.button("Look at it in Curate", key=f"wrong-see-{run.id}-{case_id}", icon=":material/edit_note:"):
        return
    with session.db().read() as c:
        project = projects.get(c, run.project_id)
    curate_state.show_rows(project, [int(case_id)], kind="test", label=f"Test row {case_id} of comparison {run.id}")
    curate_state.open_row(project, int(case_id))
    st.switch_page(page.PAGES["curate"][0], query_params={session.PROJECT: str(project.id)})


def _correct(run_id: int, case_id: str, answer: str, note: str, version: int | None, before: str) -> None:
    from ftcore.evaluation.corrections import RowChanged, correct, loses_its_form
    from ftcore.evaluation.errors import EvaluationError

    said, why = str(st.session_state.get(answer, "")), str(st.session_state.get(note, ""))
    asked = f"{answer}-without-form"
    if loses_its_form(before, said) and st.session_state.get(asked) != said:
        st.session_state[asked] = said
        page.flash(
            "The expected answer was JSON, and this is none, so every way that keeps to the form will be wrong here. Nothing "
            "was changed: correct the JSON, or press again if it is meant.",
            icon=":material/warning:",
        )
        return
    try:
        made = correct(session.db(), run_id, case_id, said, session.who(), why, version=version)
    except RowChanged as error:
        _show_what_stands(run_id, case_id, error)
        return
    except EvaluationError as error:
        page.flash(str(error), icon=":material/info:")
        return
    if made.id == run_id:
        page.flash("That is the expected answer already. Nothing was changed.", icon=":material/info:")
    else:
        page.flash(f"Example {case_id} is corrected. Every way is scored again; nothing is asked.")


def _leave_out(run_id: int, case_id: str, note: str, version: int | None) -> None:
    from ftcore.evaluation.corrections import RowChanged, leave_out
    from ftcore.evaluation.errors import EvaluationError

    try:
        leave_out(session.db(), run_id, case_id, session.who(), str(st.session_state.get(note, "")), version=version)
    except RowChanged as error:
        _show_what_stands(run_id, case_id, error)
        return
    except EvaluationError as error:
        page.flash(str(error), icon=":material/info:")
        return
    page.flash(f"Example {case_id} has left the test. Every way is scored again; nothing is asked.")


def _show_what_stands(run_id: int, case_id: str, error: RowChanged) -> None:
    """What the other one wrote is told; whoever presses again has seen it. What was typed stays in its field."""
    st.session_state[f"wrong-seen-{run_id}-{case_id}"] = error.now_.version
    told = cut(error.now_.training.response, 300)
    page.flash(f"{error} The answer there now: “{told}”", icon=":material/info:")


def history(run: Run) -> None:
    """The verdicts before the corrections, what was corrected, and a warning when all of it favours one way. Nothing when
    nothing was corrected, neither here nor in the rows that this comparison began with."""
    from ftcore.evaluation.cherry_picking import history as history_of

    with session.db().read() as c:
        chain = corrected.chain(c, run.id)
        earlier = corrected.corrected_before(c, chain[0])
        if len(chain) < 2 and earlier is None:
            return
        found = history_of(c, run.id if len(chain) > 1 or earlier is None else earlier.id)
    if earlier is not None:
        several = say.count(earlier.corrections, "correction")
        st.text(
            f"This comparison began with test rows after {several}, made when comparison {earlier.id} was looked at."
        )
    number = len(found.steps) - 1
    with st.container(gap="xsmall"):
        st.markdown(f"**{say.count(number, 'correction')} of the test, after the answers were seen**")
        st.text(f"Verdict before: {_verdict(found.steps[0])}")
        st.text(f"After {say.count(number, 'correction')}: {_verdict(found.steps[-1])}")
        if found.favoured:
            favoured = _label(found.steps[0].run, found.favoured)
            st.warning(
                page.plain(
                    f"All corrections that changed a score favour “{favoured}”. Whoever looks only where one way lost finds "
                    "only such mistakes: look at as many rows where it won."
                ),
                icon=":material/balance:",
            )
        with st.expander("What was corrected", icon=":material/history:", key=f"corrected-{run.id}"):
            for at, step in enumerate(found.steps[1:], 1):
                _step(found, step, at, number)


def _step(found: History, step: Step, at: int, number: int) -> None:
    said: dict[str, Any] = step.correction or {}
    who, note = said.get("who") or "Somebody", said.get("note")
    what = "left out" if said.get("kind") == "left out" else "its expected answer was changed"
    effect = _effect(found, step)
    st.text(f"{at}. Example {said.get('case_id', '')}: {what}, by {who}{f' ({note})' if note else ''}. {effect}")
    if said.get("after") is not None:
        before, after = st.columns(2, gap="medium")
        for column, name, text in ((before, "Before", said.get("before")), (after, "After", said.get("after"))):
            column.caption(name)
            column.text(cut(str(text), LONGEST))
    if at < number:
        st.text(f"Verdict then: {_verdict(step)}")


def _effect(found: History, step: Step) -> str:
    if step.effect is None:
        return ""
    if abs(step.effect) < 1e-9:
        return "It favours neither."
    arm = found.candidate if step.effect > 0 else found.other
    return f"It favours “{_label(step.run, arm)}”."


def _verdict(step: Step) -> str:
    """ "better, +18 of 100 (+11 to +25) against “Base model”, on 120 rows."."""
    from ftcore.evaluation.numbers import signed

    compared = step.run.result.get("comparisons") or []
    if not compared:
        ended = {"failed": "it could not be scored again.", "cancelled": "scoring it again was stopped."}
        return ended.get(step.run.state, "it is being scored again.")
    one = compared[0]
    told = str(one["verdict"]).replace("_", " ")
    figures = f"{signed(one['mean_difference'])} of 100 ({signed(one['low'])} to {signed(one['high'])})"
    return f"{told}, {figures} against “{_label(step.run, one['against'])}”, on {say.count(one['n'], 'row')}."


def _label(run: Run, arm: str) -> str:
    named = {one["arm"]: one.get("label") for one in run.result.get("arms", [])}
    planned = {one["name"]: one.get("label") for one in run.arms}
    return str(named.get(arm) or planned.get(arm) or arm.replace("_", " "))
