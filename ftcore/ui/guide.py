"""The guided path: on every page a calm hint of what is to be seen and what to do, with the way to the next page. Hints can be
turned off and on; the workspace remembers it."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.store import preferences, recorded
from ftcore.ui import guide_texts, page, session

HINTS = "hints"
ORDER = tuple(page.PAGES)


def shown() -> bool:
    """Whether this workspace wants hints; it does until somebody hides them."""
    with session.db().read() as c:
        return bool(preferences.get(c, HINTS, True))


def hint(name: str, project: Project) -> None:
    """The hint of a page, when hints are wanted. Whoever reviews their own examples wants the room for the example."""
    sample = _sample(project)
    if not shown() or (not sample and st.query_params.get(name) == "Review"):
        return
    told = guide_texts.hint(name, sample)
    at = ORDER.index(name)
    with st.container(border=True, key="guide"):
        said, way_on = st.columns((5, 2), gap="medium", vertical_alignment="center")
        said.markdown(f"**{at + 1} of {len(ORDER)} · {page.PAGES[name][1]}**  \n{told.see} {told.do}")
        with way_on, st.container(gap="xxsmall"):
            following = ORDER[(at + 1) % len(ORDER)]
            title = page.PAGES[following][1]
            # Not "Next": tables and reviews have a button of that name, for their next rows.
            label = f"On to {title}" if at + 1 < len(ORDER) else f"Back to the {title}"
            if st.button(label, key="guide-next", icon=":material/arrow_forward:", icon_position="right"):
                st.switch_page(page.PAGES[following][0], query_params={session.PROJECT: str(project.id)})
            st.button(
                "Hide hints",
                key="guide-hide",
                icon=":material/close:",
                type="tertiary",
                on_click=_set,
                args=(False,),
                help="The Overview shows them again.",
            )


def switch() -> None:
    """Turns hints on and off: on the Overview."""
    st.session_state["guide-shown"] = shown()
    st.toggle(
        "Hints on every page",
        key="guide-shown",
        on_change=_switch,
        help="What is to be seen on a page and what to do, in two sentences.",
    )


def _sample(project: Project) -> str:
    """The sample's name, as long as the finished run that came with it is there; "" for anything else."""
    from ftcore.dataset.sample import which

    if not project.sample:
        return ""
    with session.db().read() as c:
        return which(c, project) if recorded.job_ids(c, project.id) else ""


def _switch() -> None:
    _set(bool(st.session_state["guide-shown"]))


def _set(on: bool) -> None:
    with session.db().write() as c:
        preferences.put(c, HINTS, on)
