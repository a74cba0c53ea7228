"""Tables for people: what comes back from them is what went out, but for what a person has changed."""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ftcore.dataset.shapes.people_table import COLUMNS
from ftcore.dataset.sources import preview, read
from ftcore.dataset.targets import TARGETS, ExportError, ExportRow, Fate, export_rows, people_xlsx
from ftcore.records import Accepted, Rejected, Split, Status, TrainingExample

BOTH = pytest.mark.parametrize("target", ["csv", "xlsx"])
CALL = {"id": "c1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
TOOLS = [{"type": "function", "function": {"name": "clock"}}]


def turn(role: str, text: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": text, **more}


def pair(prompt: str, answer: str, system: str = "") -> TrainingExample:
    return TrainingExample([turn("user", prompt), turn("assistant", answer)]).with_system(system)


LONG = TrainingExample(
    [
        turn("developer", "Be brief."),
        turn("user", "Hi"),
        turn("assistant", "Hello", weight=0),
        turn("user", "Time?"),
        turn("assistant", None, tool_calls=[CALL]),
        turn("tool", "12:00", tool_call_id="c1"),
        turn("assistant", "Noon."),
    ],
    TOOLS,
    parallel_tool_calls=False,
)


def exported(target: str, rows: list[ExportRow], folder: Path) -> Path:
    export = export_rows(TARGETS[target], rows, folder, name="review")
    assert [file.path.name for file in export.files] == [f"review.{target}"]
    assert export.rows == len(rows)
    return export.files[0].path


def taken_in(path: Path) -> list[Accepted]:
    records = list(read(path))
    assert [record.reason for record in records if isinstance(record, Rejected)] == []
    return [record for record in records if isinstance(record, Accepted)]


def comes_back(target: str, rows: list[ExportRow]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        again = taken_in(exported(target, rows, Path(folder)))
    expected = [(r.training, r.split, r.tags, r.key, r.grouping, r.status.value, r.note) for r in rows]
    assert [(a.training, a.split, a.tags, a.key, a.grouping, a.status, a.note) for a in again] == expected


@BOTH
def test_everything_about_a_row_comes_back(target):
    rows = [
        ExportRow(
            7, pair("=1+1", "@sum\r\nline", "-x"), Split.TEST, Status.APPROVED, ("a b", "c"), "'=note", "K-7", "g1"
        ),
        ExportRow(8, LONG, None, Status.REJECTED, ("a,b", "[c]", "d;e"), "two\nlines", source="f.csv", line=12),
        ExportRow(9, pair("_x0041_", "#N/A", "#REF!"), Split.VALIDATION),
        ExportRow(10, pair("{}\n" * 60, "lines of JSON")),
        ExportRow(12, pair("backslash", 'say \\"hi\\" there')),
        ExportRow(11, pair("bell\x07", "tab\t\x0b end ", "\u2028")),
    ]
    comes_back(target, rows)
    for row in rows:
        comes_back(target, [row])


# NULs and halves of characters are not in a project: the importer cleans them, and says so.
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
seen = st.text(characters | st.sampled_from("\r\n\"',;=+-@\t_x0041[]{}\\"), max_size=25)
said = seen.filter(lambda text: text.strip().strip("\u200b\u200c\u200d\u2060\ufeff"))
names = seen.map(str.strip)
tags = st.lists(st.text(characters, min_size=1, max_size=8), max_size=3, unique=True).map(tuple)


@st.composite
def conversations(draw: st.DrawFn) -> TrainingExample:
    if draw(st.booleans()):
        return pair(draw(said), draw(said), draw(st.just("") | said))
    talk = [turn("user", draw(said)), turn("assistant", draw(said), weight=draw(st.sampled_from([0, 1])))]
    end = [turn("user", [{"type": "text", "text": draw(said)}]), turn("assistant", draw(said))]
    return TrainingExample([*talk, *end], draw(st.sampled_from([None, [], TOOLS]))).with_system(
        draw(st.just("") | said)
    )


export_lists = st.lists(
    st.builds(
        ExportRow,
        id=st.integers(1, 10**9),
        training=conversations(),
        split=st.sampled_from([None, *Split]),
        status=st.sampled_from(list(Status)),
        tags=tags,
        note=seen,
        key=names,
        grouping=names,
        source=seen,
        line=st.none() | st.integers(1, 10**6),
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=200)
@given(export_lists)
@example([ExportRow(1, pair('\\"', "a\\"), tags=('"',))])
def test_any_table_of_csv_comes_back_as_it_was(rows):
    comes_back("csv", rows)


@settings(deadline=None, max_examples=60)
@given(export_lists)
def test_any_workbook_comes_back_as_it_was(rows):
    """The texts beside the conversation have no control characters there, and line feeds end their lines."""
    codes = [code for code in range(32) if code not in (9, 10, 13)] + [0xFFFE, 0xFFFF]
    shown = str.maketrans({"\r": "\n"} | {chr(code): None for code in codes})
    cleaned = [
        replace(
            row,
            key=row.key.translate(shown).strip(),
            grouping=row.grouping.translate(shown).strip(),
            note=row.note.translate(shown),
            tags=tuple(dict.fromkeys(tag for tag in (tag.translate(shown) for tag in row.tags) if tag)),
        )
        for row in rows
    ]
    comes_back("xlsx", cleaned)


@BOTH
@pytest.mark.shared
def test_banking77_comes_back_with_its_line_breaks(target, shared_data, tmp_path):
    with (shared_data / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        found = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    broken = [one for one in found if "\n" in one[0]]
    assert len(broken) >= 10
    rows = [
        ExportRow(n, pair(text, label), list(Split)[n % 3], tags=(label,), line=n)
        for n, (text, label) in enumerate([*found[:1500], *broken])
    ]
    again = taken_in(exported(target, rows, tmp_path))
    assert [(row.training, row.split, row.tags) for row in again] == [(r.training, r.split, r.tags) for r in rows]


@BOTH
@pytest.mark.shared
def test_naughty_strings_come_back_and_none_begins_a_formula(target, shared_data, tmp_path):
    strings = [
        s for s in json.loads((shared_data / "naughty-strings" / "blns.json").read_text()) if s.strip("\u200b \ufeff")
    ]
    rows = [ExportRow(n, pair(text, text, text), note=text) for n, text in enumerate(strings)]
    rows = [row for row in rows if not list(TARGETS[target].losses([row]))]
    assert len(rows) > 450
    path = exported(target, rows, tmp_path)
    assert [row.training for row in taken_in(path)] == [row.training for row in rows]
    for cells in cells_of(path):
        assert not any(isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def cells_of(path: Path) -> list[tuple[Any, ...]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as file:
            return [tuple(row) for row in csv.reader(file)]
    return list(openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))


def change(path: Path, row: int, **cells: str) -> Path:
    """What a person does in a spreadsheet program, saved as CSV."""
    table = [["" if cell is None else str(cell) for cell in line] for line in cells_of(path)]
    for column, text in cells.items():
        table[row][table[0].index(column)] = text
    changed = path.with_name("changed.csv")
    with changed.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows(table)
    return changed


@BOTH
def test_a_changed_cell_changes_that_turn_only(target, tmp_path):
    path = exported(target, [ExportRow(1, LONG), ExportRow(2, pair("a\r\nb", "c"))], tmp_path)
    again = taken_in(change(path, 1, response="Twelve.", status="approved", split="Training"))
    assert again[0].training == LONG.with_response("Twelve.")
    assert (again[0].status, again[0].split) == ("approved", Split.TRAIN)
    assert taken_in(change(path, 1, instructions="", prompt="When?"))[0].training == LONG.with_system("").with_prompt(
        "When?"
    )
    assert taken_in(change(path, 2, response="d"))[1].training.response == "d"


@BOTH
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"status": "ok"}, 'The status "ok" is none of draft, approved and rejected.'),
        ({"split": "trian"}, 'The split "trian" is none of train, validation and test.'),
        ({"conversation": "{"}, 'The column "conversation" cannot be read'),
        ({"conversation": "", "response": " "}, 'The answer (column "response") is empty.'),
    ],
)
def test_a_slip_sets_the_row_aside_with_its_reason(target, cells, reason, tmp_path):
    path = exported(target, [ExportRow(1, LONG), ExportRow(2, pair("a", "b"))], tmp_path)
    first, second = read(change(path, 1, **cells))
    assert isinstance(first, Rejected)
    assert reason in first.reason
    assert isinstance(second, Accepted)


@BOTH
def test_our_own_table_needs_no_mapping(target, tmp_path):
    seen = preview(exported(target, [ExportRow(1, LONG), ExportRow(2, pair("a", "b"))], tmp_path))
    assert (seen.shape, seen.needs_mapping) == ("Tuneworthy's own table", False)
    assert (seen.mapping.split, seen.mapping.tags, seen.mapping.key) == ("split", "tags", "key")
    assert "Not imported: id, source, line." in seen.notes


@BOTH
def test_the_columns_are_in_order_and_the_conversation_only_where_it_is_needed(target, tmp_path):
    path = exported(target, [ExportRow(3, pair("q", "a", "s"), line=9, source="x.csv"), ExportRow(4, LONG)], tmp_path)
    header, first, second = cells_of(path)
    assert header == COLUMNS
    shown = ["" if cell is None else str(cell) for cell in first]
    assert shown == ["3", "", "draft", "", "s", "q", "a", "", "", "", "x.csv", "9", ""]
    assert json.loads(second[-1])["messages"] == LONG.messages
    if target == "xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        assert sheet.column_dimensions["M"].hidden
        assert not any(cell.data_type == "f" for line in sheet.iter_rows() for cell in line)


def test_a_csv_says_that_it_is_utf_8(tmp_path):
    assert exported("csv", [ExportRow(1, pair("é", "a"))], tmp_path).read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_a_text_that_is_too_long_for_a_cell_is_left_out_of_the_workbook_and_listed(tmp_path):
    emoji = "\N{GRINNING FACE}" * 16_384
    rows = [
        ExportRow(1, pair("x" * 32_768, "a")),
        ExportRow(2, pair(emoji, "a")),
        ExportRow(3, pair("x" * 32_767, "a")),
    ]
    export = export_rows(TARGETS["xlsx"], rows, tmp_path, name="x")
    assert [(count.sentence, count.first_ids) for count in export.left_out] == [(people_xlsx.TOO_LONG, (1, 2))]
    assert [row.training for row in taken_in(export.files[0].path)] == [rows[2].training]
    assert list(TARGETS["csv"].losses(rows)) == []
    comes_back("csv", rows)


def test_a_sheet_holds_no_more_rows_than_excel_does(tmp_path, monkeypatch):
    assert people_xlsx.MAX_ROWS == 1_048_575
    monkeypatch.setattr(people_xlsx, "MAX_ROWS", 3)
    rows = [ExportRow(n, pair("q", "a")) for n in range(4)]
    with pytest.raises(ExportError, match=r"holds 3 rows.*Use CSV"):
        export_rows(TARGETS["xlsx"], rows, tmp_path, name="x")
    assert list(tmp_path.iterdir()) == []
    assert export_rows(TARGETS["xlsx"], rows[:3], tmp_path, name="x").rows == 3


def test_a_workbook_that_is_too_large_to_come_back_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("ftcore.dataset.sources.xlsx.MAX_UNPACKED", 1 << 20)
    rows = [ExportRow(n, pair("q" * 30_000, "a")) for n in range(50)]
    assert "use CSV" in export_rows(TARGETS["xlsx"], rows, tmp_path, name="x").notes[0]


@BOTH
@pytest.mark.parametrize(
    ("training", "part"),
    [
        (pair("q", ""), "its answer is empty"),
        (pair(" ", "a"), "its question is empty"),
        (pair("q" * 1_000_001, "a"), "a cell"),
        (TrainingExample([turn("user", "q"), turn("assistant", "a"), turn("user", "b")]), "must be the assistant's"),
    ],
)
def test_what_would_not_come_back_is_written_and_listed(target, training, part, tmp_path):
    losses = list(TARGETS[target].losses([ExportRow(1, training)]))
    if training.prompt.startswith("qq") and target == "xlsx":
        assert [loss.fate for loss in losses] == [Fate.LEFT_OUT]
        return
    assert [loss.fate for loss in losses] == [Fate.CHANGED]
    assert part in losses[0].sentence
    records = list(read(exported(target, [ExportRow(1, training), ExportRow(2, pair("q", "a"))], tmp_path)))
    assert isinstance(records[0], Rejected)
    assert isinstance(records[1], Accepted)


@BOTH
def test_what_no_file_can_hold_is_cleaned_and_listed(target, tmp_path):
    row = ExportRow(1, pair("a\ud800", "b\0"), note="n\0", tags=("\ud801",))
    sentences = [loss.sentence for loss in TARGETS[target].losses([row])]
    assert any("Broken characters" in sentence for sentence in sentences)
    assert any("NUL" in sentence for sentence in sentences)
    again = taken_in(exported(target, [row], tmp_path))[0]
    assert (again.training.prompt, again.training.response, again.note, again.tags) == (
        "a\ufffd",
        "b",
        "n",
        ("\ufffd",),
    )


def test_control_characters_are_said_to_be_invisible_in_a_sheet():
    rows = [ExportRow(1, pair("bell\x07", "a")), ExportRow(2, pair("q", "a"), note="\x07")]
    losses = [(loss.row_id, loss.sentence) for loss in TARGETS["xlsx"].losses(rows)]
    assert losses == [(1, people_xlsx.NOT_SHOWN), (2, people_xlsx.NOT_KEPT)]
