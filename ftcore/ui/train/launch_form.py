"""Before a training: what goes where, what speaks against it, what it takes, the settings, and the one button."""

from __future__ import annotations

import uuid
from dataclasses import replace

import streamlit as st

from ftcore.dataset.pairing import rejected_answers
from ftcore.records import Job, Project
from ftcore.store import snapshots
from ftcore.training.launch import NotFit, launch_all
from ftcore.training.outlook import Load, Outlook, look
from ftcore.training.outlook import load_of as walk
from ftcore.training.preflight import MINIMUM, SENSIBLE
from ftcore.training.settings import DPO, SUPERVISED, Settings
from ftcore.training.survey import Survey
from ftcore.training.terms import terms_of
from ftcore.ui import page, session, way
from ftcore.ui.imports import instructions
from ftcore.ui.train import launch_findings, launch_money, launch_place, launch_settings, launch_words
from ftcore.ui.train.launch_place import NOT_YET, Place
from ftcore.ui.train.local_training import readiness


def load_of(project: Project, like: Job | None = None) -> Survey:
    """The examples as a launch would freeze them now: with `like`, one in the manner of that job (its pairs only, without
    validation). Its digest is that of the job's snapshot as long as the examples have not changed."""
    if like is None:
        return _load(project, Settings()).survey
    with session.db().read() as c:
        watched = snapshots.get(c, like.snapshot_id).validation > 0
    wanted = Settings(method=DPO if like.method == DPO else SUPERVISED)
    now = _load(project, wanted).survey
    # A snapshot without validation rows is the usual one where there are none.
    return now if watched or not now.validation else _load(project, replace(wanted, validation=False)).survey


def draw(project: Project, past: list[Job], *, primary: bool = True) -> None:
    """The form; its button is the page's primary action unless something else on the page is."""
    load = _load(project, Settings())
    if not load.survey.total:
        st.subheader("Nothing to train on yet", anchor=False)
        st.text(f"Approve at least {MINIMUM} examples first; {SENSIBLE} is a sensible start.")
        way.button(project, "curate", "Go to Curate", primary=primary)
        return
    place = launch_place.choose()
    facts, found = st.container(), st.container()
    settings, budget = _settings(project, place, load)
    instructions.short_fold(project)
    outlook = _look(project, place, settings, budget)
    with facts:
        launch_money.summary(outlook)
    with found:
        launch_findings.errors(project, outlook, primary=primary)
        launch_findings.hints(outlook)
        _say_readiness(place)
    if launch_findings.curable(outlook):
        return
    ticked = [] if outlook.errors else launch_findings.warnings(project, outlook)
    _button(project, place, outlook, ticked, _key(project, past), budget, primary=primary)


def _settings(project: Project, place: Place, load: Load) -> tuple[Settings, float | None]:
    """The settings, and the most that this launch may cost."""
    depth = launch_settings.depth()
    with session.db().read() as c:
        terms = terms_of(c, session.workspace().root, place.endpoint, place.base_model)
    pairs = _pairs(project) if depth == launch_settings.EVERYTHING else 0
    settings = launch_settings.draw(depth, launch_settings.Choices(load.survey, terms, pairs))
    return settings, launch_money.ask_budget(terms)


def _look(project: Project, place: Place, settings: Settings, budget: float | None) -> Outlook:
    load = _load(project, settings)
    with session.db().read() as c:
        return look(c, session.workspace().root, load, place.endpoint, place.base_model, settings, budget=budget)


def _button(
    project: Project,
    place: Place,
    outlook: Outlook,
    ticked: list[str],
    key: str,
    budget: float | None,
    *,
    primary: bool,
) -> None:
    price = launch_words.price(outlook)
    if not place.local and place.ready.ok and not outlook.errors:
        st.markdown(page.plain(launch_words.question(outlook)), width=page.PROSE)
    may = place.ready.ok and not outlook.errors and not outlook.open_warnings(ticked)
    several = len(outlook.estimate.parts)
    what = f"Start {several} trainings" if several > 1 else "Start training"
    st.button(
        page.plain(f"{what}: {price}" if outlook.terms.base_model else what),
        type="primary" if primary and place.ready.ok else "secondary",
        icon=":material/play_arrow:",
        disabled=not may,
        key="start-training",
        on_click=_start,
        args=(project.id, place, outlook.settings, ticked, key, budget, outlook.survey.digest),
    )


def _start(
    project_id: int, place: Place, settings: Settings, ticked: list[str], key: str, budget: float | None, seen: str
) -> None:
    if place.endpoint == NOT_YET:
        page.flash("The trainer server is not known yet. Wait a moment, then start again.", icon=":material/info:")
        return
    instructions.settle(project_id)
    try:
        launch_all(
            session.db(),
            project_id,
            place.endpoint,
            base_model=place.base_model,
            who=session.who(),
            settings=settings,
            key=key,
            acknowledged=ticked,
            budget=budget,
            seen="" if place.local else seen,  # where it costs nothing, nobody need look again
        )
    except NotFit as error:
        page.flash(str(error), icon=":material/block:")


def _key(project: Project, past: list[Job]) -> str:
    """The same for a button pressed twice and for two tabs that show the same state; another after the next job."""
    born = project.created_at.isoformat() if project.created_at else ""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"tuneworthy:{project.id}:{born}:{len(past)}").hex


def _say_readiness(place: Place) -> None:
    if place.ready.ok:
        return
    st.warning(page.plain(place.ready.sentence), icon=":material/cloud_off:")
    if place.ready.command:
        st.code(place.ready.command, language=None)
    if place.ready.soon:
        _look_again(place)


@st.fragment(run_every=2.0)
def _look_again(place: Place) -> None:
    if place.local and readiness(session.workspace(), place.base_model).ok:
        st.rerun()


def _load(project: Project, settings: Settings) -> Load:
    path = str(session.db().path)
    return _walked(path, project.id, project.revision, settings.method, settings.validation)


@st.cache_resource(max_entries=8, show_spinner="Reading the examples")
def _walked(path: str, project_id: int, revision: int, method: str, validation: bool) -> Load:
    with session.db().read() as c:
        return walk(c, project_id, Settings(method=method, validation=validation))


def _pairs(project: Project) -> int:
    return _pairs_of(str(session.db().path), project.id, project.revision)


@st.cache_data(max_entries=8, show_spinner=False)
def _pairs_of(path: str, project_id: int, revision: int) -> int:
    """Pairs to learn from, those of the test left aside."""
    with session.db().read() as c:
        if not rejected_answers(c, project_id):
            return 0
        return walk(c, project_id, Settings(method=DPO)).survey.sent
