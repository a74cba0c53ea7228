"""The dated list of base models to try first, folded beside the first question."""

from __future__ import annotations

import streamlit as st

from ftcore.ui import page, session


def fold() -> None:
    """Reads the list only when it is opened: it stands in a file that people edit."""
    place = st.expander("Models to try first", icon=":material/star:", key="models-first", on_change="rerun")
    if not place.open:
        return
    from ftcore.endpoints.base_models import age_of, base_models_of, to_try
    from ftcore.endpoints.facts import facts_of
    from ftcore.ui.decide import own_words_panel

    listed, faults = base_models_of(session.workspace().root)
    with place:
        own_words_panel.faults(faults)
        st.text(age_of(listed))
        for model in to_try(listed, facts_of(session.workspace())):
            ends = f"Shuts down on {model.shuts_down:%d %b %Y}." if model.shuts_down else ""
            told = (
                model.why,
                f"Price for a million tokens: {model.price}" if model.price else "Price: not known.",
                f"Training it: {model.tuning}" if model.tuning else "",
                ends,
            )
            lines = "  \n".join(page.plain(one) for one in told if one)
            st.markdown(f"**{page.plain(model.model)}** ({page.plain(model.provider)})  \n{lines}")
        if listed.not_known:
            st.caption(page.plain(listed.not_known))
