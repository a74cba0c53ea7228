"""What can be counted before anything is measured: the project's prompts, its examples, its training."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from ftcore.chat import count_tokens
from ftcore.chat.tokens import tokens_of
from ftcore.records import Job, Project
from ftcore.store import examples, jobs
from ftcore.training.estimate import FOREIGN
from ftcore.training.settings import auto_epochs

SAMPLE = 100
"""Examples from all over the project, of which the lengths are taken."""
PER_INSTRUCTION = 3
"""Tokens that a message takes besides its text."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Tokens in our own encoding. `question` and `answer` are means of `rows` examples, 0 without any; prompts are the project's, or
    else those that stand in the examples, 0 where there is none. `foreign`: much of the text is not in plain English letters, so that models count it very differently."""

    rows: int = 0
    question: float = 0.0
    answer: float = 0.0
    long_prompt: float = 0.0
    short_prompt: float = 0.0
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """Tokens of the training examples, one pass, and how many passes. `told` says where both are from."""

    tokens: float
    passes: float
    told: str
    measured: bool = False


def counted(c: Connection, project: Project) -> Counted:
    read = [one.training for one in examples.some(c, project.id, limit=SAMPLE)]
    prompts = [_prompt(text) for text in (project.base_prompt, project.tuned_prompt)]
    if not read:
        return Counted(long_prompt=prompts[0], short_prompt=prompts[1])
    sizes = [tokens_of(one) for one in read]
    systems = sum(_prompt(one.system) for one in read)
    letters = "".join(f"{one.prompt}{one.response}" for one in read)
    plain = sum(1 for letter in letters if letter <= "\x7f")
    return Counted(
        rows=len(read),
        question=max(0.0, (sum(size.total - size.learnt for size in sizes) - systems) / len(read)),
        answer=sum(size.learnt for size in sizes) / len(read),
        long_prompt=prompts[0] or systems / len(read),
        short_prompt=prompts[1] or systems / len(read),
        foreign=bool(letters) and (len(letters) - plain) / len(letters) > FOREIGN,
    )


def trained(c: Connection, project_id: int, job_id: int | None) -> Trained | None:
    """As the server counted at the job of the run, else at the newest that made a model; else as the approved examples stand. None
    without examples."""
    job = jobs.get(c, job_id) if job_id is not None else None
    job = job or next((one for one in jobs.of_project(c, project_id) if one.fine_tuned_model), None)
    if job is not None and (found := _of_job(job)) is not None:
        return found
    standing = examples.counts(c, project_id)
    if not standing.total or not standing.tokens:
        return None
    rows = standing.train or standing.total
    which = f"{rows:,} training examples" if standing.train else f"all {rows:,} examples, none of them approved yet"
    return Trained(standing.tokens / standing.total * rows, auto_epochs(rows), f"counted in {which}")


def _of_job(job: Job) -> Trained | None:
    passes = job.hyperparameters.get("n_epochs")
    tokens = job.trained_tokens or job.estimated_tokens
    if not tokens or isinstance(passes, bool) or not isinstance(passes, int | float) or passes < 1:
        return None
    who = "counted by the server" if job.trained_tokens else "estimated"
    return Trained(tokens / passes, float(passes), f"{who} at training {job.id}", bool(job.trained_tokens))


def _prompt(text: str) -> int:
    return count_tokens(text) + PER_INSTRUCTION if text.strip() else 0
