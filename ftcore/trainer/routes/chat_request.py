"""A chat request as a question to a model: every parameter is honoured, harmless, or refused by its name."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from ftcore.chat import validate
from ftcore.records import Severity, TrainingExample
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Ask, Tools

ANSWER = (
    "model",
    "messages",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "n",
    "stream",
    "stream_options",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
)
SERVICE = (
    "user",
    "metadata",
    "store",
    "safety_identifier",
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "prediction",
)
"""What concerns the service and not the answer changes nothing here. (A prediction is for speed only.)"""
KNOWN = frozenset((*ANSWER, *SERVICE))
DEFAULTS: dict[str, tuple[Any, ...]] = {
    "modalities": (["text"],),
    "reasoning_effort": ("none",),
    "verbosity": ("medium",),
    "functions": ([],),
    "function_call": ("none",),
}
"""What is not supported may be sent at the value that asks for nothing."""
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
LONGEST_ANSWER = 1_000_000
MOST_TOOLS = 128


@dataclass(frozen=True, slots=True)
class Question:
    """`count` answers to `ask`. `user` is who asks, as the request says it; "" when it does not."""

    ask: Ask
    count: int
    stream: bool
    with_usage: bool
    user: str = ""


def read(body: dict[str, Any]) -> Question:
    """Raises `TrainerError` (400) for what cannot be done as asked, with the parameter's name."""
    for name in body:
        if name in KNOWN or body[name] is None or body[name] in DEFAULTS.get(name, ()):
            continue
        raise TrainerError(f"{name!r} is not supported by this server.", code="unsupported_parameter", param=name)
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise TrainerError("model is required, as a text.", code="missing_required_parameter", param="model")
    longest = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    tools = _tools(body)
    ask = Ask(
        model=model,
        messages=_messages(body.get("messages"), body.get("tools")),
        max_tokens=int(_number(body, longest, 512, 1, LONGEST_ANSWER, whole=True)),
        temperature=_number(body, "temperature", 1.0, 0, 2),
        top_p=_number(body, "top_p", 1.0, 0, 1),
        stop=_stops(body),
        seed=None if body.get("seed") is None else int(_number(body, "seed", 0, -(2**63), 2**63 - 1, whole=True)),
        presence_penalty=_number(body, "presence_penalty", 0.0, -2, 2),
        frequency_penalty=_number(body, "frequency_penalty", 0.0, -2, 2),
        bias=_bias(body),
        logprobs=_logprobs(body),
        form=_form(body),
        tools=tools,
    )
    options = _object(body, "stream_options")
    return Question(
        ask,
        int(_number(body, "n", 1, 1, 16, whole=True)),
        _flag(body, "stream") is True,
        options.get("include_usage") is True,
        next((str(body[key]) for key in ("safety_identifier", "user") if isinstance(body.get(key), str)), ""),
    )


def _wrong(message: str, param: str) -> TrainerError:
    return TrainerError(message, code="invalid_value", param=param)


def _number(body: dict[str, Any], name: str, default: float, low: float, high: float, *, whole: bool = False) -> float:
    value = body.get(name)
    if value is None:
        return default
    fits = isinstance(value, int) if whole else isinstance(value, int | float)
    if not fits or isinstance(value, bool) or not low <= value <= high or not math.isfinite(value):
        raise _wrong(f"{name} must be {'a whole number' if whole else 'a number'} from {low} to {high}.", name)
    return int(value) if whole else float(value)


def _flag(body: dict[str, Any], name: str) -> bool | None:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(f"{name} must be true or false.", name)
    return value


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise _wrong(f"{name} must be an object.", name)
    return value or {}


def _messages(value: Any, tools: Any) -> list[dict[str, Any]]:
    """The conversation so far. It is judged as a training example would be, with an answer put at its end."""
    if not isinstance(value, list) or not value or not all(isinstance(message, dict) for message in value):
        raise _wrong("messages must be a list of at least one message.", "messages")
    asked = TrainingExample([*value, {"role": "assistant", "content": "."}], tools if isinstance(tools, list) else None)
    problems = [
        p
        for p in validate(asked)
        if p.severity == Severity.ERROR and p.code not in ("no_user", "order", "empty", "tools")
    ]
    if problems:
        raise _wrong(problems[0].message, "messages")
    return value


def _stops(body: dict[str, Any]) -> tuple[str, ...]:
    stop = body.get("stop") or []
    stops = (stop,) if isinstance(stop, str) else tuple(stop) if isinstance(stop, list) else (None,)
    if len(stops) > 4 or not all(isinstance(text, str) and text for text in stops):
        raise _wrong("stop must be a text or a list of up to 4 texts.", "stop")
    return stops


def _bias(body: dict[str, Any]) -> tuple[tuple[int, float], ...]:
    found = []
    for key, value in _object(body, "logit_bias").items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (key.isascii() and key.isdigit() and len(key) < 9) or not number or not -100 <= value <= 100:
            raise _wrong("logit_bias must give token ids a number from -100 to 100 each.", "logit_bias")
        found.append((int(key), float(value)))
    return tuple(found)


def _logprobs(body: dict[str, Any]) -> int | None:
    count = int(_number(body, "top_logprobs", 0, 0, 20, whole=True))
    if _flag(body, "logprobs"):
        return count
    if body.get("top_logprobs"):
        raise _wrong("top_logprobs needs logprobs to be true.", "top_logprobs")
    return None


def _form(body: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema of the answer; `json_object` is that of any object."""
    wanted = _object(body, "response_format")
    kind = wanted.get("type") if wanted else "text"
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object"}
    if kind != "json_schema":
        raise _wrong("response_format must have the type text, json_object or json_schema.", "response_format")
    named = wanted.get("json_schema")
    if not isinstance(named, dict) or not isinstance(named.get("name"), str) or not NAME.fullmatch(named["name"]):
        message = "response_format.json_schema needs a name of up to 64 letters, digits, _ and -."
        raise _wrong(message, "response_format")
    schema = named.get("schema")
    if schema is not None and not isinstance(schema, dict):
        raise _wrong("response_format.json_schema.schema must be a JSON schema, as an object.", "response_format")
    if not isinstance(named.get("strict"), bool | None):
        raise _wrong("response_format.json_schema.strict must be true or false.", "response_format")
    return {"type": "object"} if schema is None else schema


def _tools(body: dict[str, Any]) -> Tools | None:
    """None when there is nothing to call, or nothing may be called."""
    tools, choice = body.get("tools"), body.get("tool_choice")
    parallel = _flag(body, "parallel_tool_calls")
    if not isinstance(tools, list | None) or len(tools or []) > MOST_TOOLS:
        raise _wrong(f"tools must be a list of up to {MOST_TOOLS} functions.", "tools")
    names = [_tool_name(at, tool) for at, tool in enumerate(tools or [], 1)]
    if len(set(names)) < len(names):
        raise _wrong("tools has two functions of one name.", "tools")
    picked = _choice(choice, names)
    if picked == "none" or not tools:
        return None
    return Tools(tuple(tools), picked, parallel is not False, isinstance(choice, dict))


def _tool_name(at: int, tool: Any) -> str:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str) or not NAME.fullmatch(name):
        message = f"Tool {at} must be a function with a name of up to 64 letters, digits, _ and -; other kinds of tools are not supported."
        raise _wrong(message, "tools")
    if not isinstance(function.get("parameters"), dict | None):
        raise _wrong(f"Tool {at}: parameters must be a JSON schema, as an object.", "tools")
    return name


def _choice(value: Any, names: list[str]) -> str:
    if value is None:
        return "auto"
    if value in ("none", "auto", "required"):
        if value == "required" and not names:
            raise _wrong("tool_choice is required, but there are no tools.", "tool_choice")
        return str(value)
    function = value.get("function") if isinstance(value, dict) and value.get("type") == "function" else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str) or name not in names:
        message = "tool_choice must be none, auto, required, or name one of the tools' functions."
        raise _wrong(message, "tool_choice")
    return name
