"""The two doors of the package: a first look at a file, and its rows as examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ftcore.chat import clean_value, validate
from ftcore.chat.cleaning import is_broken
from ftcore.dataset.mapping import Guess, columns_of, completed, extras, guess, split_of, tags_of
from ftcore.dataset.raw import Raw, SourceError, text_value
from ftcore.dataset.shapes import Shape, columns, people_table, recognise
from ftcore.dataset.sources.delimiter import NAMES as DELIMITERS
from ftcore.dataset.sources.detection import Found, detect
from ftcore.dataset.sources.registry import rows_of
from ftcore.records import Accepted, Mapping, Message, Preview, Rejected, Severity, Split, TrainingExample, text_of

SAMPLE = 200
SHOWN_ROWS = 10
SHOWN_CHARACTERS = 500
MAX_TEXT = 1_000_000
"""Characters a cell or a conversation: more is a file in a cell, not something that a person wrote or a model can be shown."""
RAW_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class Look:
    """What the first rows tell."""

    found: Found
    rows: list[dict[str, Any]]
    columns: tuple[str, ...]
    shape: Shape | None
    guess: Guess


def preview(path: Path, *, name: str = "") -> Preview:
    """The first look, for a person to check before importing. `name` is the name under which the file was uploaded.

    Raises `SourceError` when the file as a whole cannot be read.
    """
    look = _look(Path(path), name)
    shown = [{c: _shown(columns.value_at(row, c)) for c in look.columns} for row in look.rows[:SHOWN_ROWS]]
    return Preview(
        format=look.found.format,
        shape=look.shape.NAME if look.shape else columns.NAME,
        columns=look.columns,
        mapping=look.guess.mapping,
        rows=tuple(shown),
        encoding=look.found.encoding,
        delimiter=look.found.delimiter,
        needs_mapping=look.shape is None and not look.guess.certain,
        notes=_notes(look),
    )


def read(
    path: Path, mapping: Mapping | None = None, *, name: str = "", system: str = ""
) -> Iterator[Accepted | Rejected]:
    """Every record of the file, once: accepted as an example, or rejected with its line and its reason.

    `mapping` names the columns; what it leaves open is guessed, and a shape that is recognised needs none. `system` is given
    to the examples that have no system message. Raises `SourceError`, before the first record, when the file as a whole
    cannot be read or no column can hold the answers.
    """
    return open_file(path, mapping, name=name, system=system).records()


def open_file(path: Path, mapping: Mapping | None = None, *, name: str = "", system: str = "") -> Reading:
    """As `read`, for a large file: what was taken already can be skipped, and how far it is can be asked."""
    look = _look(Path(path), name)
    shape, chosen = _choose(look, mapping or Mapping())
    return Reading(look.found, shape, chosen, system)


@dataclass(frozen=True, slots=True)
class Origin:
    """What our own table says of the row that it was written from: the id in the database, and where that row came from. `source`
    and `line` are None where somebody has deleted these columns; "" and 0 where the cells are empty."""

    id: int
    source: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is understood. `mapping` is complete: what was left open has been guessed."""

    found: Found
    recognised: Shape | None
    mapping: Mapping
    system: str = ""

    @property
    def shape(self) -> str:
        return self.recognised.NAME if self.recognised else columns.NAME

    @property
    def is_ours(self) -> bool:
        """True for the table that this app writes for people: its column `id` names our own rows."""
        return self.recognised is people_table

    def records(self, skip: int = 0) -> Iterator[Accepted | Rejected]:
        """The records after the first `skip`, which are passed over without being looked at."""
        return map(self._record, islice(rows_of(self.found), skip, None))

    def records_with_origins(self) -> Iterator[tuple[Accepted | Rejected, Origin | None]]:
        """Each record with the row of ours that it was written from, in our own table; None in other files."""
        for raw in rows_of(self.found):
            yield self._record(raw), _origin(raw.value) if self.is_ours and raw.value else None

    def done(self) -> tuple[int, int]:
        """(done, total) of the records that are being read, in bytes or rows; (0, 0) while that is not known."""
        return self.found.place.now(self.found.path.stat().st_size)

    def _record(self, raw: Raw) -> Accepted | Rejected:
        if raw.value is None:
            return Rejected(raw.line, raw.reason, raw.text[:RAW_CHARACTERS])
        mapping = self.mapping
        try:
            training = _training(raw, raw.value, self.recognised, mapping, self.system)
            split = _split(raw.value, mapping.split, ours=self.is_ours)
            status, note = people_table.decided(raw.value) if self.is_ours else ("", "")
        except SourceError as error:
            return Rejected(raw.line, _explained(str(error), self.found), raw.as_found()[:RAW_CHARACTERS])
        tags = tags_of(columns.value_at(raw.value, mapping.tags)) if mapping.tags else ()
        key, group = (_name(raw.value, column) for column in (mapping.key, mapping.grouping))
        return Accepted(raw.line, training, split, tags, key, group, status, note)


def _look(path: Path, name: str) -> Look:
    found = detect(path, name)
    sample: list[Raw] = []
    first_reason = ""
    for raw in rows_of(found):
        if raw.value is None:
            first_reason = first_reason or f"line {raw.line}: {raw.reason}"
            continue
        sample.append(raw)
        if len(sample) == SAMPLE:
            break
    if not sample:
        why = (
            f"No row of the file can be read (first, {first_reason})"
            if first_reason
            else "The file has no rows of data"
        )
        raise SourceError(f"{why.rstrip('.')}. Nothing was imported.")
    rows = [raw.value for raw in sample if raw.value is not None]
    shape, names = recognise(rows), columns_of(rows)
    guessed = Guess(extras(rows, names), True) if shape else guess(rows, names)
    return Look(found, rows, names, shape, guessed)


def _choose(look: Look, given: Mapping) -> tuple[Shape | None, Mapping]:
    for column in (getattr(given, field.name) for field in fields(given)):
        if column and column not in look.columns and all(columns.value_at(row, column) is None for row in look.rows):
            known = ", ".join(look.columns[:20])
            raise SourceError(f'There is no column "{column}". Nothing was imported. The file has: {known}.')
    if look.shape and not given.input and not given.output:
        extra = look.guess.mapping
        named = {field.name: value for field in fields(given) if (value := getattr(given, field.name))}
        return look.shape, replace(extra, **named)
    guessed = guess(look.rows, look.columns).mapping if look.shape else look.guess.mapping
    if given.input and given.output:  # somebody has said all there is to say: no key is one of the answers
        guessed = replace(guessed, key="", grouping="")
    chosen = completed(given, guessed, look.rows, look.columns)
    if not chosen.input or not chosen.output:
        raise SourceError(
            f"Two columns are needed, what people write and the ideal answer; found: {', '.join(look.columns[:20])}. "
            "Nothing was imported. Name the columns and try again."
        )
    return None, chosen


def _origin(row: dict[str, Any]) -> Origin | None:
    id_, line = (text_value(row.get(name)).strip() for name in ("id", "line"))
    if not (id_.isascii() and id_.isdigit() and len(id_) < 16):
        return None
    source = text_value(row["source"]) if "source" in row else None
    at = (int(line) if line.isascii() and line.isdigit() and len(line) < 16 else 0) if "line" in row else None
    return Origin(int(id_), source, at)


def _split(row: dict[str, Any], column: str, *, ours: bool) -> Split | None:
    """In our own table a word that is no split is a slip of somebody's hand, and the row is set aside for it."""
    cell = columns.value_at(row, column) if column else None
    split = split_of(cell)
    if ours and split is None and (word := text_value(cell).strip()):
        raise SourceError(f'The split "{word[:40]}" is none of train, validation and test.')
    return split


def _name(row: dict[str, Any], column: str) -> str:
    return clean_value(text_value(columns.value_at(row, column)).strip())[0] if column else ""


def _training(raw: Raw, row: dict[str, Any], shape: Shape | None, mapping: Mapping, system: str) -> TrainingExample:
    is_small = 0 < len(raw.text) <= MAX_TEXT  # what it holds is then no longer either
    for column, value in () if is_small else row.items():
        if isinstance(value, str) and len(value) > MAX_TEXT:
            size = f"{len(value):,} characters; at most {MAX_TEXT:,} are read"
            raise SourceError(f'The cell in column "{column}" holds {size}.')
    training = shape.build(row) if shape else columns.build(row, mapping)
    if shape and mapping.system and not training.system:
        training = training.with_system(text_value(columns.value_at(row, mapping.system)))
    if system and not training.system:
        training = training.with_system(system)
    training = _cleaned(training)
    fatal = next((p.message for p in validate(training) if p.severity is Severity.ERROR), "")
    if fatal:
        raise SourceError(fatal)
    total = 0 if is_small else sum(len(text_of(message)) for message in training.messages)
    if total > MAX_TEXT:
        raise SourceError(f"The conversation holds {total:,} characters; at most {MAX_TEXT:,} are read.")
    return training


def _cleaned(training: TrainingExample) -> TrainingExample:
    if training.tools is None and all(map(_is_clean, training.messages)):
        return training
    messages, changed = clean_value(training.messages)
    tools, tools_changed = clean_value(training.tools)
    return replace(training, messages=messages, tools=tools) if changed or tools_changed else training


def _is_clean(message: Message) -> bool:
    """True for nearly every message: texts only, none of which has anything to clean. (Half the time on a large file.)"""
    return all(type(text) is str and "\0" not in text and not is_broken(text) for text in message.values())


def _explained(reason: str, found: Found) -> str:
    if found.format == "xlsx" and reason.endswith("is empty."):
        return f"{reason} (If it is a formula, its result was not saved: open the workbook in Excel and save it.)"
    return reason


def _shown(value: Any) -> str:
    text = clean_value(text_value(value))[0]
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " ..."


def _notes(look: Look) -> tuple[str, ...]:
    notes = list(look.found.notes)
    if look.found.format == "csv" and look.found.delimiter != ",":
        name = DELIMITERS.get(look.found.delimiter, f'"{look.found.delimiter}"')
        notes.append(f"The columns are separated by {name}.")
    if look.found.format == "xlsx":
        from ftcore.dataset.sources.xlsx import sheet_note

        notes += [note] if (note := sheet_note(look.found.path)) else []
    if look.shape:
        extra = look.guess.mapping
        left = dict.fromkeys(key for row in look.rows for key in look.shape.left_out(row))
        names = [key for key in left if key not in (extra.split, extra.tags, extra.key, extra.grouping)]
        if names:
            notes.append(f"Not imported: {', '.join(islice(names, 8))}{', ...' if len(names) > 8 else ''}.")
    changes = dict.fromkeys(note for row in look.rows for note in clean_value(row)[1])
    return (*notes, *changes)
