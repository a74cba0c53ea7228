"""`/v1/embeddings`: a text as numbers, from weights that are inside an installed package: no network, no GPU."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Body

from ftcore import embedding
from ftcore.trainer.errors import TrainerError

MODEL = "wordllama-256"
SIZES = (64, 128, 256)
"""The model is trained so that the first numbers of a vector are a smaller vector."""
MOST = 2_048
LONGEST = 200_000
"""Characters of one text: it is read whole, or refused."""
KNOWN = frozenset(("model", "input", "encoding_format", "dimensions", "user"))

router = APIRouter(prefix="/v1/embeddings")


def to_wire() -> dict[str, Any]:
    """The model as `/v1/models` lists it."""
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "system", "shutdown_date": None}


@router.post("")
def create(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        raise TrainerError(f"Unknown parameter {unknown[0]!r}.", code="unknown_parameter", param=unknown[0])
    if body.get("model") != MODEL:
        message = f"There is no embedding model {body.get('model')!r} here; {MODEL!r} is."
        raise TrainerError(message, status=404, code="model_not_found", param="model")
    texts, size = _texts(body.get("input")), _size(body.get("dimensions"))
    coded = _is_coded(body.get("encoding_format"))
    vectors = embedding.embed(texts, characters=None, dimensions=size)
    tokens = embedding.number_of_tokens(texts)
    data = [
        {
            "object": "embedding",
            "index": at,
            "embedding": base64.b64encode(vector.astype("<f4").tobytes()).decode() if coded else vector.tolist(),
        }
        for at, vector in enumerate(vectors)
    ]
    return {"object": "list", "data": data, "model": MODEL, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


def _texts(value: Any) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST:
        message = f"input must be a text, or a list of 1 to {MOST:,} texts."
        raise TrainerError(message, code="invalid_value", param="input")
    for at, text in enumerate(texts):
        if not isinstance(text, str):
            message = f"input[{at}] is not a text. Lists of tokens are not supported by this server: send the text."
            raise TrainerError(message, code="unsupported_value", param="input")
        if not text.strip():
            raise TrainerError(f"input[{at}] is empty.", code="invalid_value", param="input")
        if len(text) > LONGEST:
            message = f"input[{at}] has {len(text):,} characters; at most {LONGEST:,} are read."
            raise TrainerError(message, code="string_above_max_length", param="input")
    return texts


def _size(value: Any) -> int:
    if value is None or (value in SIZES and not isinstance(value, bool)):
        return int(value or SIZES[-1])
    sizes = ", ".join(map(str, SIZES))
    raise TrainerError(f"dimensions must be one of {sizes}.", code="invalid_value", param="dimensions")


def _is_coded(value: Any) -> bool:
    if value in (None, "float", "base64"):
        return bool(value == "base64")
    raise TrainerError("encoding_format must be float or base64.", code="invalid_value", param="encoding_format")
