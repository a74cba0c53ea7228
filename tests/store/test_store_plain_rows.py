"""Rows as values that JSON knows: what comes back is what went out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ftcore.store import plain_rows
from ftcore.store.schema import calls, job_files

moments = st.none() | st.datetimes(
    timezones=st.just(UTC), min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)
)
rows = st.fixed_dictionaries(
    {
        "id": st.integers(1),
        "run_id": st.integers(1),
        "case_id": st.text(),
        "key": st.text(),
        "arm": st.text(),
        "split": st.sampled_from(["test", "validation"]),
        "model": st.text(),
        "text": st.none() | st.text(),
        "error": st.text(),
        "seconds": st.floats(0, 1e6),
        "tokens_in": st.integers(0, 10**9),
        "tokens_out": st.integers(0, 10**9),
        "finish_reason": st.text(),
        "created_at": moments,
        "repeat": st.integers(0, 9),
        "sources": st.lists(st.text()),
    }
)


@given(rows)
def test_a_row_comes_back_as_it_was_without_its_ids(row: dict[str, Any]) -> None:
    told = json.loads(json.dumps(plain_rows.out(calls, row)))
    assert plain_rows.back(calls, told) == {
        name: value for name, value in row.items() if name not in ("id", "run_id", "case_id")
    }


def test_what_says_only_the_default_is_left_out() -> None:
    row = {column.name: None for column in calls.columns} | {
        "arm": "base",
        "split": "test",
        "sources": [],
        "seconds": 0.0,
    }
    assert plain_rows.out(
        calls, {**row, "model": "", "error": "", "tokens_in": 0, "tokens_out": 0, "finish_reason": "", "repeat": 0}
    ) == {"arm": "base"}


def test_a_file_is_its_text_and_fields_of_no_column_are_passed_over() -> None:
    row = {
        "id": 1,
        "job_id": 2,
        "remote_id": "file-1",
        "name": "a.csv",
        "content": "step,loss\r\n1,£".encode(),
        "created_at": None,
    }
    told = plain_rows.out(job_files, row)
    assert told["content"] == "step,loss\r\n1,£"
    assert plain_rows.back(job_files, {**told, "evil": "x"})["content"] == row["content"]
