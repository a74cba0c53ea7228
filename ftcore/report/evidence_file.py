"""evidence.zip: everything that a verdict rests on, for an engineer who wants to score it again."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

import ftcore
from ftcore.chat import to_line
from ftcore.dataset.formulas import escape
from ftcore.dataset.targets.writing import whole_bytes_or_absent
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers import missing
from ftcore.evaluation.scorers.own import PREFIX
from ftcore.evaluation.scoring import context_of
from ftcore.records import SnapshotRow, Split
from ftcore.report import evidence_requests, evidence_secrets
from ftcore.report.archive import add, json_line, json_page
from ftcore.report.evidence_configuration import comparisons, configuration, verdict
from ftcore.report.evidence_readme import Facts, readme
from ftcore.report.evidence_requests import Place, Requests
from ftcore.report.evidence_secrets import Hidden
from ftcore.store import endpoints, examples, projects, ratings, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.store.schema import calls, judgements, scores


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the file. `private` counts rows that are left out (or in it, when they were asked for); `other_requests`
    those whose key is not the one that was kept; `private_requests` those left out; `lost`: arms whose requests could not be
    built again, with the reason."""

    path: Path
    rows: int
    answers: int
    private: int
    other_requests: int
    private_requests: int
    lost: dict[str, str]


def write_evidence(db: Database, run_id: int, path: Path, *, private: bool = False) -> Written:
    """Writes the evidence of a finished run to `path`, whole or not at all: the same bytes whenever the same is written.

    Private rows, frozen so or marked since, are left out unless asked for, and with them every answer, request, score, rating
    and judgement about them. No key is in it, no address with a password, and no place on this machine. Raises
    EvaluationError for a run that has not ended, ExportError when the disk refuses.
    """
    with db.read() as c:
        run = runs.get(c, run_id)
        if run.state != "done":
            raise EvaluationError("This comparison has not ended yet, so there is no evidence to take away.")
        found = evidence_secrets.hidden(c, run)
    kept = Hidden(hides=False) if private else found
    counted = Requests()
    with db.read() as c, whole_bytes_or_absent(path) as file:
        evidence = _Evidence(c, run, kept)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            add(archive, "rows.jsonl", evidence.rows())
            add(archive, "answers.jsonl", evidence.answers())
            asked = evidence_requests.lines(db, run, evidence.keys, kept, counted)
            add(archive, "requests.jsonl", map(json_line, asked))
            add(archive, "scores.csv", evidence.scores())
            add(archive, "comparisons.json", [json_page(comparisons(c, run, kept))])
            add(archive, "ratings.csv", evidence.ratings())
            add(archive, "judgements.jsonl", evidence.judgements())
            context = context_of(db, run)
            add(archive, "configuration.json", [json_page(configuration(c, run, kept, context))])
            add(
                archive, "versions.json", [json_page({"run": run.versions, "file": {"tuneworthy": ftcore.__version__}})]
            )
            if _needs_training(run, context):
                add(archive, "training_answers.jsonl", evidence.training_answers())
            facts = evidence.facts(found, counted, tuple(archive.namelist()), private=private)
            add(archive, "README.md", [readme(facts)])
    shown = evidence.counts
    return Written(
        path, shown["rows"], shown["answers"], facts.private, counted.other, counted.private, dict(counted.lost)
    )


class _Evidence:
    """The lines of each file, from one read transaction: they show one moment, whatever is rated meanwhile."""

    def __init__(self, c: Connection, run: Run, kept: Hidden) -> None:
        self._c, self._run, self._kept = c, run, kept
        self.keys: dict[Place, str] = {}
        self.counts = {"rows": 0, "answers": 0, "missing": 0}

    def rows(self) -> Iterator[str]:
        """The test rows, then the validation rows that were asked."""
        c, run = self._c, self._run
        asked = set(c.execute(select(calls.c.case_id).where(calls.c.run_id == run.id).distinct()).scalars())
        for split in (Split.TEST, Split.VALIDATION):
            found = [row for row in snapshots.rows(c, run.snapshot_id, split) if not self._kept.row(row)]
            wanted = found if split is Split.TEST else [row for row in found if str(row.example_id) in asked]
            ids = [row.example_id for row in wanted]
            groups = examples.groups_of(c, run.project_id, ids)
            tags = {one.id: list(one.tags) for one in examples.get_many(c, ids)}
            for row in wanted:
                self.counts["rows"] += 1
                yield json_line(_row(row, tags.get(row.example_id, []), groups.get(row.example_id) or None))

    def answers(self) -> Iterator[str]:
        query = select(calls).where(calls.c.run_id == self._run.id).order_by(calls.c.split, calls.c.id)
        for row in self._c.execute(query).mappings():
            if self._kept.case(row["case_id"]):
                continue
            self.keys[row["split"], row["arm"], row["case_id"], row["repeat"]] = row["key"]
            self.counts["answers"] += row["text"] is not None
            self.counts["missing"] += row["text"] is None
            names = ("split", "arm", "repeat", "model", "text", "seconds", "tokens_in", "tokens_out", "finish_reason")
            more = {"id": row["case_id"], "error": evidence_secrets.sentence(row["error"]), "sources": row["sources"]}
            yield json_line({**{name: row[name] for name in names}, **more, "key": row["key"]})

    def scores(self) -> Iterator[str]:
        columns = (calls.c.split, calls.c.arm, calls.c.case_id, calls.c.repeat, scores.c.scorer, scores.c.score)
        query = select(*columns).join(scores, scores.c.call_id == calls.c.id).where(calls.c.run_id == self._run.id)
        yield _csv("split", "arm", "id", "repeat", "scorer", "score")
        for row in self._c.execute(query.order_by(scores.c.scorer, calls.c.split, calls.c.id)):
            if not self._kept.case(row.case_id):
                yield _csv(*row)

    def ratings(self) -> Iterator[str]:
        yield _csv("id", "who", "left", "right", "choice", "via", "note", "at")
        for one in ratings.of_run(self._c, self._run.id):
            if self._kept.case(one.case_id):
                continue
            right = one.second_arm if one.left_arm == one.first_arm else one.first_arm
            choice = {"first": one.first_arm, "second": one.second_arm}.get(one.choice, one.choice)
            at = one.created_at.isoformat(timespec="seconds") if one.created_at else ""
            yield _csv(one.case_id, one.who, one.left_arm, right, choice, one.via, one.note, at)

    def judgements(self) -> Iterator[str]:
        query = select(judgements).where(judgements.c.run_id == self._run.id).order_by(judgements.c.id)
        for row in self._c.execute(query).mappings():
            if self._kept.case(row["case_id"]):
                continue
            names = ("key", "judge", "arm", "other_arm", "value", "text", "seconds", "tokens_in", "tokens_out")
            more = {"id": row["case_id"], "error": evidence_secrets.sentence(row["error"])}
            yield json_line({**{name: row[name] for name in names}, **more})

    def training_answers(self) -> Iterator[str]:
        for row in snapshots.rows(self._c, self._run.snapshot_id, Split.TRAIN):
            if not self._kept.row(row):
                yield json_line(row.training.response)

    def facts(self, found: Hidden, counted: Requests, names: tuple[str, ...], *, private: bool) -> Facts:
        c, run = self._c, self._run
        hidden = sum(found.row(row) for row in snapshots.rows(c, run.snapshot_id, Split.TEST))
        return Facts(
            project=projects.get(c, run.project_id).name,
            run_id=run.id,
            verdict=verdict(run),
            rows=self.counts["rows"],
            answers=self.counts["answers"],
            missing=self.counts["missing"],
            private=hidden,
            with_private=private,
            single_run=run.job_id is not None,
            practice=endpoints.get(c, run.endpoint_id).practice,
            own_measure=run.scorer.startswith(PREFIX),
            corrections=run.corrections,
            other_requests=counted.other,
            private_requests=counted.private,
            lost=dict(counted.lost),
            names=names,
        )


def _row(row: SnapshotRow, tags: list[str], cluster: str | None) -> dict[str, Any]:
    line = f"{row.split.value}\t{to_line(row.training)}"
    return {
        "id": str(row.example_id),
        "split": row.split.value,
        "messages": row.training.asked(),
        "expected": row.training.response,
        "tags": tags,
        "cluster": cluster,
        "sha256": hashlib.sha256(line.encode()).hexdigest(),
    }


def _needs_training(run: Run, context: Any) -> bool:
    """Whether a measure of this run reads the training answers."""
    from dataclasses import replace

    bare = replace(context, training=())
    names = (run.scorer, *run.settings.get("scorers", ()))
    return any(missing(name, bare) and not missing(name, context) for name in names)


def _csv(*values: Any) -> str:
    """One line without its end; a text that a spreadsheet would run is escaped, and a line end within it stays one cell."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([escape(one) if isinstance(one, str) else one for one in values])
    return out.getvalue().encode("utf-8", "replace").decode()
