"""A base that our way through the layers would train wrongly is refused, and one that it trains rightly is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from ftcore.records import TrainingExample
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.tuning import likeness
from ftcore.trainer.tuning.encoding import Encoded, encode
from tests.fixtures_trainer import training_lines
from tests.trainer.tiny import learner, write_tiny

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def example(starter_model: Path) -> Encoded:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(starter_model)
    return encode(tokenizer, TrainingExample(training_lines()[0]["messages"]), 1)


def written(kind: str, folder: Path, **more: Any) -> Path:
    """A random model of another family."""
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "head_dim": 8,
    }
    config = AutoConfig.for_model(kind, vocab_size=49_152, pad_token_id=2, num_key_value_heads=2, **sizes, **more)
    torch.manual_seed(5)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


def test_usual_families_are_trained_as_they_are(starter_model: Path, tmp_path: Path, example: Encoded) -> None:
    for training in ("lora", "full"):
        likeness.check(learner(write_tiny(starter_model, tmp_path), training=training), example, 500)
    for kind in ("qwen2", "qwen3", "mistral", "smollm3"):
        likeness.check(learner(written(kind, tmp_path / kind, sliding_window=None)), example, 500)


def test_a_model_that_caps_its_scores_is_refused_with_the_reason(tmp_path: Path, example: Encoded) -> None:
    folder = written("gemma2", tmp_path / "gemma2", final_logit_softcapping=0.01, attn_logit_softcapping=50.0)
    with pytest.raises(TrainerError, match="'gemma2' are built in a way that cannot be trained here rightly") as caught:
        likeness.check(learner(folder), example, 500)
    assert (caught.value.code, caught.value.param) == ("unsupported_model", "model")


def test_a_model_with_a_window_is_refused_for_longer_examples_only(tmp_path: Path, example: Encoded) -> None:
    folder = written("qwen2", tmp_path / "windowed", use_sliding_window=True, sliding_window=300, max_window_layers=1)
    ours = learner(folder)
    likeness.check(ours, example, 300)
    with pytest.raises(TrainerError, match="looks back 300 tokens only, and the longest example has 301"):
        likeness.check(ours, example, 301)


def test_comparing_changes_no_weight_of_the_starter_model(starter_model: Path, example: Encoded) -> None:
    from ftcore.trainer.tuning.device import Device
    from ftcore.trainer.tuning.learner import Learner
    from tests.trainer.tiny import order

    for memory in (8 << 30, 1 << 20):  # with room for float32, and without
        ours = Learner(order(starter_model), 10, Device("cpu", torch.bfloat16, memory))
        before = {name: p.clone() for name, p in ours.model.named_parameters()}
        angles = {name: b.clone() for name, b in ours.model.named_buffers()}
        likeness.check(ours, example, 500)
        assert any(b.dtype == torch.float32 for b in angles.values()), "those of the positions"
        for name, b in ours.model.named_buffers():
            assert b.dtype == angles[name].dtype
            assert torch.equal(b, angles[name]), name
        for name, p in ours.model.named_parameters():
            assert p.dtype == torch.bfloat16
            assert torch.equal(before[name], p), name


def test_a_base_of_which_weights_are_missing_is_refused(starter_model: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = write_tiny(starter_model, tmp_path)
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(TrainerError, match=r"up_proj\.weight is missing"):
        learner(folder)
