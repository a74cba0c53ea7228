"""A Modelfile for Ollama beside merged weights. Written from Ollama's documentation; not run here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ftcore.trainer import library

LONGEST_CONTEXT = 8_192
SAID = ("the system's words", "a first question", "its answer", "a second question")
MESSAGES = """range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""


def write(folder: Path) -> str:
    """For the whole model in `folder`, in which the file is to lie."""
    config = library.json_of(folder / "config.json")
    context = min(int(config.get("max_position_embeddings") or LONGEST_CONTEXT), LONGEST_CONTEXT)
    lines = ["# ollama create my-model", "FROM .", ""]
    template = go_template(folder)
    if template is None:
        lines += [
            "# The model's chat template is not of a kind that is translated here: Ollama takes its own for this kind of model.",
            "# Compare an answer with the server's before relying on it.",
        ]
    else:
        lines.append(f'TEMPLATE """{template}"""')
    lines += ["", *(f'PARAMETER stop "{text}"' for text in ends(folder))]
    lines += [f"PARAMETER num_ctx {context}", ""]
    return "\n".join(lines)


def ends(folder: Path) -> list[str]:
    """The texts that end an answer: the tokenizer's, and those of the generation settings."""
    settings = library.json_of(folder / "tokenizer_config.json")
    named = [_text(settings.get("eos_token"))]
    ids = library.json_of(folder / "generation_config.json").get("eos_token_id")
    wanted = set(ids if isinstance(ids, list) else [ids])
    added = library.json_of(folder / "tokenizer.json").get("added_tokens")
    named += [one.get("content") for one in added or [] if isinstance(one, dict) and one.get("id") in wanted]
    return [text for text in dict.fromkeys(named) if text and '"' not in text]


def _text(token: Any) -> str | None:
    return token.get("content") if isinstance(token, dict) else token


def go_template(folder: Path) -> str | None:
    """Ollama's template for a model whose own writes conversations as ChatML, None for any other.

    Judged by what the template writes, not by how it is written: it is rendered (in transformers' way, in a sandbox
    that reaches nothing) with and without instructions.
    """
    bos = _text(library.json_of(folder / "tokenizer_config.json").get("bos_token")) or ""
    source = library.template(folder)
    system, first, answer, second = SAID
    turns = [
        {"role": "user", "content": first},
        {"role": "assistant", "content": answer},
        {"role": "user", "content": second},
    ]
    told = _rendered(source, bos, [{"role": "system", "content": system}, *turns])
    bare = _rendered(source, bos, turns)
    plain = _chatml("system", system) + _chatml_turns()
    if told not in (plain, bos + plain) or bare is None or not bare.endswith(_chatml_turns()):
        return None
    default = bare[len(told) - len(plain) : len(bare) - len(_chatml_turns())]
    if '"""' in default or "{{" in default:
        return None
    return f"{{{{ if not .System }}}}{default}{{{{ end }}}}{{{{ {MESSAGES}" if default else f"{{{{ {MESSAGES}"


def _chatml(role: str, content: str) -> str:
    return f"<|im_start|>{role}\n{content}<|im_end|>\n"


def _chatml_turns() -> str:
    _, first, answer, second = SAID
    turns = _chatml("user", first) + _chatml("assistant", answer) + _chatml("user", second)
    return turns + "<|im_start|>assistant\n"


def _rendered(source: str | None, bos: str, messages: list[dict[str, str]]) -> str | None:
    """None when the template cannot be rendered so."""
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if source is None:
        return None
    room = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    try:
        text = room.from_string(source).render(
            messages=messages, add_generation_prompt=True, bos_token=bos, eos_token=""
        )
    except (TemplateError, TypeError, ValueError, OverflowError):
        return None
    return text
