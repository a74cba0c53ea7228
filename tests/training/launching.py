"""Projects that are ready to launch, and endpoints that have a price."""

from __future__ import annotations

from collections.abc import Sequence

from ftcore.dataset import curation
from ftcore.records import Endpoint, Project, Split, Status, TrainingExample
from ftcore.store import endpoints, examples, imports
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.schema import endpoints as table
from ftcore.store.schema import examples as example_table

MODEL = "gpt-4o-mini-2024-07-18"
PRICES = """
prices:
  - provider: openai
    model: gpt-4o-mini
    tuned: true
    train: {{usd: {usd}, source: provider, read: 2026-11-20}}
"""
PROVIDERS = """
providers:
  - name: openai
    label: OpenAI
    speaks: true
    methods: [supervised, dpo]
    limits: {suffix: 64, file_bytes: 512000000, tokens_per_example: 65536}
"""


def talk(asked: str, answer: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": asked}, {"role": "assistant", "content": answer}])


def ready(
    db: Database, project: Project, *, train: int = 60, validation: int = 6, test: int = 30, words: int = 1
) -> list[int]:
    """A project whose examples are approved; gives their ids, those of training first."""
    splits = [Split.TRAIN] * train + [Split.VALIDATION] * validation + [Split.TEST] * test
    rows = [
        NewExample(
            talk(f"Ticket {at}: the zip of tent {at * 7} has broken " + "again " * words, f"label {at % 3}"), split
        )
        for at, split in enumerate(splits)
    ]
    with db.write() as c:
        begun = imports.start(c, project.id, file_name="t.csv", sha256="", shape="columns", who="DK")
        imports.finish(c, begun, accepted=len(rows), rejected=[])
        examples.add(c, project.id, rows, import_id=begun, source="t.csv", who="DK")
        ids = examples.ids_of_import(c, begun)
    curation.decide(db, project.id, ids, Status.APPROVED, who="DK")
    return ids


def paid(db: Database, *, usd: float | None = 3.0, name: str = "cloud", **limits: float) -> Endpoint:
    """An endpoint of which the price of a million training tokens is known (None: not known)."""
    root = db.path.parent
    (root / "providers.yaml").write_text(PROVIDERS)
    (root / "prices.yaml").write_text("prices: []" if usd is None else PRICES.format(usd=usd))
    with db.write() as c:
        there = endpoints.put(c, name, base_url="https://api.example/v1", key_source="")
        c.execute(table.update().where(table.c.id == there.id).values(provider="openai", limits=limits))
        return endpoints.get(c, there.id)


def local(db: Database) -> Endpoint:
    with db.write() as c:
        return endpoints.put(c, "local", base_url="http://127.0.0.1:9/v1", key_source="", practice=True)


def judge(db: Database, ids: Sequence[int], worse: str) -> None:
    """Gives these examples a worse answer to be compared with."""
    with db.write() as c:
        c.execute(example_table.update().where(example_table.c.id.in_(ids)).values(worse=worse))
