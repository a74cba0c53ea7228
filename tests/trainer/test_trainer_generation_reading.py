"""Long prompts are read in parts: the answer stays the same, and others get their tokens in between."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.trainer.database import Database
from ftcore.trainer.generation.asking import Answering, Ask, Piece
from ftcore.trainer.generation.engine import Engine
from tests.trainer.chat_models import TOOLS, write_models

pytestmark = pytest.mark.model
tokens = st.lists(st.integers(0, 1), max_size=9)


@given(tokens, tokens)
@settings(deadline=None)
def test_how_far_two_prompts_are_the_same(one: list[int], other: list[int]) -> None:
    from ftcore.trainer.generation.prefixes import common

    found = common(one, tuple(other))
    assert one[:found] == other[:found]
    assert one[found : found + 1] != other[found : found + 1] or found == min(len(one), len(other))


@pytest.fixture(scope="module")
def models(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"), starter_model)


def speaker(folder: Path) -> Any:
    from ftcore.trainer.generation.model import Speaker, load_base
    from ftcore.trainer.generation.readers import Reader

    return Speaker(load_base(folder).float(), folder, Reader(folder))


def test_a_prompt_that_was_read_in_parts_gives_the_answer_of_one_that_was_not(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from ftcore.trainer.generation import model

    monkeypatch.setattr(model, "CHUNK", 50)
    prompts = [[(7 * at) % 4_000 + 300 for at in range(333)] for _ in range(2)]
    prompts[1][200:] = [9] * 90  # shares a beginning, ends otherwise
    in_parts, whole = speaker(models / TOOLS), speaker(models / TOOLS)
    parts = 0
    for prompt in prompts:
        while in_parts.is_long(prompt):
            in_parts.read_on(prompt)
            parts += 1
    assert parts == 6 + 1, "of the second prompt only what is its own is read"
    for prompt in prompts:
        scores = [one.admit([Answering(Ask("m", []), prompt, lambda piece: None)]) for one in (in_parts, whole)]
        torch.testing.assert_close(scores[0], scores[1], rtol=1e-4, atol=1e-4)


def test_others_get_their_tokens_while_a_long_prompt_is_read(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftcore.trainer.generation import model

    monkeypatch.setattr(model, "CHUNK", 40)
    monkeypatch.setenv("TUNEWORTHY_MODELS", str(models))
    engine = Engine(Database(tmp_path / "t.db"))
    engine.start()
    told: list[str] = []

    def ask(text: str, name: str, **asked: Any) -> list[Answering]:
        def tell(piece: Piece) -> None:
            told.append(name if piece.error is None else "failed")

        question = Ask(TOOLS, [{"role": "user", "content": text}], bias=((0, -100.0), (2, -100.0)), **asked)
        return engine.ask(engine.prepare(question), [tell], streamed=True, asker=name)

    def until(name: str) -> None:
        end = time.monotonic() + 60
        while name not in told:
            assert time.monotonic() < end
            time.sleep(0.01)

    (first,) = ask("short", "short", max_tokens=1_500)
    until("short")
    before = len(told)
    ask("word " * 1_200, "long", max_tokens=2)
    until("long")
    first.left.set()
    assert told[before:].count("short") >= 20
    assert "failed" not in told
    engine.stop()
