"""What is asked once: of the project its noun, its day and its permission; of the workspace who presents, and in which colours."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from ftcore.records import Brand, Project
from ftcore.report import settings
from ftcore.report.colours import contrast, readable
from ftcore.report.palette import LIGHT
from ftcore.ui import page, session

FIELDS = ("noun", "by", "permission", "house", "main", "second")
OWN = {"main": LIGHT.accent, "second": LIGHT.link}
"""The app's own colours: left as they are, none was given."""


def draw(project: Project) -> None:
    """The form, folded away. What is saved holds for the screen and for every file."""
    with session.db().read() as c:
        asked, brand = settings.asked(c, project.id), settings.brand(c)
    keys = {name: f"report-{name}-{project.id}" for name in FIELDS}
    if keys["noun"] not in st.session_state:
        _fill(project.id, keys, _shown(asked, brand))
    with st.expander("What the report calls things", icon=":material/edit:", key="report-settings"):
        with st.form("report-form", border=False):
            left, right = st.columns(2, gap="medium")
            left.text_input(
                "What is answered, in the plural",
                max_chars=settings.LONGEST_NOUN,
                placeholder=settings.NOUN,
                key=keys["noun"],
                help="The report says: 18 more of every 100 tickets handled correctly.",
            )
            right.date_input("By when is the decision wanted?", value=None, format="YYYY-MM-DD", key=keys["by"])
            st.text_area(
                "May these examples be used to train a model, and who said so?",
                max_chars=settings.LONGEST_PERMISSION,
                height=80,
                key=keys["permission"],
                help="It stands in the data sheet in your words. Left empty, the sheet says that nobody has said.",
            )
            name, main, second = st.columns([2, 1, 1], gap="medium", vertical_alignment="bottom")
            name.text_input("Your organisation", max_chars=settings.LONGEST_NAME, key=keys["house"])
            main.color_picker("Main colour", key=keys["main"])
            second.color_picker("Second colour", key=keys["second"])
            st.form_submit_button(
                "Save for the report", icon=":material/save:", on_click=_save, args=(project.id, keys)
            )
        _corrected(brand)


def _save(project_id: int, keys: dict[str, str]) -> None:
    """Keeps what was changed here. Of a field that was not, it keeps what somebody else may have said meanwhile."""
    was, said = st.session_state[_was(project_id)], {name: st.session_state[key] for name, key in keys.items()}
    with session.db().write() as c:
        now = _shown(settings.asked(c, project_id), settings.brand(c))
        kept = {name: now[name] if value == was[name] else value for name, value in said.items()}
        by = kept["by"].isoformat() if kept["by"] else ""
        colours = {name: "" if kept[name].upper() == own else kept[name] for name, own in OWN.items()}
        settings.set_asked(c, project_id, settings.Asked(kept["noun"], by, kept["permission"]))
        settings.set_brand(c, Brand(kept["house"], colours["main"], colours["second"]))
        _fill(project_id, keys, _shown(settings.asked(c, project_id), settings.brand(c)))
    page.flash("Saved. Screen and files say it so from now on.")


def _fill(project_id: int, keys: dict[str, str], shown: dict[str, Any]) -> None:
    """Puts into the fields what is kept, and remembers it, so that one can see later what was changed here."""
    st.session_state[_was(project_id)] = shown
    for name, key in keys.items():
        st.session_state[key] = shown[name]


def _was(project_id: int) -> str:
    """Where the session keeps what the fields held when they were drawn."""
    return f"report-was-{project_id}"


def _shown(asked: settings.Asked, brand: Brand) -> dict[str, Any]:
    """What is kept, as the fields show it."""
    colours = {name: getattr(brand, name) or own for name, own in OWN.items()}
    day = _day(asked.decide_by)
    return {"noun": asked.noun, "by": day, "permission": asked.permission, "house": brand.name, **colours}


def _corrected(brand: Brand) -> None:
    """Says so where a colour is drawn darker than it was given."""
    for colour in dict.fromkeys(one for one in (brand.main, brand.second) if one):
        if (shown := readable(colour)) != colour:
            st.caption(
                page.plain(
                    f"{colour} is too pale for words on white ({contrast(colour, '#FFFFFF'):.1f}:1; 4.5:1 is needed). Reports use {shown}."
                )
            )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
