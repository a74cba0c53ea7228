"""Before a training: what goes where, what speaks against it, what it takes, and the settings in three depths."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import streamlit as st

from ftcore.app_files import data_dir
from ftcore.dataset.freeze import rows_to_freeze
from ftcore.dataset.snapshots import digest
from ftcore.endpoints import prices
from ftcore.records import LOCAL, Endpoint, Job, Project, Severity, SnapshotRow, Split
from ftcore.store import endpoints
from ftcore.trainer import starter
from ftcore.training.launch import NotFit, launch
from ftcore.training.preflight import LEAK, MINIMUM, SENSIBLE, Estimate, Finding, auto_epochs, estimate, examine, leaks
from ftcore.ui import ledger, page, say, session, way
from ftcore.ui.imports import instructions
from ftcore.ui.train.local_training import Readiness, readiness

DEPTHS = ("Automatic", "Epochs", "All settings")


@dataclass(frozen=True, slots=True)
class Load:
    """What would be sent now. The counts are of approved examples."""

    rows: tuple[SnapshotRow, ...]
    digest: str
    findings: tuple[Finding, ...]

    def count(self, split: Split) -> int:
        return sum(1 for row in self.rows if row.split == split)

    @property
    def sent(self) -> int:
        return self.count(Split.TRAIN) + self.count(Split.VALIDATION)

    @property
    def private(self) -> int:
        return sum(1 for row in self.rows if row.private and row.split != Split.TEST)


@dataclass(frozen=True, slots=True)
class Settings:
    """None = "auto": the server's own rule."""

    epochs: int | None = None
    seed: int = 0
    learning_rate_multiplier: float | None = None
    batch_size: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Where to train, and from which model."""

    endpoint: Endpoint | None
    base_model: str
    ready: Readiness

    @property
    def local(self) -> bool:
        return self.endpoint is None or self.endpoint.name == LOCAL


def load_of(project: Project) -> Load:
    return _load(str(session.db().path), project.id, project.revision)


def draw(project: Project, past: list[Job], *, primary: bool = True) -> None:
    """The form; its button is the page's primary action unless something else on the page is."""
    load = load_of(project)
    if not load.rows:
        st.subheader("Nothing to train on yet", anchor=False)
        st.text(f"Approve at least {MINIMUM} examples first; {SENSIBLE} is a sensible start.")
        way.button(project, "curate", "Go to Curate", primary=primary)
        return
    order = _order()
    facts = st.container()
    blocked = _say_findings(load)
    _say_readiness(order)
    settings = _settings(load.count(Split.TRAIN))
    instructions.short_fold(project)
    guess = _estimate(str(session.db().path), project.id, project.revision, settings.epochs, len(past), load.rows, past)
    price = _price(order, guess.tokens)
    with facts:
        _summary(load, order, guess, price)
    if blocked:
        if any(finding.code == LEAK for finding in load.findings):
            way.button(project, "curate", "Go to the pairs", primary=primary, curate="Split and export")
        else:
            way.button(project, "curate", "Go to Curate", primary=primary)
        return
    agreed = order.local or _agree(order, load, price)
    st.button(
        page.plain(f"Start training: {price}"),
        type="primary" if primary and order.ready.ok else "secondary",
        icon=":material/play_arrow:",
        disabled=not (order.ready.ok and agreed),
        key="start-training",
        on_click=_start,
        args=(project.id, order, settings, _key(project, past)),
    )


def _start(project_id: int, order: Order, settings: Settings, key: str) -> None:
    endpoint = order.endpoint
    if endpoint is None:
        page.flash("The trainer server is not known yet. Wait a moment, then start again.", icon=":material/info:")
        return
    instructions.settle(project_id)
    try:
        launch(
            session.db(),
            project_id,
            endpoint,
            base_model=order.base_model,
            who=session.who(),
            epochs=settings.epochs,
            seed=settings.seed,
            learning_rate_multiplier=settings.learning_rate_multiplier,
            batch_size=settings.batch_size,
            key=key,
            private_confirmed=bool(st.session_state.get("agree", False)),
        )
    except NotFit as error:
        page.flash(str(error), icon=":material/block:")


def _key(project: Project, past: list[Job]) -> str:
    """The same for a button pressed twice and for two tabs that show the same state; another after the next job."""
    born = project.created_at.isoformat() if project.created_at else ""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"tuneworthy:{project.id}:{born}:{len(past)}").hex


def _order() -> Order:
    with session.db().read() as c:
        known = endpoints.every(c)
    by_name = {one.name: one for one in known}
    names = [LOCAL, *(name for name in by_name if name != LOCAL)]
    chosen = LOCAL
    if len(names) > 1:
        chosen = st.selectbox("Where", names, format_func=_place, key="endpoint")
    if chosen == LOCAL:
        ready = readiness(session.workspace())
        if ready.ok and LOCAL not in by_name:
            said = "The trainer server runs, and the worker has not taken note of it yet; that takes a second."
            ready = Readiness(False, said, soon=True)
        return Order(by_name.get(LOCAL), starter.NAME, ready)
    model = st.text_input("Base model", key=f"base-model-{chosen}", help="As the provider names it.").strip()
    ready = Readiness(bool(model), "" if model else "Name the base model to train from, as the provider calls it.")
    return Order(by_name[chosen], model, ready)


def _place(name: str) -> str:
    return "This computer (practice model)" if name == LOCAL else name


def _say_findings(load: Load) -> bool:
    """Draws what was found; True when it forbids the launch."""
    for finding in load.findings:
        if finding.severity == Severity.ERROR:
            st.error(page.plain(finding.sentence), icon=":material/block:")
        else:
            st.warning(page.plain(finding.sentence), icon=":material/info:")
    return any(finding.severity == Severity.ERROR for finding in load.findings)


def _say_readiness(order: Order) -> None:
    if order.ready.ok:
        return
    st.warning(page.plain(order.ready.sentence), icon=":material/cloud_off:")
    if order.ready.command:
        st.code(order.ready.command, language=None)
    if order.ready.soon:
        _look_again(order)


@st.fragment(run_every=2.0)
def _look_again(order: Order) -> None:
    if readiness(session.workspace()).ok and order.local:
        st.rerun()


def _settings(train: int) -> Settings:
    auto = auto_epochs(train)
    depth = st.segmented_control("Settings", DEPTHS, default=DEPTHS[0], required=True, key="depth")
    if depth == DEPTHS[0]:
        st.caption(
            f"{say.count(auto, 'pass', 'passes')} over the examples, chosen from their number. A good first try."
        )
        return Settings()
    columns = st.columns(4)
    epochs = columns[0].number_input(
        "Epochs",
        min_value=1,
        max_value=50,
        value=None,
        placeholder=f"auto ({auto})",
        key="epochs",
        help="How often the model reads every example. More teaches more, until it learns the examples by heart.",
    )
    if depth == DEPTHS[1]:
        return Settings(epochs=epochs)
    seed = columns[1].number_input(
        "Seed", min_value=0, max_value=2**31 - 1, value=0, key="seed", help="The same seed gives the same order again."
    )
    rate = columns[2].number_input(
        "Learning rate multiplier",
        min_value=0.01,
        max_value=100.0,
        value=None,
        placeholder="auto",
        key="rate",
        help="Above 1 it learns faster and forgets more; below 1 slower and steadier.",
    )
    batch = columns[3].number_input(
        "Batch size",
        min_value=1,
        max_value=256,
        value=None,
        placeholder="auto",
        key="batch",
        help="Examples a step. Smaller needs less memory.",
    )
    return Settings(epochs, int(seed), rate, batch)


def _summary(load: Load, order: Order, guess: Estimate, price: str) -> None:
    train, validation, test = (load.count(split) for split in Split)
    watched = f" and {validation:,} to watch the learning" if validation else ""
    passes = say.count(guess.epochs, "pass", "passes")
    goes = f"{say.count(train, 'example')} to learn from{watched}: {guess.tokens:,} tokens in {passes}"
    kept = f"{say.count(test, 'test example')}, kept for the comparison" if test else ""
    if order.local:
        where, time = "This computer. Nothing leaves it.", say.span(*guess.seconds)
    else:
        where, time = order.endpoint.name if order.endpoint else "", "The server says when it has begun"
    lines = {"What": goes, "Not sent": kept, "Where": where, "Time": time[:1].upper() + time[1:], "Price": price}
    ledger.draw(
        {**lines, "Fingerprint": load.digest[:12]}, alt="What will be sent, where, how long it takes and its price"
    )


def _price(order: Order, tokens: int) -> str:
    if order.local or order.endpoint is None:
        return "$0"
    known = prices.find(prices.load(data_dir() / "prices.yaml"), order.endpoint.name, order.base_model, tuned=True)
    if known is None or known.train is None:
        return "price not known"
    dollars = float(known.train.value) * tokens / 1e6
    return f"${dollars:,.2f} to ${dollars * 1.35:,.2f}"


def _agree(order: Order, load: Load, price: str) -> bool:
    name = order.endpoint.name if order.endpoint else ""
    private = f", {load.private} of them marked private," if load.private else ""
    return st.checkbox(page.plain(f"Send {load.sent:,} examples{private} to {name} and pay ({price})"), key="agree")


@st.cache_resource(max_entries=4, show_spinner=False)
def _load(path: str, project_id: int, revision: int) -> Load:
    with session.db().read() as c:
        rows = tuple(rows_to_freeze(c, project_id))
        findings = examine(rows, leaks(c, project_id, rows))
    return Load(rows, digest(rows), tuple(findings))


@st.cache_resource(max_entries=32, show_spinner=False)
def _estimate(
    path: str,
    project_id: int,
    revision: int,
    epochs: int | None,
    known_jobs: int,
    _rows: tuple[SnapshotRow, ...],
    _past: list[Job],
) -> Estimate:
    return estimate(_rows, epochs, _past)
