"""What holds for any input."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.chat import parse_line, to_line
from ftcore.dataset.checks import find_problems
from ftcore.dataset.formulas import escape, unescape
from ftcore.dataset.prepare import FineTuningDataset
from ftcore.dataset.snapshots import digest
from ftcore.dataset.sources import SourceError, read
from ftcore.dataset.targets import export_openai_chat
from ftcore.records import Accepted, Rejected, SnapshotRow, Split, TrainingExample

cells = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(exclude_categories=[]), max_size=15),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def example(prompt: str, answer: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}])


def records_of(data: bytes, name: str) -> list[Accepted | Rejected]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return list(read(path))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=15), st.sampled_from(["\n", "\r\n"]))
def test_every_row_of_a_csv_comes_out_once(rows, end):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [("text", "label"), ("first", "row"), *rows]
    )
    records = records_of(buffer.getvalue().encode(), "t.csv")
    assert len(records) == len(rows) + 1
    kept = [(unescape(a), unescape(b)) for a, b in rows]
    accepted = [r for r in records if isinstance(r, Accepted)]
    assert all((r.training.prompt, r.training.response) in [("first", "row"), *kept] for r in accepted)
    assert [r.line for r in records] == sorted({r.line for r in records})


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(alphabet='ab,"\n;x', max_size=10), max_size=12))
def test_broken_csv_loses_no_line_without_saying_so(lines):
    text = "text,label\na,b\n" + "\n".join(lines) + "\n"
    records = records_of(text.encode(), "t.csv")
    seen = "\n".join(r.raw if isinstance(r, Rejected) else r.training.prompt + r.training.response for r in records)
    for character in "abx":
        assert seen.count(character) == text.count(character) - "text,label".count(character)


@settings(deadline=None, max_examples=150)
@given(st.lists(anything.map(json.dumps) | st.text(alphabet='{}[]":,ab1 ', max_size=12), max_size=12))
def test_every_line_of_jsonl_comes_out_once(lines):
    good = json.dumps({"input": "q", "output": "a"})
    records = records_of("\n".join([*[good] * 13, *lines]).encode(), "t.jsonl")
    assert len(records) == 13 + sum(bool(line.strip()) for line in lines)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with suppress(SourceError):
        assert records_of(data, "t.csv")


@settings(deadline=None, max_examples=100)
@given(st.lists(anything | st.fixed_dictionaries({"input": anything, "ideal_output": anything}), max_size=8))
def test_prepared_plus_rejected_is_what_was_given(items):
    dataset = FineTuningDataset("Be kind.", min_chars=2)
    accepted = dataset.prepare_examples(items)
    assert len(accepted) + len(dataset.rejected) == len(items)
    for prepared in accepted:
        assert parse_line(to_line(prepared)) == prepared


@given(st.text(alphabet=st.sampled_from("'=+-@\t\rab")) | st.text())
def test_escaping_for_spreadsheets_gives_the_text_back(text):
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.tuples(st.text(max_size=5), st.sampled_from(list(Split))), max_size=8), st.randoms())
def test_the_digest_knows_neither_order_nor_ids(rows, chance):
    numbered = [SnapshotRow(n, split, example(text, "a")) for n, (text, split) in enumerate(rows)]
    shuffled = [SnapshotRow(row.example_id + 100, row.split, row.training) for row in numbered]
    chance.shuffle(shuffled)
    assert digest(numbered) == digest(shuffled)
    assert len(digest(numbered)) == 64
    if rows:
        assert digest(numbered) != digest(numbered[1:])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=8))
def test_the_checks_survive_any_text_and_point_into_it(rows):
    examples = [example(prompt, answer) for prompt, answer in rows]
    found = find_problems(examples)
    assert len(found) == len(examples)
    for one, problems in zip(examples, found, strict=True):
        for problem in problems:
            assert problem.related is None or 0 <= problem.related < len(rows)
            if problem.start is not None:
                text = {"prompt": one.prompt, "response": one.response}[problem.where]
                assert 0 <= problem.start <= problem.end <= len(text)


@pytest.mark.shared
def test_naughty_strings_survive_the_checks_the_digest_and_the_export(shared_data, tmp_path):
    strings = [s for s in json.loads((shared_data / "naughty-strings" / "blns.json").read_text()) if s.strip()]
    examples = [example(text, text) for text in strings]
    assert len(find_problems(examples)) == len(examples)
    digest([SnapshotRow(1, Split.TRAIN, one) for one in examples])
    assert export_openai_chat(examples, tmp_path / "blns.jsonl") == len(examples)
    read_again = [row.training for row in read(tmp_path / "blns.jsonl") if isinstance(row, Accepted)]
    assert read_again == examples
