"""A model with the starter's words and hardly any weights: what is tested with it is the machinery, not the language."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import torch
from openai import OpenAI

from ftcore.trainer.tuning.device import Device
from ftcore.trainer.tuning.learner import Learner
from ftcore.trainer.tuning.order import Order
from tests.fixtures_trainer import training_lines, upload

NAME = "tiny"
CPU = Device("cpu", torch.float32, 8 << 30)


def write_tiny(
    starter: Path, models: Path, *, layers: int = 2, size: int = 32, wide: int = 64, name: str = NAME
) -> Path:
    """A random Llama in `models/<name>`, the same each time."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig.from_pretrained(starter)
    for key, value in {
        "hidden_size": size,
        "intermediate_size": wide,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": size // 4,
        "dtype": "float32",
    }.items():
        setattr(config, key, value)
    torch.manual_seed(5)
    folder = models / name
    LlamaForCausalLM(config).save_pretrained(folder)
    for path in starter.iterdir():
        if path.suffix != ".safetensors" and path.name not in ("config.json", "generation_config.json"):
            shutil.copyfile(path, folder / path.name)
    return folder


def order(model: Path, **changes: Any) -> Order:
    plain = {"training_file": "", "validation_file": None, "seed": 1, "n_epochs": 1, "batch_size": 4}
    return Order(**{"model": str(model), **plain, "learning_rate_multiplier": 1.0, **changes})


def learner(model: Path, total_steps: int = 10, **changes: Any) -> Learner:
    """In float32 on the CPU, so that figures can be compared."""
    return Learner(order(model, **changes), total_steps, CPU)


def stir(learner: Learner, seed: int = 3) -> None:
    """Gives the adapter's second halves, which begin as zeros, something to say."""
    made = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for master, live in zip(learner.master, learner.live, strict=True):
            master.add_(torch.randn(master.shape, generator=made) * 0.05)
            live.copy_(master)


def preference_lines(count: int = 12) -> list[dict[str, Any]]:
    """The preferred answer names the aisle, the other one does not know."""
    return [
        {
            "input": {"messages": line["messages"][:2]},
            "preferred_output": [line["messages"][2]],
            "non_preferred_output": [
                {"role": "assistant", "content": random.Random(at).choice(["No idea.", "I cannot say where that is."])}
            ],
        }
        for at, line in enumerate(training_lines(count))
    ]


def create(client: OpenAI, lines: list[Any], *, model: str = NAME, kind: str = "supervised", **changes: Any) -> Any:
    """A job over these lines; `numbers` are hyperparameters, `extras` stand beside them, the rest is the job's own."""
    numbers, extras = changes.pop("numbers", {}), changes.pop("extras", {})
    method: Any = {"type": kind, kind: {"hyperparameters": numbers, **extras}}
    file = upload(client, lines)
    return client.fine_tuning.jobs.create(model=model, training_file=file, method=method, **{"seed": 3, **changes})


def messages_of(client: OpenAI, job_id: str) -> list[str]:
    """All events' sentences, oldest first."""
    return [event.message for event in client.fine_tuning.jobs.list_events(job_id, limit=100)][::-1]


def losses_of(client: OpenAI, job_id: str) -> list[float]:
    """The training losses of the metrics events, oldest first."""
    events = list(client.fine_tuning.jobs.list_events(job_id, limit=100))[::-1]
    return [event.data["train_loss"] for event in events if event.type == "metrics"]  # type: ignore[index,call-overload]
