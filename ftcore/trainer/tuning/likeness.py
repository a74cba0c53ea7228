"""Does our way through the model (packed rows, answers' scores alone) give what the model itself would say?

Any folder may be a base. Most are built as transformers' attention functions allow; one that caps or scales its scores,
or looks through a window only, would be trained towards something else, and nobody would see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.tuning import packing
from ftcore.trainer.tuning.encoding import Encoded
from ftcore.trainer.tuning.learner import Learner

LOOKED_AT = 192
EXACT, ROUGH = 0.005, 0.1
"""How far apart log-probabilities may be in the mean: in float32 (the starter model's are 0.00001 apart), and as a share of
themselves in bfloat16 (0.015)."""
ROOM = 0.3
"""Of the memory, for a model that is compared in float32."""


def check(learner: Learner, example: Encoded, longest: int) -> None:
    """Raises `TrainerError` when the first tokens of `example` come out differently, or `longest` tokens would."""
    config = learner.base.config.get_text_config()
    windowed = "sliding_attention" in (getattr(config, "layer_types", None) or ())
    window = getattr(config, "sliding_window", None)
    if windowed and window and longest > window:
        message = f"This model looks back {window:,} tokens only, and the longest example has {longest:,}: shorten it."
        raise TrainerError(message, code="unsupported_model", param="model")
    ids = example.ids[:LOOKED_AT]
    looked = packing.pack([Encoded(ids, [False] + [True] * (len(ids) - 1), example.line)], learner.device.name)
    exact = learner.device.precision == "float32" or learner.parameters * 4 < learner.device.memory * ROOM
    try:
        with torch.no_grad(), _precisely(learner) if exact else nullcontext():
            ours, _ = learner.scores(looked)
            own = _own(learner, looked)
    except (ValueError, TypeError, AttributeError) as error:
        raise _unlike(learner, f"{type(error).__name__}: {error}") from error
    apart = float((ours - own).abs().mean())
    allowed = EXACT if exact else ROUGH * float(own.abs().mean())
    if not apart <= allowed and bool(torch.isfinite(own).all()):
        raise _unlike(learner, f"its scores come out {apart:.2g} apart")


@contextmanager
def _precisely(learner: Learner) -> Iterator[None]:
    """The weights in float32 for a while: there and back changes none. What is no weight (the angles of positions) stays."""
    kept = [(p, p.dtype) for p in learner.base.parameters()]
    for p, _ in kept:
        p.data = p.data.float()
    try:
        yield
    finally:
        for p, dtype in kept:
            p.data = p.data.to(dtype)


def _own(learner: Learner, looked: packing.Pack) -> torch.Tensor:
    """The same log-probabilities by the model's own way."""
    learner.base.set_attn_implementation("eager")
    try:
        scores = learner.model(input_ids=looked.ids, use_cache=False).logits[0].float()
    finally:
        learner.base.set_attn_implementation(packing.ATTENTION)
    return torch.log_softmax(scores, -1)[looked.asked].gather(1, looked.answers[:, None])[:, 0]


def _unlike(learner: Learner, why: str) -> TrainerError:
    kind = learner.base.config.model_type
    message = f"Models of the kind {kind!r} are built in a way that cannot be trained here rightly ({why}). Nothing was trained."
    return TrainerError(message, code="unsupported_model", param="model")
