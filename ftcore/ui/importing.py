"""Import: a file is dropped, looked at, mapped, and taken in by the worker; what was set aside is listed."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Any

import streamlit as st

from ftcore.dataset.formulas import escape
from ftcore.dataset.sources import SourceError
from ftcore.dataset.split import propose_test_rows
from ftcore.records import Filter, Preview, Project, TaskState
from ftcore.store import examples, imports, tasks
from ftcore.store.imports import Import
from ftcore.ui import conversation, curate_state, grid, import_plan, page, session
from ftcore.ui.import_plan import FirstLook

TYPES = ["csv", "tsv", "txt", "xlsx", "json", "jsonl", "ndjson", "parquet"]
NOTHING = "(none)"
PARTS = {
    "input": ("What people write", "The question, ticket or text that the model is given."),
    "output": ("What you answer", "The ideal answer, label or JSON."),
    "system": ("Instructions", "A column with a system prompt for each row, if there is one."),
    "split": ("Split", "A column that says train, validation or test, if there is one."),
    "tags": ("Tags", "A column with labels of your own, if there is one."),
}


def draw(project: Project) -> bool:
    """Draws the import; True while a file waits for its Import button, the page's primary action then."""
    with session.db().read() as c:
        under_way = tasks.open_tasks(c, project.id, "import")
    if under_way:
        _progress(project, under_way[0].id)
        return True
    place = curate_state.remembered("upload", project)
    uploaded = st.file_uploader(
        "Drop a spreadsheet: one column people write, one you answer.",
        type=TYPES,
        key=f"upload-{project.id}-{place.get('turn', 0)}",
        help="CSV, TSV, Excel, JSON, JSON lines or Parquet; chat, Alpaca and ShareGPT files are recognised. Up to 200 MB.",
    )
    if uploaded is None:
        import_plan.forget(place.pop("file", ""))
        _last_task(project)
        _results(project)
        return False
    if place.get("upload_id") != uploaded.file_id or "file" not in place:
        import_plan.forget(place.get("file", ""))
        place.update(file=import_plan.keep(uploaded), name=uploaded.name, upload_id=uploaded.file_id)
    try:
        _plan(project, place)
    except SourceError as error:
        st.error(page.plain(str(error)), icon=":material/error:")
        return False
    return True


def _plan(project: Project, place: dict[str, Any]) -> None:
    path, name = import_plan.path_of(place["file"]), place["name"]
    seen = import_plan.preview(path, name)
    _recognised(seen)
    mapping = _mapping(seen, place["file"])
    if seen.shape == "columns" and len(seen.columns) < 2:
        only = f" (“{seen.columns[0]}”)" if seen.columns else ""
        said = f"The file has only one column{only}. Two are needed: what people write, and what you answer. Nothing was imported."
        st.error(page.plain(said), icon=":material/error:")
        return
    if seen.shape == "columns" and not (mapping["input"] and mapping["output"]):
        st.info("Choose the two columns: what people write, and what you answer.")
        st.dataframe(list(seen.rows), hide_index=True)
        return
    look = import_plan.first_look(path, name, mapping)
    _conversations(look)
    if not look.accepted:
        st.error(
            page.plain(
                f"No row can be read this way ({look.first_reason}). Nothing was imported. Choose other columns."
            )
        )
        return
    test_rows = _test_rows(project, look, place["file"])
    prompts = _prompts(project, look, place["file"])
    st.button(
        "Import",
        type="primary",
        icon=":material/download:",
        key="import-file",
        on_click=_import,
        args=(project, mapping, test_rows, prompts),
    )


def _recognised(seen: Preview) -> None:
    shape = "a table" if seen.shape == "columns" else seen.shape
    st.markdown(f"**Recognised: {page.plain(shape)}** ({page.plain(seen.format.upper())}).")
    for note in seen.notes:
        st.text(note)


def _mapping(seen: Preview, file: str) -> dict[str, str]:
    """Which column holds what: guessed, and changeable. A recognised shape needs none."""
    guessed = import_plan.plain_mapping(seen.mapping)
    if seen.shape != "columns":
        st.text("Nothing to map: the file says itself who writes what.")
        return guessed
    if seen.needs_mapping:
        st.info("The columns are a guess. Check them against the conversations below.", icon=":material/help:")
    chosen: dict[str, str] = {}
    options = [NOTHING, *seen.columns]
    for column, (part, (label, explained)) in zip(st.columns(len(PARTS), gap="small"), PARTS.items(), strict=True):
        with column:
            at = options.index(guessed[part]) if guessed[part] in options else 0
            picked = st.selectbox(label, options, index=at, help=explained, key=f"map-{part}-{file}")
            chosen[part] = "" if picked == NOTHING else str(picked)
    return chosen


def _conversations(look: FirstLook) -> None:
    rows = f"{look.read:,}{'+' if look.more else ''}"
    st.markdown(f"**The first of {rows} rows, as the model would see them**")
    for column, training in zip(st.columns(import_plan.SHOWN, gap="medium"), look.shown, strict=False):
        with column.container(border=True, height=260, autoscroll=False):
            conversation.show(training)
    if look.first_reason:
        bad = look.read - look.accepted
        one = "1 row" if bad == 1 else f"{bad:,} rows"
        st.text(f"{one} cannot be read and will be listed (the first, {look.first_reason})")


def _test_rows(project: Project, look: FirstLook, file: str) -> int:
    with session.db().read() as c:
        before, _ = examples.count(c, project.id)
    number, why = propose_test_rows(look.accepted + before)
    left, right = st.columns((1, 3), vertical_alignment="bottom", gap="medium")
    chosen = left.number_input("Rows kept for the test", 0, look.accepted + before, number, key=f"test-rows-{file}")
    right.text(why if not look.more else "The test rows are never trained on: only they can show whether it worked.")
    return int(chosen)


def _prompts(project: Project, look: FirstLook, file: str) -> tuple[str, str] | None:
    """The two instructions, derived from the data and editable; none for examples that bring their own."""
    if look.has_instructions:
        st.text("The examples bring their own instructions; they stay as they are.")
        return None
    with st.expander("Instructions for the models", icon=":material/settings:", expanded=not project.base_prompt):
        st.markdown(
            "The base model gets the full ones: one that was never told the labels could only lose. The tuned model is "
            "trained and asked with the short ones; not needing the long ones is a reason to tune."
        )
        full, short = st.columns(2, gap="medium")
        base = full.text_area(
            "Full, for the base model", project.base_prompt or look.full_prompt, height=180, key=f"full-{file}"
        )
        tuned = short.text_area(
            "Short, for the tuned model", project.tuned_prompt or look.short_prompt, height=180, key=f"short-{file}"
        )
    return str(base or ""), str(tuned or "")


def _import(project: Project, mapping: dict[str, str], test_rows: int, prompts: tuple[str, str] | None) -> None:
    place = curate_state.remembered("upload", project)
    import_plan.ask_for(
        project, file=place["file"], name=place["name"], mapping=mapping, test_rows=test_rows, prompts=prompts
    )
    turn = place.get("turn", 0) + 1
    place.clear()
    place["turn"] = turn  # a new key: the uploader is empty again


@st.fragment(run_every=0.5)
def _progress(project: Project, task_id: int) -> None:
    """The import as it goes on, also after this tab is closed."""
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state not in (TaskState.QUEUED, TaskState.RUNNING):
        grid.refresh(project)
        st.rerun()
    said = task.message or ("Waiting for the worker" if task.state is TaskState.QUEUED else "Reading")
    at = f": {task.done:,} of {task.total:,}" if task.total else f": {task.done:,}" if task.done else ""
    st.progress(min(task.done / task.total, 1.0) if task.total else 0.0, text=f"{said}{at}")
    st.text("It goes on when you close this tab.")
    st.button("Stop the import", key=f"stop-{task_id}", on_click=_stop, args=(task_id,))


def _stop(task_id: int) -> None:
    with session.db().write() as c:
        tasks.request_cancel(c, task_id)


def _last_task(project: Project) -> None:
    """Why the last import failed, when it did."""
    with session.db().read() as c:
        task = tasks.last(c, project.id, "import")
    if task is not None and task.state in (TaskState.FAILED, TaskState.CANCELLED):
        name = str(task.payload.get("name", "the file"))
        said = task.error or "It was stopped. Nothing was imported."
        st.error(page.plain(f"{name}: {said}"), icon=":material/error:")


def _results(project: Project) -> None:
    with session.db().read() as c:
        taken = imports.of_project(c, project.id)
        ready = examples.count(c, project.id, Filter())[0]
    for place, one in enumerate(taken[:10]):
        _result(one, open_=place == 0)
    if taken and ready < 13:
        st.warning("So few cannot be trained on: 10 examples to learn from are the least, and 50 are a sensible start.")


def _result(one: Import, *, open_: bool) -> None:
    told = f"{one.read:,} read: {one.accepted:,} kept, {one.rejected:,} set aside."
    st.markdown(f"**{page.plain(one.file_name)}**: {told}" if open_ else f"{page.plain(one.file_name)}: {told}")
    if not one.rejected:
        return
    if open_:
        st.text("Each is listed with its row and reason; nothing was deleted.")
    with st.expander(
        f"The {one.rejected:,} set aside", expanded=open_ and one.rejected <= 20, key=f"rejected-{one.id}"
    ):
        with session.db().read() as c:
            rows = imports.rejected(c, one.id)
        st.dataframe(
            [{"Line": row.line, "Reason": row.reason, "As it was found": row.raw[:1000]} for row in rows],
            hide_index=True,
            column_config={"Line": st.column_config.NumberColumn(width=70, format="plain")},
        )
        if one.rejected > len(rows):
            st.text(f"The first {len(rows):,} of {one.rejected:,}; the download holds all of them.")
        st.download_button(
            f"Download all {one.rejected:,} as CSV",
            data=partial(rejected_file, one.id),
            file_name=f"set-aside-{one.id}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"rejected-file-{one.id}",
            on_click="ignore",
        )


def rejected_file(import_id: int) -> bytes:
    """All rows set aside as CSV for a spreadsheet: whole, and with formulas escaped."""
    with session.db().read() as c:
        rows = imports.rejected(c, import_id, limit=None)
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(["Line", "Reason", "As it was found"])
    lines.writerows((row.line, escape(row.reason), escape(row.raw)) for row in rows)
    return out.getvalue().encode("utf-8-sig", errors="replace")
