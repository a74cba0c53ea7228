"""What the worker is doing, in people's words."""

from __future__ import annotations

from ftcore.records import Task, TaskState

NAMES = {
    "import": "Reading a file",
    "compare": "Comparing a file with what is here",
    "reimport": "Taking in what has changed in a file",
    "take_back": "Taking an import back",
    "check": "Checking the examples",
    "count": "Counting examples",
    "pattern": "Searching the examples",
    "bulk": "Changing many examples",
    "turn": "Undoing or redoing a change of many examples",
    "meaning": "Comparing examples by their meaning",
    "keep_best": "Keeping the best of examples that are alike",
    "split_preview": "Working out a new split",
    "split": "Splitting the examples anew",
    "leaks": "Looking for test examples among the training ones",
    "health": "Looking at how sound the examples are",
    "export_look": "Working out what an export would leave out",
    "export": "Writing files",
    "evidence": "Writing the evidence file",
    "hand_over": "Writing a project file",
    "take_over": "Reading a project file",
    "erase": "Erasing a project",
    "evaluate": "Running a comparison",
    "judge": "Having answers judged",
    "reconcile": "Following a training",
    "results": "Fetching what a training has left",
    "remove-files": "Removing a training's files at the provider",
    "delete-model": "Deleting a model at the provider",
    "look-at-models": "Asking which models are there",
    "deploy-model": "Asking for a model to be made ready",
    "rescue-look": "Looking at what is at the provider already",
    "rescue": "Bringing in what is at the provider already",
    "rescue-compare": "Comparing two models",
}
"""By the kind of the task."""


def said(task: Task) -> str:
    """ "Reading a file: 2,000 of 9,000"; "Writing files: waiting"."""
    name = NAMES.get(task.kind, task.kind)
    if task.state != TaskState.RUNNING:
        return f"{name}: waiting"
    return f"{name}: {task.done:,} of {task.total:,}" if task.total else name
