"""What a file is, which column holds what, and how its first rows look to a model."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Preview, text_of
from ftcore.ui import page
from ftcore.ui.detail import conversation
from ftcore.ui.imports import import_plan
from ftcore.ui.imports.import_plan import FirstLook

NOTHING = "(none)"
WHOLE = 260
"""Characters of an example that is shown whole."""
PARTS = {
    "input": ("What people write", "The question, ticket or text that the model is given."),
    "output": ("What you answer", "The ideal answer, label or JSON."),
    "system": ("Instructions", "A column with a system prompt for each row, if there is one."),
    "split": ("Split", "A column that says train, validation or test, if there is one."),
    "tags": ("Tags", "A column with labels of your own, if there is one."),
    "key": (
        "Key",
        "A column that names the row, such as a ticket number. With it, a newer state of the file can be compared later.",
    ),
    "grouping": (
        "Keep together",
        "A column such as the customer or the document: its rows are never divided between learning and testing.",
    ),
}
IN_ANY_SHAPE = ("split", "tags", "key", "grouping")
ASKED = (("input", "output", "system"), IN_ANY_SHAPE)


def recognised(seen: Preview) -> None:
    shape = "a table" if seen.shape == "columns" else seen.shape
    st.markdown(f"**Recognised: {page.plain(shape)}** ({page.plain(seen.format.upper())}).")
    for note in seen.notes:
        st.text(note)


def mapping(seen: Preview, file: str) -> dict[str, str]:
    """Which column holds what: guessed, and changeable. A recognised shape needs only what stands beside the conversation."""
    guessed = import_plan.plain_mapping(seen.mapping)
    if seen.shape != "columns":
        st.text("Nothing to map: the file says itself who writes what.")
        return guessed | _beside(seen, guessed, file)
    if seen.needs_mapping:
        st.info("The columns are a guess. Check them against the conversations below.", icon=":material/help:")
    return {name: value for parts in ASKED for name, value in _ask(seen, guessed, parts, file).items()}


def is_enough(seen: Preview, chosen: dict[str, str]) -> bool:
    """Says what is missing, where two columns cannot be named yet."""
    if seen.shape != "columns":
        return True
    if len(seen.columns) < 2:
        only = f" (“{seen.columns[0]}”)" if seen.columns else ""
        said = f"The file has only one column{only}. Two are needed: what people write, and what you answer. Nothing was imported."
        st.error(page.plain(said), icon=":material/error:")
        return False
    if not (chosen["input"] and chosen["output"]):
        st.info("Choose the two columns: what people write, and what you answer.")
        st.dataframe(list(seen.rows), hide_index=True)
        return False
    return True


def conversations(look: FirstLook) -> None:
    rows = f"about {look.rows:,}" if look.more else f"{look.read:,}"
    st.markdown(f"**The first of {rows} rows, as the model would see them**")
    # Short ones stand there whole; where one is long, all scroll at one height.
    long = any(sum(map(len, map(text_of, training.messages))) > WHOLE for training in look.shown)
    for column, training in zip(st.columns(import_plan.SHOWN, gap="medium"), look.shown, strict=False):
        with column.container(border=True, height=360 if long else "stretch", autoscroll=False):
            conversation.show(training)
    if look.first_reason:
        bad = look.read - look.accepted
        one = "1 row" if bad == 1 else f"{bad:,} rows"
        st.text(f"{one} cannot be read and will be listed (the first, {look.first_reason})")


def _beside(seen: Preview, guessed: dict[str, str], file: str) -> dict[str, str]:
    if seen.shape == "Tuneworthy's own table" or len(seen.columns) < 2:
        return {}
    with st.expander("Columns beside the conversation", icon=":material/view_column:", key=f"beside-{file}"):
        return _ask(seen, guessed, IN_ANY_SHAPE, file)


def _ask(seen: Preview, guessed: dict[str, str], parts: tuple[str, ...], file: str) -> dict[str, str]:
    chosen: dict[str, str] = {}
    options = [NOTHING, *seen.columns]
    for column, part in zip(st.columns(len(parts), gap="small"), parts, strict=True):
        label, explained = PARTS[part]
        with column:
            at = options.index(guessed[part]) if guessed[part] in options else 0
            picked = st.selectbox(label, options, index=at, help=explained, key=f"map-{part}-{file}")
            chosen[part] = "" if picked == NOTHING else str(picked)
    return chosen
