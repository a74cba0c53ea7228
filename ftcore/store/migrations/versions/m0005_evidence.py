"""Evidence: arms with settings, repeats, prompts and documents to answer with, judgements, blind ratings, corrected runs."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from ftcore.store.schema import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RENAMED = {"difference": "mean_difference", "detectable": "detectable_difference"}


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _word(name: str, length: int, default: str | None = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), server_default=default, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _seconds() -> sa.Column[float]:
    return sa.Column("seconds", sa.Float(), server_default="0", nullable=False)


def _json(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.JSON(), server_default=default, nullable=False)


def _at(name: str = "created_at") -> sa.Column[str]:
    return sa.Column(name, UtcDateTime(), nullable=True)


def _to(table: str, target: str, name: str) -> list[Any]:
    return [
        sa.Column(name, sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}_{target}"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    added: dict[str, list[sa.Column[Any]]] = {
        "projects": [_json("terms", "{}")],
        "documents": [_word("digest", 64), _word("kind", 8), _count("bytes"), _text("who"), _at("removed_at")],
        "runs": [
            _json("settings", "{}"),
            _json("versions", "{}"),
            sa.Column("parent_id", sa.Integer(), nullable=True),
            _count("corrections"),
        ],
    }
    for table, columns in added.items():
        for column in columns:
            op.add_column(table, column)
    _ratings()
    _calls()
    _prompts()
    _judgements()
    _results()


def _calls() -> None:
    """An answer may be asked for several times, so the rule that each stands once counts the repeats too.

    SQLite can only write the table anew, and dropping the old one takes the scores that refer to it along: they are put
    aside before.
    """
    op.execute("CREATE TEMPORARY TABLE kept_scores AS SELECT id, call_id, scorer, score FROM scores")
    with op.batch_alter_table("calls", recreate="always") as calls:
        calls.add_column(_count("repeat"))
        calls.add_column(_json("sources", "[]"))
        calls.alter_column("arm", existing_type=sa.String(32), type_=sa.String(64))
        calls.drop_constraint("uq_calls_run_id", type_="unique")
        calls.create_unique_constraint("uq_calls_run_id", ["run_id", "arm", "split", "case_id", "repeat"])
    op.execute("DELETE FROM scores")
    op.execute("INSERT INTO scores (id, call_id, scorer, score) SELECT id, call_id, scorer, score FROM kept_scores")
    op.execute("DROP TABLE kept_scores")


def _prompts() -> None:
    op.create_table(
        "prompts",
        _id(),
        _count("number"),
        _text("text"),
        _text("note"),
        _text("who"),
        _at(),
        *_to("prompts", "projects", "project_id"),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_prompts_project_id")),
    )


def _judgements() -> None:
    op.create_table(
        "judgements",
        _id(),
        _word("key", 64, None),
        _word("judge", 64, None),
        _word("case_id", 64, None),
        _word("arm", 64, None),
        _word("other_arm", 64),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        _text("error"),
        _seconds(),
        _count("tokens_in"),
        _count("tokens_out"),
        _at(),
        *_to("judgements", "runs", "run_id"),
        sa.UniqueConstraint("run_id", "key", name=op.f("uq_judgements_run_id")),
    )


def _ratings() -> None:
    op.drop_table("ratings")  # nothing ever wrote to it
    op.create_table(
        "ratings",
        _id(),
        _word("case_id", 64, None),
        _word("first_arm", 64, None),
        _word("second_arm", 64, None),
        _word("who", 64, None),
        _word("choice", 16, None),
        _word("left_arm", 64),
        _word("via", 16),
        _text("note"),
        _at(),
        *_to("ratings", "runs", "run_id"),
        sa.UniqueConstraint("run_id", "case_id", "first_arm", "second_arm", "who", name=op.f("uq_ratings_run_id")),
    )


def _results() -> None:
    """What comparisons say has new names: those of the statistics' own words."""
    runs = sa.table("runs", sa.column("id", sa.Integer), sa.column("result", sa.JSON))
    connection = op.get_bind()
    for run_id, result in connection.execute(sa.select(runs.c.id, runs.c.result)).all():
        kept = json.loads(result) if isinstance(result, str) else result
        if not kept or not kept.get("comparisons"):
            continue
        kept["comparisons"] = [_renamed(one) for one in kept["comparisons"]]
        connection.execute(sa.update(runs).where(runs.c.id == run_id).values(result=kept))


def _renamed(comparison: dict[str, Any]) -> dict[str, Any]:
    found = {RENAMED.get(name, name): value for name, value in comparison.items()}
    return {**found, "verdict": str(found.get("verdict", "")).replace("_", " ")}
