"""Where to train, and from which model."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ftcore.records import LOCAL, Endpoint
from ftcore.store import endpoints
from ftcore.trainer import library, starter
from ftcore.trainer.errors import TrainerError
from ftcore.training.terms import Terms, terms_of
from ftcore.ui import page, session
from ftcore.ui.train.local_training import Readiness, readiness

NOT_YET = Endpoint(0, LOCAL, "", practice=True)
"""This computer's trainer before the worker has taken note of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """`ready` says what is missing, if anything. `endpoint` is `NOT_YET` while the trainer server is not known."""

    endpoint: Endpoint
    base_model: str
    ready: Readiness

    @property
    def local(self) -> bool:
        return self.endpoint.name == LOCAL


def choose(key: str = "") -> Place:
    """Draws what there is to choose: nothing, as long as there is only this computer with its one model. `key` tells several on
    one page apart."""
    with session.db().read() as c:
        by_name = {one.name: one for one in endpoints.every(c)}
    names = [LOCAL, *(name for name in by_name if name != LOCAL)]
    chosen = names[0]
    where, which = st.columns(2) if len(names) > 1 else (st.container(), st.container(width=page.PROSE // 2))
    if len(names) > 1:
        chosen = where.selectbox("Where", names, format_func=_called, key=f"{key}endpoint")
    with which:
        return _here(by_name.get(LOCAL), key) if chosen == LOCAL else _there(by_name[chosen], key)


def _here(endpoint: Endpoint | None, place: str) -> Place:
    bases = _bases()
    model = bases[0]
    if len(bases) > 1:
        model = st.selectbox("Base model", bases, key=f"{place}base-model-local", help="The models on this computer.")
    ready = readiness(session.workspace(), model)
    if ready.ok and endpoint is None:
        said = "The trainer server runs, and the worker has not taken note of it yet; that takes a second."
        ready = Readiness(False, said, soon=True)
    return Place(endpoint or NOT_YET, model, ready)


def _there(endpoint: Endpoint, place: str) -> Place:
    known = _terms(endpoint).offers()
    key = f"{place}base-model-{endpoint.id}"
    asked = "As the provider names it. You may type a name that is not in the list."
    if known:
        model = st.selectbox(
            "Base model", known, index=None, placeholder="Choose one, or type its name", key=key, help=asked,
            accept_new_options=True,
        )  # fmt: skip
    else:
        model = st.text_input("Base model", key=key, help="As the provider names it.")
    named = (model or "").strip()
    return Place(endpoint, named, Readiness(True))


def _terms(endpoint: Endpoint) -> Terms:
    with session.db().read() as c:
        return terms_of(c, session.workspace().root, endpoint, "")


def _bases() -> list[str]:
    """The models on this computer, the practice model first; it is there to be fetched even where it is not yet."""
    try:
        usable = [base.name for base in library.usable()]
    except (
        TrainerError
    ):  # a damaged list of references: `tuneworthy models list` says so; the practice model does not need it
        usable = []
    return list(dict.fromkeys([starter.NAME, *usable]))


def _called(name: str) -> str:
    return "This computer (practice model)" if name == LOCAL else name
