"""A filled review pack comes back: read, shown as a difference, then taken as one change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ftcore.dataset import curation
from ftcore.dataset.shapes.people_table import visible
from ftcore.handover import pack_keys, sheets
from ftcore.handover.errors import HandoverError
from ftcore.handover.pack import COLUMNS, FORMAT
from ftcore.records import Example, Rejected, Status
from ftcore.store import examples, journal, projects
from ftcore.store.database import Database
from ftcore.store.journal import Edit, Saved

ASK = "ask"
NO_PACK = f"review pack: no sheet has the columns Key and Decision. A pack says “{FORMAT}” on its first sheet."
WORDS = {
    "approve": Status.APPROVED,
    "approved": Status.APPROVED,
    "ok": Status.APPROVED,
    "okay": Status.APPROVED,
    "yes": Status.APPROVED,
    "good": Status.APPROVED,
    "reject": Status.REJECTED,
    "rejected": Status.REJECTED,
    "no": Status.REJECTED,
    "bad": Status.REJECTED,
    "ask": None,
}
"""What a colleague types into the column of decisions, in small letters."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the sheet with something in it. `answer` is the corrected one, None when it was not corrected."""

    number: int
    key: pack_keys.Key
    prompt: str
    decision: str
    answer: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the pack would change at one row. `since` says why it is a conflict: what was done here after the pack was made;
    "" when nothing was. `values` are the journal's."""

    line: Line
    row: Example
    values: dict[str, Any]
    since: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`unknown` are lines that belong to no row or cannot be read, with their reason; `nothing` counts rows with nothing new."""

    project_id: int
    rows: tuple[Proposed, ...]
    unknown: tuple[Rejected, ...]
    nothing: int

    @property
    def conflicts(self) -> tuple[Proposed, ...]:
        return tuple(row for row in self.rows if row.since)


def propose(db: Database, project_id: int, path: Path) -> Proposal:
    """What taking the pack at `path` would change; nothing is changed yet. Raises HandoverError for a file that is no pack of
    this project."""
    with db.read() as c:
        tag = pack_keys.tag_of(projects.get(c, project_id))
        lines, unknown, empty = _lines(path, tag)
        known = {row.id: row for row in examples.get_many(c, [line.key.example_id for line in lines])}
        found: list[Proposed] = []
        for line in lines:
            row = known.get(line.key.example_id)
            if row is None or row.project_id != project_id or row.trashed:
                unknown.append(Rejected(line.number, "This row is no longer in the project.", line.prompt[:200]))
                continue
            values = _values(line, row)
            if not values:
                empty += 1
                continue
            found.append(Proposed(line, row, values, _since(line, row, values)))
    return Proposal(project_id, tuple(found), tuple(sorted(unknown, key=lambda one: one.line)), empty)


def accept(db: Database, proposal: Proposal, *, who: str, conflicts: Collection[int] = ()) -> Saved:
    """Takes what the pack proposes as one change under the colleague's initials; of the conflicts only those whose example ids
    are given. A row that was changed after the proposal was made comes back as a conflict of the journal."""
    taken = [one for one in proposal.rows if not one.since or one.row.id in conflicts]
    with db.write() as c:
        edits = [Edit(one.row.id, one.values, one.row.version) for one in taken]
        label = f"Review pack of {who or 'a colleague'}: {_count(len(taken))}"
        saved = journal.save(c, proposal.project_id, edits, who=who, label=label)
        rewritten = {one.row.id for one in taken if "training" in one.values}
        curation.check_again(c, proposal.project_id, [id_ for id_ in saved.changed if id_ in rewritten])
        return saved


def _values(line: Line, row: Example) -> dict[str, Any]:
    """What would be new. What is so already is left out: taking a pack twice changes nothing."""
    values: dict[str, Any] = {}
    status = WORDS.get(line.decision)
    if status is not None and status is not row.status:
        values["status"] = status.value
    if line.decision == ASK and ASK not in row.tags:
        values["tags"] = [*row.tags, ASK]
    if line.answer is not None and visible(line.answer) != visible(row.training.response):
        values["training"] = examples.to_json(row.training.with_response(line.answer))
    if line.comment and line.comment not in row.note:
        values["note"] = f"{row.note}\n{line.comment}" if row.note else line.comment
    return values


def _since(line: Line, row: Example, values: dict[str, Any]) -> str:
    """What was done here after the pack was made, when it speaks against what the pack says."""
    changed = pack_keys.said(row.training.prompt, row.training.response) != line.key.said
    who = row.changed_by or "Somebody"
    if changed and ("training" in values or "status" in values):
        return f"{who} changed the text after the pack was made."
    if "status" in values and row.status.value[0] != line.key.status:
        return f"{who} made it “{row.status}” after the pack was made."
    return ""


def _lines(path: Path, tag: str) -> tuple[list[Line], list[Rejected], int]:
    """(lines with something in them, lines that cannot be used, how many have nothing in them)."""
    found: list[Line] = []
    unknown: list[Rejected] = []
    empty = 0
    seen: set[int] = set()
    ours = strangers = 0
    for number, cells in sheets.lines(path, list(COLUMNS), {"Key", "Decision"}, NO_PACK):
        key = pack_keys.read(tag, cells["Key"])
        ours += key is not None
        if key is None:
            if not cells["Key"] and not any(cells.values()):
                continue
            strangers += pack_keys.KEY.fullmatch(cells["Key"].strip()) is not None
            unknown.append(Rejected(number, _not_ours(cells["Key"]), cells["What they write"][:200]))
            continue
        line = _line(number, key, cells)
        if line.decision and line.decision not in WORDS:
            said = f"The decision “{line.decision[:40]}” is none of approve, reject and ask."
            unknown.append(Rejected(number, said, line.prompt[:200]))
            line = replace(line, decision="")
        if line.prompt.strip() and pack_keys.said_by(line.prompt) != key.prompt:
            said = "What they write was changed; that does not come back. Change it in the app."
            unknown.append(Rejected(number, said, line.prompt[:200]))
        if not line.decision and line.answer is None and not line.comment:
            empty += 1
        elif key.example_id in seen:
            unknown.append(
                Rejected(number, "The same row stands twice in the sheet; the first one counts.", line.prompt[:200])
            )
        else:
            seen.add(key.example_id)
            found.append(line)
    if strangers and not ours:
        raise HandoverError(f"{path.name} is a pack of another project. Nothing was taken. Open that project first.")
    return found, unknown, empty


def _line(number: int, key: pack_keys.Key, cells: dict[str, str]) -> Line:
    answer: str | None = cells["Corrected answer"] if cells["Corrected answer"].strip() else None
    shown = cells["What you answer"]
    if answer is None and shown.strip() and pack_keys.said_by(shown) != key.answer:
        answer = shown  # they wrote into the answer itself
    return Line(
        number, key, cells["What they write"], cells["Decision"].strip().lower(), answer, cells["Comment"].strip()
    )


def _not_ours(text: str) -> str:
    if not text.strip():
        return "The key is missing, so its row is not known."
    if pack_keys.KEY.fullmatch(text.strip()):
        return "The key was changed, or belongs to another project: its check digits do not fit."
    return f"“{text[:60]}” is no key of a review pack."


def _count(number: int) -> str:
    return "1 example" if number == 1 else f"{number:,} examples"


def summary(rows: Sequence[Proposed]) -> dict[str, int]:
    """How many decisions of each kind, corrections and comments."""
    found = {"approved": 0, "rejected": 0, "asked": 0, "corrected": 0, "commented": 0}
    for one in rows:
        found["approved"] += one.values.get("status") == Status.APPROVED
        found["rejected"] += one.values.get("status") == Status.REJECTED
        found["asked"] += "tags" in one.values
        found["corrected"] += "training" in one.values
        found["commented"] += "note" in one.values
    return found
