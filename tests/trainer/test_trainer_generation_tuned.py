"""A base and what was tuned from it, asked at the same time: each answers with its own weights."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from ftcore.trainer.database import Database
from ftcore.trainer.generation.asking import Ask, Piece
from ftcore.trainer.generation.engine import Engine
from tests.trainer.chat_models import TOOLS, write_models

pytestmark = pytest.mark.model
TUNED = ("ft:tools:tuneworthy:a:1", "ft:tools:tuneworthy:b:2", "ft:tools:tuneworthy:c:3")


def write_adapter(base: Path, folder: Path, seed: int) -> Any:
    """A random adapter, as peft writes it; gives peft's own model with it."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    loader: Any = AutoModelForCausalLM
    weights = loader.from_pretrained(base, dtype=torch.float32)
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
    model: Any = get_peft_model(weights, config)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    return model.eval()


def test_a_base_and_three_tuned_models_answer_together_each_with_its_own_weights(
    starter_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    models = write_models(tmp_path / "models", starter_model)
    monkeypatch.setenv("TUNEWORTHY_MODELS", str(models))
    database = Database(tmp_path / "t.db")
    known: dict[str, Any] = {}
    for seed, name in enumerate(TUNED):
        folder = tmp_path / f"adapter-{seed}"
        known[name] = write_adapter(models / TOOLS, folder, seed)
        row = {"id": name, "job_id": f"ftjob-{seed}", "base": TOOLS, "folder": str(folder), "created_at": seed}
        database.insert("models", row)
    engine = Engine(database)
    engine.start()
    told: dict[str, list[Piece]] = {name: [] for name in (TOOLS, *TUNED)}
    prompts: dict[str, list[int]] = {}
    for name, pieces in told.items():
        for _ in range(2):
            messages = [{"role": "user", "content": "Where is the lamp?"}]
            prepared = engine.prepare(Ask(name, messages, temperature=0, max_tokens=4, logprobs=3))
            prompts[name] = prepared.prompt
            engine.ask(prepared, [pieces.append] * 2, streamed=False, asker=name)
    end = time.monotonic() + 60
    while not all(len(pieces) == 4 for pieces in told.values()):
        assert time.monotonic() < end
        time.sleep(0.02)
    engine.stop()
    firsts = {name: pieces[0].weighed[0] for name, pieces in told.items()}
    for name, pieces in told.items():
        assert {piece.weighed[0].id for piece in pieces} == {firsts[name].id}, "four times the same question"
        own = known.get(name, known[TUNED[0]])
        with torch.inference_mode(), nullcontext() if name in known else own.disable_adapter():
            scores = own(input_ids=torch.tensor([prompts[name]])).logits[0, -1]
        wanted = float(scores.log_softmax(0)[firsts[name].id])
        assert firsts[name].logprob == pytest.approx(wanted, abs=0.05), name
    assert len({round(one.logprob, 3) for one in firsts.values()}) == 4, "the four differ"
