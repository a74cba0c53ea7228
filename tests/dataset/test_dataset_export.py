"""Training files, splits and the prompts derived from data."""

from __future__ import annotations

import errno
import json
import os
from collections import Counter

import pytest
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter

from ftcore.dataset.duplicates import groups
from ftcore.dataset.prompts import derive_prompts, describe
from ftcore.dataset.split import assign_splits, propose_test_rows
from ftcore.dataset.targets import ExportError, export_openai_chat, find
from ftcore.records import Split, TrainingExample


def example(prompt: str, answer: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}])


ROWS = [example(f"q{n}\u2028é", f"a{n}") for n in range(5)]


def test_an_export_is_one_valid_line_a_row(tmp_path):
    path = tmp_path / "new folder" / "train.jsonl"
    assert export_openai_chat(iter(ROWS), path) == 5
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [row.to_wire() for row in ROWS]
    for line in lines:
        TypeAdapter(list[ChatCompletionMessageParam]).validate_python(json.loads(line)["messages"])
    assert os.listdir(path.parent) == ["train.jsonl"]


@pytest.mark.parametrize("bad", [example("q", ""), TrainingExample([]), example("q", float("nan"))])
def test_a_row_that_is_not_fit_leaves_the_old_file_as_it_was(tmp_path, bad):
    path = tmp_path / "train.jsonl"
    path.write_text("old")
    with pytest.raises(ExportError, match=r"Example 6 .*Nothing was exported\."):
        export_openai_chat([*ROWS, bad], path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["train.jsonl"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_as_it_was(tmp_path, monkeypatch, call):
    path = tmp_path / "train.jsonl"
    path.write_text("old")

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(ExportError, match="no space left on device"):
        export_openai_chat(ROWS, path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["train.jsonl"]


def test_an_unknown_target_is_named_with_the_known_ones():
    with pytest.raises(ExportError, match=r"floppy.*openai, together"):
        find("floppy")


@pytest.mark.parametrize(
    ("n", "rows"),
    [(0, 0), (4, 0), (5, 1), (50, 10), (199, 39), (200, 100), (999, 100), (1000, 100), (3000, 300), (10_003, 500)],
)
def test_the_proposed_test_rows(n, rows):
    assert propose_test_rows(n)[0] == rows
    assert propose_test_rows(n)[1].endswith(".")


def test_splits_have_the_wanted_sizes_and_the_seed_decides():
    keys = [f"question {n}" for n in range(400)]
    splits = assign_splits(keys, [None] * 400, seed=1, test_rows=100)
    assert Counter(splits) == {Split.TEST: 100, Split.VALIDATION: 30, Split.TRAIN: 270}
    assert splits == assign_splits(keys, [None] * 400, seed=1, test_rows=100)
    assert splits != assign_splits(keys, [None] * 400, seed=2, test_rows=100)
    grown = assign_splits([*keys, "one more"], [None] * 401, seed=1, test_rows=100)
    assert sum(a != b for a, b in zip(splits, grown, strict=False)) <= 3


def test_fixed_splits_stay_and_draw_their_twins():
    keys = ["a", "a", "b", "b", "c", "d"]
    fixed = [Split.TEST, None, Split.TRAIN, None, None, None]
    splits = assign_splits(keys, fixed, seed=0)
    assert splits[:4] == [Split.TEST, Split.TEST, Split.TRAIN, Split.TRAIN]
    assert splits.count(Split.TEST) == 2


def test_near_duplicates_are_not_divided_between_training_and_test():
    texts = [
        f"The lamp number {n} that I ordered last week came without its bulb, can you send one to {n}?"
        for n in range(3)
    ]
    texts += [f"completely other words number {n} about gardens {n * 7} and tools {n * 3}" for n in range(40)]
    twins = [
        "can you tell me where on earth my parcel is today please",
        "can you tell me where on earth my parcel is today thanks",
    ]
    texts += twins * 3
    for seed in range(20):
        splits = assign_splits(texts, [None] * len(texts), seed=seed, test_rows=15, groups=groups(texts))
        assert len(set(splits[-6:])) == 1


def test_the_prompt_for_labels_lists_them_all():
    rows = [example(f"q{n}", ["refund", "Card lost", "other"][n % 3]) for n in range(30)]
    derived = derive_prompts(rows)
    assert derived.kind == describe(rows) == "labels"
    assert derived.full.endswith("Labels:\n- Card lost\n- other\n- refund")
    assert len(derived.short) < 40


def test_the_prompt_for_json_names_keys_and_allowed_values():
    def answer(n: int) -> str:
        value = {
            "category": ["delivery", "repair"][n % 2],
            "summary": f"Customer {n} asks {n * n} things",
            "count": n,
            "urgent": n > 3,
        }
        return json.dumps(value if n % 4 else value | {"codes": ["LMP-1"], "note": None})

    derived = derive_prompts([example(f"q{n}", answer(n)) for n in range(20)])
    assert derived.kind == "json"
    for part in [
        '- "category": one of "delivery", "repair"',
        '- "summary": a text, usually of 5 words, at most 5',
        '- "count": a number',
        '- "urgent": true or false',
        '- "codes": a list of those that apply (at least one) of "LMP-1" (left out',
        "no code fence",
    ]:
        assert part in derived.full


def test_the_prompt_for_lists_of_labels_and_for_text():
    rows = [example(f"q{n}", json.dumps([["pin", "card"], ["card"]][n % 2])) for n in range(20)]
    assert 'JSON list: those that apply (at least one) of "card", "pin".' in derive_prompts(rows).full
    text = derive_prompts([example(f"q{n}", f"Sentence number {n} of a longer answer.") for n in range(9)])
    assert (text.kind, derive_prompts([]).kind) == ("text", "text")
    assert "7 words" in text.full
