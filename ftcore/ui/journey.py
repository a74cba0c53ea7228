"""Where a project stands in the journey, and what to do next: read once, then pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ftcore.records import Action, Job, JobState
from ftcore.store import imports, jobs, runs, tasks
from ftcore.store.database import Database
from ftcore.store.examples import Counts
from ftcore.ui.decide import decide_state

QUESTIONS = 5
ENOUGH = 10
"""Approved training examples without which nothing can be trained (the protocol's minimum)."""
STOPPING = (Action.TRY_BETTER_MODEL, Action.IMPROVE_PROMPT, Action.USE_RAG, Action.DO_NOT_FINE_TUNE)
"""Advice that says: not by fine-tuning, or not yet. One answer can be enough for it."""

State = Literal["done", "now", "later"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the store says about a project. `answered` counts the five questions; `advice` and `headline` are what follows
    from the answers and from what was measured since, None and "" before any answer or reason; `running` tells of the
    newest job that has not ended, `run_state` of the newest comparison ("" when there is none)."""

    counts: Counts = field(default_factory=Counts)
    answered: int = 0
    advice: Action | None = None
    headline: str = ""
    read: int = 0
    set_aside: int = 0
    importing: bool = False
    jobs: int = 0
    running: Job | None = None
    last_job: Job | None = None
    models: int = 0
    run_state: str = ""
    runs_done: int = 0
    compared_newest: bool = False
    """The newest model has been compared."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """One sentence, one button: its label, the page it leads to and, on Curate, the mode."""

    sentence: str
    label: str
    page: str
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    state: State
    told: str


def situation(db: Database, project_id: int, counts: Counts) -> Situation:
    """Reads what is needed to say where a project stands."""
    decided = decide_state.read(db, project_id)
    said = bool(decided.answers or decided.reasons)
    with db.read() as c:
        taken = imports.of_project(c, project_id)
        every_job = jobs.of_project(c, project_id)
        every_run = runs.of_project(c, project_id)
        importing = any(tasks.open_tasks(c, project_id, kind) for kind in ("import", "compare", "reimport"))
    made = [job for job in every_job if job.state is JobState.SUCCEEDED]
    return Situation(
        counts=counts,
        answered=len(decided.answers),
        advice=decided.advice.action if said else None,
        headline=decided.advice.headline if said else "",
        read=sum(one.read for one in taken),
        set_aside=sum(one.rejected for one in taken) + counts.rejected,
        importing=importing,
        jobs=len(every_job),
        running=next((job for job in every_job if not job.state.ended), None),
        last_job=every_job[0] if every_job else None,
        models=len(made),
        run_state=every_run[0].state if every_run else "",
        runs_done=sum(1 for run in every_run if run.state == "done"),
        compared_newest=bool(made) and any(run.job_id == made[0].id and run.state == "done" for run in every_run),
    )


def next_action(s: Situation) -> NextAction:
    """The one thing to do next. What is under way comes first, then what stands furthest along the journey."""
    under_way = _under_way(s)
    if under_way is not None:
        return under_way
    if s.models and not s.compared_newest:
        return NextAction("A model is trained. Compare it with the cheaper ways.", "Compare it", "evaluate")
    if s.last_job is not None and s.last_job.state is JobState.FAILED and not s.models:
        return NextAction("The training stopped. What was finished is kept; see why.", "See what happened", "train")
    if s.runs_done:
        return NextAction(
            "The comparison is done. Read what it says, and take the report away.", "Read the report", "report"
        )
    if not s.counts.total:
        return _before_examples(s)
    return _with_examples(s)


def steps(s: Situation) -> tuple[Step, ...]:
    """The six steps with their counts. The step that the next action belongs to is "now"."""
    action = next_action(s)
    counts = s.counts
    told = {
        "Decide": f"{s.answered} of {QUESTIONS} answered",
        "Import": f"{s.read:,} read" if s.read else "Nothing yet",
        "Curate": curated(counts),
        "Train": _plural(s.models, "model") if s.models else ("Running" if s.running else "Not yet"),
        "Evaluate": _plural(s.runs_done, "comparison") if s.runs_done else "Not yet",
        "Report": "Ready to take away"
        if s.runs_done
        else "The decision only"
        if s.answered
        else "Nothing measured yet",
    }
    done = {
        "Decide": s.answered == QUESTIONS,
        "Import": s.read > 0,
        "Curate": counts.approved >= ENOUGH and not counts.need_a_look and not counts.clean_drafts,
        "Train": s.models > 0,
        "Evaluate": s.runs_done > 0,
        "Report": False,
    }
    now = _step_of(action)
    return tuple(
        Step(
            name,
            "now" if name == now else "done" if done[name] else "later",
            words,
        )
        for name, words in told.items()
    )


def curated(counts: Counts) -> str:
    """ "271 of 289 approved, 18 need a look": how far the approving has come. Rejected ones are no longer waited for."""
    if not counts.total:
        return "No examples yet"
    waiting = counts.total - counts.rejected
    approved = f"{counts.approved:,}" if counts.approved == waiting else f"{counts.approved:,} of {waiting:,}"
    look = f", {counts.need_a_look:,} need{'s' if counts.need_a_look == 1 else ''} a look" if counts.need_a_look else ""
    return f"{approved} approved{look}"


def ready(counts: Counts) -> int:
    """Examples that nothing speaks against: approved, or drafts without an open error or warning."""
    return counts.approved + counts.clean_drafts


def _under_way(s: Situation) -> NextAction | None:
    if s.importing:
        return NextAction("Your file is being read.", "Watch the import", "curate", "Import")
    if s.running is not None and s.running.state is JobState.UNKNOWN:
        said = (
            "We asked for a training job but got no answer. It may be running, and we will not ask again until we know."
        )
        return NextAction(said, "See where it stands", "train")
    if s.running is not None:
        at = f" Step {s.running.step:,} of {s.running.total_steps:,}." if s.running.total_steps else ""
        if s.running.state is JobState.PAUSED:
            return NextAction(f"A training is paused.{at}", "See where it stands", "train")
        return NextAction(f"A model is being trained.{at}", "Watch it learn", "train")
    if s.run_state in ("queued", "running"):
        return NextAction("The comparison is running.", "Watch the comparison", "evaluate")
    return None


def _before_examples(s: Situation) -> NextAction:
    if s.advice in STOPPING:
        return NextAction(s.headline, "See why", "decide")
    if not s.answered:
        said = "Is fine-tuning the way at all? Five questions, about ten minutes."
        return NextAction(said, "Answer the five questions", "decide")
    if s.answered < QUESTIONS:
        return NextAction(f"{s.answered} of {QUESTIONS} questions are answered.", "Answer the next one", "decide")
    return NextAction(
        "Bring your examples: one column people write, one you answer.", "Import a spreadsheet", "curate", "Import"
    )


def _with_examples(s: Situation) -> NextAction:
    counts = s.counts
    if counts.clean_drafts:
        number = counts.clean_drafts
        said = f"{number:,} examples have no problems and wait for your approval."
        if number == 1:
            said = "One example has no problems and waits for your approval."
        return NextAction(said, "Go and approve them" if number > 1 else "Go and approve it", "curate", "Table")
    if counts.need_a_look:
        number = counts.need_a_look
        said = f"{number:,} examples need a look." if number > 1 else "One example needs a look."
        return NextAction(said, f"Review the {number:,}" if number > 1 else "Review it", "curate", "Review")
    if counts.train < ENOUGH:
        said = f"{counts.train:,} approved examples to train on. Training needs {ENOUGH}; 50 is a sensible start."
        return NextAction(said, "Add or approve examples", "curate", "Import")
    if not counts.test:
        said = "No test examples are kept aside. Without them, nothing can be shown."
        return NextAction(said, "Keep some for the test", "curate", "Split and export")
    if s.advice in (*STOPPING, Action.COLLECT_DATA):
        return NextAction(s.headline, "See why", "decide")
    if not s.answered:
        said = "Your examples are ready. Before training: five questions on whether it is the way at all."
        return NextAction(said, "Answer the five questions", "decide")
    return NextAction(_ready_to_train(s), "Go to training", "train")


def _ready_to_train(s: Situation) -> str:
    """To measure first is no advice against training: a small one can be the trial, and then it is called one."""
    start = "Ready to train:"
    if s.advice is Action.MEASURE_FIRST:
        start = "Measure first. Ready for a trial training:"
    said = f"{start} {s.counts.train:,} examples to learn from, {s.counts.test:,} kept for the test."
    still = QUESTIONS - s.answered
    if not still:
        return said
    return f"{said} {still} of the {QUESTIONS} questions {'is' if still == 1 else 'are'} still open."


def _step_of(action: NextAction) -> str:
    if action.page == "curate":
        return "Import" if action.mode == "Import" else "Curate"
    return action.page.capitalize()


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
