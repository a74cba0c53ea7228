"""What is asked once: of the project its noun, its day and its permission; of the workspace who presents, and in which colours."""

from __future__ import annotations

from datetime import date

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
    with st.expander("What the report calls things", icon=":material/edit:", key="report-settings"):
        with st.form("report-form", border=False):
            left, right = st.columns(2, gap="medium")
            left.text_input(
                "What is answered, in the plural",
                value=asked.noun,
                max_chars=settings.LONGEST_NOUN,
                placeholder=settings.NOUN,
                key=keys["noun"],
                help="The report says: 18 more of every 100 tickets handled correctly.",
            )
            day = _day(asked.decide_by)
            right.date_input("By when is the decision wanted?", value=day, format="YYYY-MM-DD", key=keys["by"])
            st.text_area(
                "May these examples be used to train a model, and who said so?",
                value=asked.permission,
                max_chars=settings.LONGEST_PERMISSION,
                height=80,
                key=keys["permission"],
                help="It stands in the data sheet in your words. Left empty, the sheet says that nobody has said.",
            )
            name, main, second = st.columns([2, 1, 1], gap="medium", vertical_alignment="bottom")
            name.text_input("Your organisation", value=brand.name, max_chars=settings.LONGEST_NAME, key=keys["house"])
            main.color_picker("Main colour", value=brand.main or LIGHT.accent, key=keys["main"])
            second.color_picker("Second colour", value=brand.second or LIGHT.link, key=keys["second"])
            st.form_submit_button(
                "Save for the report", icon=":material/save:", on_click=_save, args=(project.id, keys)
            )
        _corrected(brand)


def _save(project_id: int, keys: dict[str, str]) -> None:
    said = {name: st.session_state[key] for name, key in keys.items()}
    by = said["by"].isoformat() if said["by"] else ""
    colours = {name: "" if said[name].upper() == own else said[name] for name, own in OWN.items()}
    with session.db().write() as c:
        settings.set_asked(c, project_id, settings.Asked(said["noun"], by, said["permission"]))
        settings.set_brand(c, Brand(said["house"], colours["main"], colours["second"]))
    page.flash("Saved. Screen and files say it so from now on.")


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
