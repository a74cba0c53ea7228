"""Files that people really bring: each is read, or refused in one clear sentence."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ftcore.dataset.sources import SourceError, preview, read
from ftcore.records import Accepted, Mapping, Rejected, Split

NOT_A_SPREADSHEET = (
    "That file isn't a spreadsheet, despite its name. Nothing was imported. Save it as XLSX or CSV and try again."
)
PAIR = {"prompt": "Hi", "completion": "Hello"}


@pytest.fixture
def put(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def taken(path, *args, **kwargs):
    records = list(read(path, *args, **kwargs))
    accepted = [record for record in records if isinstance(record, Accepted)]
    return accepted, [record for record in records if isinstance(record, Rejected)]


def pairs(path, *args, **kwargs):
    return [(row.line, row.training.prompt, row.training.response) for row in taken(path, *args, **kwargs)[0]]


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        ("archive.csv", zipped(a="x")),
        ("half.xlsx", zipped(xl__workbook="x")[:20]),
        ("noise.csv", os.urandom(4000)),
        ("nul.csv", b"text,label\nab\0c,d\n"),
        ("paper.csv", b"%PDF-1.7 and so on"),
    ],
    ids=[
        "picture",
        "archive",
        "half",
        "noise",
        "nul",
        "paper",
    ],  # the bytes hold the time and chance: each worker of the tests would name them otherwise
)
def test_a_binary_file_is_refused_in_the_products_words(put, name, data):
    with pytest.raises(SourceError) as caught:
        preview(put(name, data))
    assert str(caught.value) == NOT_A_SPREADSHEET


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.csv", b"", "The file is empty. Nothing was imported."),
        ("blank.csv", b" \n\r\n", "holds no text"),
        ("header.csv", b"text,label\n", "no rows"),
        ("page.csv", b"<!DOCTYPE html><html></html>", "web page"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or password-protected Excel"),
        ("packed.csv.gz", b"\x1f\x8b\x08\x00", "gzip"),
        ("broken.parquet", b"PAR1xxxx", "damaged"),
        ("all_broken.jsonl", b'{"a":\n{"b":\n', "No row"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_that_nothing_was_imported(put, name, data, says):
    for door in (preview, lambda path: list(read(path))):
        with pytest.raises(SourceError) as caught:
            door(put(name, data))
        assert says in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused_before_the_first_row(tmp_path):
    with pytest.raises(SourceError, match=r"There is no file nope\.csv"):
        read(tmp_path / "nope.csv")
    with pytest.raises(SourceError, match="cannot be opened"):
        read(tmp_path)


def test_banking77_gives_all_rows_with_their_physical_lines(shared_data):
    path = shared_data / "banking77" / "train.csv"
    look = preview(path)
    assert (look.mapping.input, look.mapping.output, look.needs_mapping) == ("text", "category", False)
    accepted, rejected = taken(path)
    assert (len(accepted), rejected) == (10_003, [])
    lines = path.read_bytes().split(b"\n")
    for row in accepted:
        first = next(csv.reader([lines[row.line - 1].decode()]))[0] if row.line > 1 else ""
        assert row.training.prompt.startswith(first.strip('"').splitlines()[0] if first.strip() else "\n")
    assert lines[accepted[-1].line :] == [b""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read_and_named(put, encoding):
    text = "text;label\r\nGrüße, Ute; hello\r\nHow are you today?;б\r\n"
    path = put("table.csv", text.encode(encoding))
    assert pairs(path) == [(2, "Grüße, Ute", " hello"), (3, "How are you today?", "б")]
    notes = " ".join(preview(path).notes)
    assert "semicolons" in notes
    assert (encoding == "utf-8") or encoding[:6].upper().rstrip("-") in notes


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Je voudrais savoir où est ma commande, merci à vous"),
        ("cp1252", "café’s “menu”"),
        ("cp1250", "Zażółć gęślą jaźń, dziękuję"),
        ("cp1251", "Привет, где мой заказ?"),
        ("cp932", "注文はどこですか"),
    ],
)
def test_older_encodings_are_guessed_and_said_to_be_a_guess(put, encoding, text):
    path = put("old.csv", f"text;label\n{text};one\n".encode(encoding) * 1)
    assert pairs(path)[0][1] == text
    assert any("guess" in note for note in preview(path).notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(put, delimiter, end):
    rows = [["question", "answer"], ['Say "hi", please; now', "one\ntwo"], ["a | b", "c\td"], ["x", "y"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    path = put("table.csv", buffer.getvalue())
    assert preview(path).delimiter == delimiter
    assert pairs(path) == [(2, *rows[1]), (4, *rows[2]), (5, *rows[3])]


def test_ragged_rows_are_rejected_with_what_was_found_and_wanted(put):
    path = put("ragged.csv", 'text,label\na,b\n"two\nlines",x\na,b,c,d\na\n,\nq,\nz,w,,\nlast,row')
    accepted, rejected = taken(path)
    assert [row.line for row in accepted] == [2, 3, 9, 10]
    assert [(row.line, row.reason) for row in rejected] == [
        (5, "The row does not fit the columns: found 4 fields, wanted 2, too many: 'c', 'd'."),
        (6, "The row does not fit the columns: found 1 field, wanted 2, missing: 'label'."),
        (7, 'The question (column "text") is empty.'),
        (8, 'The answer (column "label") is empty.'),
    ]
    assert rejected[0].raw == "a,b,c,d"


def test_a_quote_that_is_never_closed_costs_its_own_line_only(put):
    rows = "".join(f"c{i},d\n" for i in range(3000))
    accepted, rejected = taken(put("open.csv", f'text,label\na,b\n"never closed,b\n{rows}'))
    assert (len(accepted), [row.line for row in rejected]) == (3001, [3])
    accepted, rejected = taken(put("open2.csv", 'text,label\n"never closed,b\nc,d\n"fine, quoted",d\ne,f\n'))
    assert [row.line for row in accepted] == [3, 4, 5]
    assert "never closed" in rejected[0].reason


def test_sloppy_quotes_are_forgiven(put):
    path = put("sloppy.csv", 'text,label\n5" pipe,x\n"a" b,y\n"say ""hi""",z\n')
    assert [row[1] for row in pairs(path)] == ['5" pipe', "a b", 'say "hi"']
    assert pairs(put("slash.csv", 'text,label\n"say \\"hi\\", ok",y\n')) == [(2, 'say "hi", ok', "y")]


@pytest.mark.parametrize("size", [5_000_000, 15_000_000])
def test_a_huge_cell_is_rejected_and_everything_else_kept(put, size):
    accepted, rejected = taken(put("big.csv", "text,label\na,b\n" + "x" * size + ",c\nd,e\n"))
    assert [row.line for row in accepted] == [2, 4]
    assert rejected[0].line == 3
    assert "at most 1,000,000" in rejected[0].reason
    assert len(rejected[0].raw) == 10_000


def test_three_rows_only_are_read(put):
    assert len(pairs(put("three.csv", "text,label\na,b\nc,d\ne,f\n"))) == 3


def test_ten_broken_lines_of_a_thousand_are_named_and_the_others_kept(put):
    lines = [
        json.dumps({"messages": [{"role": "user", "content": f"q{i}"}, {"role": "assistant", "content": "a"}]})
        for i in range(1000)
    ]
    for i in range(0, 1000, 100):
        lines[i] = lines[i][: 20 + i // 20]
    accepted, rejected = taken(put("chat.jsonl", "\r\n".join(lines) + "\n\n"))
    assert len(accepted) == 990
    assert [row.line for row in rejected] == list(range(1, 1000, 100))
    assert all("wanted" in row.reason for row in rejected)


def test_each_broken_line_of_jsonl_has_its_own_reason(put):
    good = json.dumps(PAIR).encode()
    lines = [
        b"[1]",
        b"null",
        b'{"prompt":NaN}',
        b'{"prompt":"","completion":"b"}',
        b'{"prompt":"\xff","completion":"b"}',
        b"[" * 100_000,
    ]
    path = put(
        "bad.jsonl",
        b"\n".join(
            [
                *lines,
                b'{"prompt":"\\ud800\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9","completion":"b"}',
                *[good] * 9,
            ]
        ),
    )
    accepted, rejected = taken(path)
    assert len(accepted) == 10
    assert accepted[0].training.prompt.startswith("\ufffdé")
    reasons = [row.reason for row in rejected]
    for reason, part in zip(reasons, ["a list", "null", "NaN", "empty", "UTF-8", "nested"], strict=True):
        assert part in reason


def test_a_json_array_keeps_what_stands_before_and_after_a_broken_element(put):
    text = json.dumps([{"question": str(i), "answer": "b"} for i in range(5)], indent=2)
    accepted, rejected = taken(put("array.json", text.replace('"question": "2"', '"question": "2')))
    assert [(row.line, row.training.prompt) for row in accepted] == [(2, "0"), (6, "1"), (14, "3"), (18, "4")]
    assert rejected[0].line == 10
    assert len(taken(put("cut.json", text[:-30]))[0]) == 4


@pytest.mark.parametrize(
    "document",
    [
        [PAIR] * 3,
        {"version": 1, "data": [PAIR] * 3},
        {"rows": [{"row_idx": 0, "row": PAIR}] * 3},
        {"a": PAIR, "b": PAIR, "c": PAIR},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_lists_inside_documents_are_found(put, document, indent):
    assert len(pairs(put("doc.json", json.dumps(document, indent=indent)))) == 3


def test_json_under_the_wrong_name_is_read_and_said(put):
    path = put("data.csv", "\n".join([json.dumps(PAIR)] * 3))
    assert len(pairs(path)) == 3
    assert "despite its name" in preview(path).notes[0]
    assert len(pairs(put("pretty.jsonl", "\n".join([json.dumps(PAIR, indent=1)] * 3)))) == 3


def workbook(tmp_path, rows, name="book.xlsx"):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Second")
    book.save(tmp_path / name)
    return tmp_path / name


def test_a_workbook_gives_its_first_sheet_with_row_numbers(tmp_path):
    rows = [["text", "label"], ["'=1+1", "x"], [None, None], [3.0, True], ["a", "b", "c"], ["=1+1", "y"]]
    path = workbook(tmp_path, rows)
    accepted, rejected = taken(path)
    assert [(row.line, row.training.prompt, row.training.response) for row in accepted] == [
        (2, "=1+1", "x"),
        (4, "3", "true"),
    ]
    assert "too many: 'c'" in rejected[0].reason
    assert "formula" in rejected[1].reason
    assert "2 sheets" in preview(path).notes[0]


def test_a_workbook_named_csv_is_read_as_what_it_is(tmp_path):
    path = workbook(tmp_path, [["text", "label"], ["a", "b"]])
    renamed = path.rename(tmp_path / "book.csv")
    assert pairs(renamed) == [(2, "a", "b")]
    assert "Excel workbook, despite its name" in preview(renamed).notes[0]


def test_a_workbook_that_unpacks_to_a_bomb_is_refused_unopened(put):
    path = put("bomb.xlsx", zipped(xl__workbook="x"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x")
        with archive.open("xl/sharedStrings.xml", "w") as member:
            for _ in range(300):
                member.write(b"x" * 1_000_000)
    with pytest.raises(SourceError, match="unpacks to 286 MB"):
        preview(path)


def test_a_workbook_with_xml_entities_is_refused(tmp_path):
    path = workbook(tmp_path, [["text", "label"], ["a", "b"]])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    members["xl/workbook.xml"] = evil + members["xl/workbook.xml"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(SourceError, match="damaged"):
        preview(path)


def test_parquet_tables_and_nested_messages_are_read(tmp_path):
    chat = [{"role": "user", "content": "a", "weight": None}, {"role": "assistant", "content": "b", "weight": 1.0}]
    pq.write_table(pa.table({"messages": [chat] * 3}), tmp_path / "chat.parquet")
    accepted, _ = taken(tmp_path / "chat.parquet")
    assert [row.line for row in accepted] == [1, 2, 3]
    assert accepted[0].training.messages[1] == {"role": "assistant", "content": "b", "weight": 1}
    pq.write_table(pa.table({"text": ["a", "b"], "label": [1, None]}), tmp_path / "table.parquet")
    accepted, rejected = taken(tmp_path / "table.parquet")
    assert (accepted[0].training.response, rejected[0].line) == ("1", 2)


def test_naughty_strings_come_through_an_import_unchanged(shared_data, put):
    strings = json.loads((shared_data / "naughty-strings" / "blns.json").read_text())
    wanted = [
        text
        for text in strings
        if text.strip() and text.translate(dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\0"))).strip()
    ]
    path = put("blns.jsonl", "\n".join(json.dumps({"input": text, "ideal_output": text}) for text in strings))
    accepted, rejected = taken(path)
    assert len(accepted) + len(rejected) == len(strings)
    assert [row.training.prompt for row in accepted] == [text.replace("\0", "") for text in wanted]
    direct, _ = taken(shared_data / "naughty-strings" / "blns.json", Mapping(input="text", output="text"))
    assert [row.training.response for row in direct] == [row.training.response for row in accepted]


def test_nlupp_lists_become_compact_json(shared_data):
    path = shared_data / "nlupp" / "banking" / "fold0.json"
    accepted, rejected = taken(path)
    assert len(accepted) + len(rejected) == len(json.loads(path.read_text()))
    assert accepted[0].training.response == '["how_long","pin","arrival","new"]'
    assert accepted[0].line == 2
    slots, _ = taken(path, Mapping(input="text", output="slots"))
    assert json.loads(slots[0].training.response)["date_period"]["text"] == "next week"


def test_self_instruct_is_recognised_with_its_nested_instances(shared_data):
    path = shared_data / "self-instruct" / "seed_tasks.jsonl"
    assert preview(path).shape == "Alpaca"
    accepted, rejected = taken(path)
    assert (len(accepted), rejected) == (175, [])


def test_split_and_tags_columns_are_taken_over(put):
    path = put("s.csv", "id,Customer question,Our reply,split,tags\n1,a,b,dev,x;y\n2,c,d,Test,\n3,e,f,,z\n")
    accepted, _ = taken(path)
    assert [row.split for row in accepted] == [Split.VALIDATION, Split.TEST, None]
    assert [row.tags for row in accepted] == [("x", "y"), (), ("z",)]
    assert accepted[0].training.prompt == "a"
