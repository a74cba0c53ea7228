"""evidence.zip: enough to score everything again, and nothing in it that must not leave."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.evaluation.corrections import correct, leave_out
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import Answer, Split
from ftcore.report import evidence_secrets
from ftcore.report.evidence_file import write_evidence
from ftcore.store import endpoints, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run
from tests.finished_run import HOSTILE, concluded, finished
from tests.rating import rate

PRIVATE = ("Ticket 27:", "Ticket 28:")
"""The questions of the private rows: the test rows begin at 20."""


@pytest.fixture
def run(db: Database) -> Run:
    return finished(db, private=(7, 8))


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def scored_again(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the README's own text gives, run in the folder of the files and nowhere else."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    (code,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    assert len(code.strip().splitlines()) <= 12
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    return names["again"]


@pytest.mark.parametrize("scorer", ["exact_match", "json_fields", "edit_similarity", "length_band"])
def test_the_readme_scores_everything_again_to_the_same_comparison(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scorer: str
) -> None:
    run = finished(db, scorer=scorer)
    made = write_evidence(db, run.id, tmp_path / "evidence.zip")
    again = scored_again(made.path, tmp_path / "elsewhere", monkeypatch)
    kept = {name: value for name, value in run.result["comparisons"][0].items() if name != "against"}
    assert json.loads(json.dumps(asdict(again))) == json.loads(json.dumps(kept))


def test_every_answer_and_every_score_is_in_it(db: Database, run: Run, tmp_path: Path) -> None:
    found = parts(write_evidence(db, run.id, tmp_path / "e.zip", private=True).path)
    assert len(lines(found["rows.jsonl"])) == 30
    with db.read() as c:
        answers = runs.answers(c, run.id, Split.TEST, run.scorer)
    told = lines(found["answers.jsonl"])
    assert [(one["arm"], one["id"], one["text"]) for one in told] == [(a.arm, a.case_id, a.text) for a in answers]
    scores = list(csv.DictReader(io.StringIO(found["scores.csv"])))
    assert {(one["arm"], one["id"]): float(one["score"]) for one in scores} == {
        (a.arm, a.case_id): a.score for a in answers
    }


def test_the_requests_are_those_that_were_sent(db: Database, run: Run, tmp_path: Path) -> None:
    made = write_evidence(db, run.id, tmp_path / "e.zip")
    asked = lines(parts(made.path)["requests.jsonl"])
    assert len(asked) == 28 * 3
    assert all(one["as_sent"] for one in asked)
    assert (made.other_requests, made.private_requests, made.lost) == (0, 0, {})
    few = next(one for one in asked if one["arm"] == "few_shot")
    assert [message["role"] for message in few["request"]["messages"]] == ["user", "assistant"] * 3 + ["user"]


def test_a_request_that_cannot_be_what_was_sent_is_told(db: Database, run: Run, tmp_path: Path) -> None:
    with db.read() as c:
        arms = runs.get(c, run.id).arms
    other = [{**arm, "system": "another"} if arm["name"] == "base" else arm for arm in arms]
    with db.write() as c:
        runs.change(c, run.id, arms=other)
    made = write_evidence(db, run.id, tmp_path / "e.zip")
    assert made.other_requests == 28
    assert "Not as sent: 28 requests" in parts(made.path)["README.md"]


def test_private_rows_stay_here_with_all_that_is_about_them(db: Database, run: Run, tmp_path: Path) -> None:
    rate(db, run, "EM", ["fine_tuned"] * 30)
    with db.read() as c:
        tested = list(snapshots.rows(c, run.snapshot_id, Split.TEST))
    secret = [str(row.example_id) for row in tested[7:9]]
    run = concluded(db, correct(db, run.id, secret[0], "a private answer of zanzibarquux", "EM", "secret note"))
    made = write_evidence(db, run.id, tmp_path / "e.zip")
    found = parts(made.path)
    everything = "\n".join(found.values())
    assert (made.rows, made.private) == (28, 2)
    for word in (*PRIVATE, "zanzibarquux", "secret note"):
        assert word not in everything, word
    for name in ("rows.jsonl", "answers.jsonl", "requests.jsonl"):
        assert not {one["id"] for one in lines(found[name])} & set(secret), name
    for name in ("scores.csv", "ratings.csv"):
        assert not {one["id"] for one in csv.DictReader(io.StringIO(found[name]))} & set(secret), name
    assert "Left out as private: 2 rows" in found["README.md"]
    with_them = parts(write_evidence(db, run.id, tmp_path / "all.zip", private=True).path)
    assert "zanzibarquux" in with_them["rows.jsonl"]
    assert "Private rows are in it, as was asked for: 2." in with_them["README.md"]


def test_an_example_that_was_marked_private_since_is_not_shown_as_a_shot(
    db: Database, run: Run, tmp_path: Path
) -> None:
    with db.read() as c:
        first = next(snapshots.rows(c, run.snapshot_id, Split.TRAIN))
    curation.save(db, run.project_id, [CellEdit(first.example_id, None, {"private": True})], who="EM")
    made = write_evidence(db, run.id, tmp_path / "e.zip")
    found = parts(made.path)
    assert made.private_requests == 28
    assert {one["arm"] for one in lines(found["requests.jsonl"])} == {"base", "fine_tuned"}
    assert first.training.prompt not in "\n".join(found.values())
    shots = next(arm for arm in json.loads(found["configuration.json"])["arms"] if arm["name"] == "few_shot")
    assert shots["settings"]["shots"][0] == {"left out": "a private example"}


def test_no_key_no_password_and_no_place_of_this_machine_is_in_it(db: Database, tmp_path: Path) -> None:
    run = finished(db, base_url="http://127.0.0.1:9/v1")
    with db.write() as c:
        endpoints.put(
            c, "local", base_url="https://user:hunter2@api.example.com/v1?token=hunter2", key_source="env:MY_KEY"
        )
        row = next(snapshots.rows(c, run.snapshot_id, Split.TEST))
        error = (
            "401 from https://user:hunter2@api.example.com/v1 with sk-hunter2hunter2, see /home/dana/keys/openai.txt"
        )
        lost = Answer(str(row.example_id), "base", "m", None, error=error, repeat=1)
        runs.keep_call(c, run.id, Split.TEST, "k", lost)
    content = "\n".join(parts(write_evidence(db, run.id, tmp_path / "e.zip").path).values())
    for word in ("hunter2", "MY_KEY", "/home/", "dana", str(db.path.parent)):
        assert word not in content, word
    assert "https://api.example.com/v1" in content


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("see /srv/x/y.txt now", "see (place left out) now"),
        (r"see C:\Users\dana\k.txt", "see (place left out)"),
        ("from https://a.example/v1/chat: 500", "from https://a.example/v1/chat: 500"),
        ("Bearer abcdefgh123 refused", "(key left out) refused"),
        ("2/3 of 24/7 and/or 7 answers", "2/3 of 24/7 and/or 7 answers"),
    ],
)
def test_what_is_taken_out_of_an_error(said: str, read: str) -> None:
    assert evidence_secrets.sentence(said) == read


def test_the_same_evidence_is_the_same_bytes(db: Database, run: Run, tmp_path: Path) -> None:
    first, second = (write_evidence(db, run.id, tmp_path / name).path.read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second


def test_a_spreadsheet_runs_nothing_of_it(db: Database, run: Run, tmp_path: Path) -> None:
    rate(db, run, "=cmd()", ["fine_tuned"])
    found = parts(write_evidence(db, run.id, tmp_path / "e.zip").path)
    for name in ("scores.csv", "ratings.csv"):
        cells = [cell for row in csv.reader(io.StringIO(found[name])) for cell in row]
        assert not [
            cell for cell in cells if cell.startswith(("=", "+", "@")) or (cell[:1] == "-" and not _number(cell))
        ]
    assert HOSTILE in {one["text"] for one in lines(found["answers.jsonl"])}  # as it was said, where nothing is run


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_the_verdicts_before_the_corrections_are_in_it(db: Database, run: Run, tmp_path: Path) -> None:
    with db.read() as c:
        cases = [str(row.example_id) for row in snapshots.rows(c, run.snapshot_id, Split.TEST)]
    one = concluded(db, correct(db, run.id, cases[1], "other", "EM", "it was old"))
    two = concluded(db, leave_out(db, one.id, cases[2], "EM"))
    found = parts(write_evidence(db, two.id, tmp_path / "e.zip").path)
    told = json.loads(found["comparisons.json"])["verdicts"]
    assert [(step["run"], step["corrections"]) for step in told] == [(run.id, 0), (one.id, 1), (two.id, 2)]
    corrected = json.loads(found["configuration.json"])["corrections"]
    assert [(said["case_id"], said["kind"], said["note"]) for said in corrected] == [
        (cases[1], "answer", "it was old"),
        (cases[2], "left out", ""),
    ]
    assert all(one["as_sent"] for one in lines(found["requests.jsonl"]))
    assert "after 2 corrections" in found["README.md"]
    assert "One training run; repeats may differ." in found["README.md"]
    before = parts(write_evidence(db, run.id, tmp_path / "before.zip").path)
    assert [step["run"] for step in json.loads(before["comparisons.json"])["verdicts"]] == [run.id]


def test_a_run_that_has_not_ended_has_no_evidence_yet(db: Database, run: Run, tmp_path: Path) -> None:
    with db.write() as c:
        runs.change(c, run.id, state="running")
    with pytest.raises(EvaluationError, match="has not ended yet"):
        write_evidence(db, run.id, tmp_path / "e.zip")
    assert not (tmp_path / "e.zip").exists()
