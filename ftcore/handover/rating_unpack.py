"""A filled rating pack comes back: read, told, then kept under the colleague's initials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ftcore.dataset.shapes.people_table import visible
from ftcore.evaluation import blind
from ftcore.evaluation.blind import Pair
from ftcore.handover import rating_pack, sheets
from ftcore.handover.errors import HandoverError
from ftcore.handover.rating_pack import COLUMNS, FORMAT, WORDS
from ftcore.records import Rejected
from ftcore.store import corrected, ratings, runs
from ftcore.store.database import Database
from ftcore.store.ratings import Rating
from ftcore.store.runs import Run

KEY = re.compile(r"([1-9]\d{0,15})\.([^.\s]{1,64})\.([0-9a-f]{16})")
NO_PACK = f"rating pack: no sheet has the columns Key and Better. A pack says “{FORMAT}” on its first sheet."
TYPED = {
    **WORDS,
    "l": blind.LEFT,
    "1": blind.LEFT,
    "r": blind.RIGHT,
    "2": blind.RIGHT,
    "equal": blind.TIE,
    "tie": blind.TIE,
    "both": blind.TIE,
    "3": blind.TIE,
    "bad": blind.NEITHER,
    "neither": blind.NEITHER,
    "none": blind.NEITHER,
    "4": blind.NEITHER,
}
"""What a colleague types into the column of choices, in small letters."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line with a choice: `before` is what the same person said of the same two answers already, when it was another."""

    number: int
    pair: Pair
    choice: str
    comment: str
    before: Rating | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """`unknown` are lines that cannot be used, with their reason; `empty` counts rows without a choice, `nothing`
    those that say what was known already, `missing` those that were put into the pack and are no longer in it."""

    run_id: int
    arms: tuple[str, str]
    who: str
    rows: tuple[Choice, ...]
    unknown: tuple[Rejected, ...]
    empty: int
    nothing: int
    missing: int

    @property
    def conflicts(self) -> tuple[Choice, ...]:
        return tuple(row for row in self.rows if row.before is not None)


@dataclass(frozen=True, slots=True)
class Header:
    """What the pack says of itself: for whom it was made ("" = it cannot be read), and how many rows were put in."""

    who: str = ""
    rows: int = 0


def header(path: Path) -> Header:
    """Never raises: `propose` says what is wrong with a file."""
    import openpyxl

    who, rows = "", 0
    try:
        book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
        sheet = book[rating_pack.HELP]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True, min_row=2, max_row=60):
            said = sheets.text_of(row[0]).strip() if row else ""
            if said.startswith(rating_pack.FOR):
                who = said.removeprefix(rating_pack.FOR).strip()[:16]
            if found := re.fullmatch(rf"{re.escape(FORMAT)}, (\d{{1,6}}) rows", said):
                rows = int(found[1])
    except Exception:  # noqa: BLE001 - openpyxl raises whatever the broken part of a file makes it raise
        return Header()
    return Header(who, rows)


def propose(db: Database, run_id: int, arms: tuple[str, str], path: Path, *, who: str) -> Proposal:
    """What keeping the pack at `path` would add; nothing is kept yet. The run may have been corrected since the pack was made.
    Raises HandoverError for a file that is no rating pack of this comparison."""
    who = who.strip()[:16]
    with db.read() as c:
        run = rating_pack.current(c, runs.get(c, run_id))
        sides = _Sides(c, run, arms)
        said = {one.case_id: one for one in ratings.of_run(c, run.id, arms, who=who)}
    found: list[Choice] = []
    unknown: list[Rejected] = []
    seen: set[str] = set()
    empty = nothing = strangers = lines = 0
    for number, cells in sheets.lines(path, list(COLUMNS), {"Key", "Better"}, NO_PACK):
        if not any(cells.values()):
            continue
        lines += 1
        pair, why = sides.read(cells)
        typed = " ".join(cells["Better"].lower().split())
        if pair is None:
            strangers += KEY.fullmatch(cells["Key"].strip()) is not None
            unknown.append(_rejected(number, why, cells))
            continue
        twice = pair.case_id in seen
        seen.add(pair.case_id)
        if twice:
            unknown.append(_rejected(number, "The same row stands twice in the sheet; the first one counts.", cells))
        elif not typed:
            empty += 1
        elif why or typed not in TYPED:
            unknown.append(_rejected(number, why or f"“{typed[:40]}” is none of {', '.join(WORDS)}.", cells))
        else:
            one = Choice(number, pair, TYPED[typed], cells["Comment"].strip(), said.get(pair.case_id))
            if one.before is not None and one.before.choice == blind.rating_of(pair, one.choice, who).choice:
                nothing += 1
            else:
                found.append(one)
    if strangers and not seen:
        raise HandoverError(f"{path.name} is a pack of another comparison. Nothing was taken. Open that one first.")
    missing = max(0, header(path).rows - lines)
    return Proposal(run.id, arms, who, tuple(found), tuple(unknown), empty, nothing, missing)


def accept(db: Database, proposal: Proposal, *, replace: bool = False) -> int:
    """Keeps the choices; how many. What the same person said otherwise before is replaced only when asked for."""
    if not proposal.who:
        raise HandoverError("Give the initials of the person who rated first: the ratings are kept under them.")
    taken = [one for one in proposal.rows if one.before is None or replace]
    with db.write() as c:
        run = rating_pack.current(c, runs.get(c, proposal.run_id))
        for one in taken:
            blind.keep(c, run, one.pair, one.choice, proposal.who, note=one.comment, via="pack")
    return len(taken)


class _Sides:
    """Which arm stands on which side, by the keys of this comparison and of those that it was corrected from."""

    def __init__(self, c: Connection, run: Run, arms: tuple[str, str]) -> None:
        tag = rating_pack.tag_of(c, run)
        pairs = rating_pack.bench_of_all(c, run, arms).pairs
        self._by: Mapping[str, Pair] = {
            rating_pack.key(tag, one.id, side): side
            for one in corrected.chain(c, run.id)
            for pair in pairs
            for side in (pair, rating_pack.swapped(pair))
        }

    def read(self, cells: Mapping[str, str]) -> tuple[Pair | None, str]:
        """(the pair as the colleague saw it, why its choice cannot be used); no pair where the key is not known."""
        said = cells["Key"].strip()
        pair = self._by.get(said)
        if pair is None:
            return None, _not_ours(said)
        shown = (visible(cells["Left"]).strip(), visible(cells["Right"]).strip())
        if any(shown) and shown != (visible(pair.left_text).strip(), visible(pair.right_text).strip()):
            return pair, "The answers in this line were changed or moved, so it is not sure which one was meant."
        return pair, ""


def _not_ours(said: str) -> str:
    if not said:
        return "The key is missing, so its row is not known."
    if KEY.fullmatch(said):
        return "The key was changed, belongs to another comparison, or its row was taken out of the test since."
    return f"“{said[:60]}” is no key of a rating pack."


def _rejected(number: int, why: str, cells: Mapping[str, str]) -> Rejected:
    return Rejected(number, why, f"{cells['Better'][:40]} | {cells['Question'][:160]}".strip(" |"))
