"""Asking for a key: a field that is emptied as soon as it is read, or the name of an environment variable."""

from __future__ import annotations

import streamlit as st

from ftcore.endpoints.connections import Key
from ftcore.endpoints.keys import has_keyring
from ftcore.ui import page

TYPED, VARIABLE, NONE = "Type it", "Read it from an environment variable", "None is needed"


def choose(prefix: str, *, optional: bool = False) -> str:
    """Draws the choice where the key is; it stands outside the form whose field it changes."""
    ways = (TYPED, VARIABLE) if optional else (TYPED, VARIABLE, NONE)
    return str(st.radio("Key", ways, horizontal=True, key=f"{prefix}-key-way"))


def draw(prefix: str, way: str, *, variable: str = "") -> None:
    """Draws the field; `take(prefix)` reads it in the callback of the form's button. It belongs into a form: outside, the browser
    keeps a key for itself that was left by the tabulator. `variable` is proposed as the variable's name."""
    if way == TYPED:
        where = "this computer's keyring" if has_keyring() else "a file of this workspace that only you can read"
        st.text_input(
            "Key",
            type="password",
            key=f"{prefix}-key",
            label_visibility="collapsed",
            placeholder="paste the key",
            autocomplete="off",
            help=f"Kept in {where}; never in the database, a backup or a file that you hand over.",
        )
    elif way == VARIABLE:
        st.text_input(
            "Variable",
            value=variable,
            key=f"{prefix}-variable",
            label_visibility="collapsed",
            placeholder="NAME_OF_THE_VARIABLE",
            help="It must be set where Tuneworthy is started.",
        )


def take(prefix: str) -> Key:
    """What was given. The field is empty afterwards, and so is the session."""
    state = st.session_state
    typed = str(state.get(f"{prefix}-key") or "")
    if f"{prefix}-key" in state:
        state[f"{prefix}-key"] = ""
    if state.get(f"{prefix}-key-way") == VARIABLE:
        return Key(variable=str(state.get(f"{prefix}-variable") or "").strip())
    return Key(typed=typed.strip()) if state.get(f"{prefix}-key-way") == TYPED else Key()


def is_missing(prefix: str, key: Key) -> bool:
    """A key was to be given and none was: nobody should be without a key by mistake."""
    return not key and st.session_state.get(f"{prefix}-key-way") != NONE


def refuse(prefix: str, sentence: str, key: Key) -> None:
    """Remembers why nothing was kept, for `say_refusal` to say beside the fields."""
    again = " The key was not kept either: paste it again." if key.typed else ""
    st.session_state[f"{prefix}-refused"] = f"{sentence}{again}"


def say_refusal(prefix: str) -> None:
    said = st.session_state.pop(f"{prefix}-refused", "")
    if said:
        st.error(page.plain(said), icon=":material/block:")
