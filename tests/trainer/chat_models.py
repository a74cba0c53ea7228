"""Small models for tests of chat: random weights under the starter's tokenizer, with a template that knows tools."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_trainer import TrainerProcess

HERMES = """\
{%- if tools -%}
<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}Functions that may be called:
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}A call is written as <tool_call>
{"name": ..., "arguments": ...}
</tool_call><|im_end|>
{% elif messages[0].role == 'system' -%}
<|im_start|>system
{{ messages[0].content }}<|im_end|>
{% endif -%}
{%- for message in messages -%}
{%- if message.role == 'tool' -%}
<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% elif message.role != 'system' or not loop.first -%}
<|im_start|>{{ message.role }}
{{ message.content }}
{%- for call in message.tool_calls or [] -%}
{%- if message.content or not loop.first %}{{ "\\n" }}{% endif -%}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor -%}
<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""


def write_model(
    folder: Path, starter: Path, *, template: str | None = None, context: int = 2_048, tags: bool = False
) -> Path:
    """A Llama of two layers, the same each time. `tags`: `<tool_call>` and its end are control tokens of their own."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    folder.mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"):
        shutil.copyfile(starter / name, folder / name)
    if template is not None:
        (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tags:
        tokenizer.add_special_tokens({"additional_special_tokens": ["<tool_call>", "</tool_call>"]})
        tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    settings = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps({**settings, "eos_token_id": [2, 0]}))
    return folder


PLAIN, TOOLS, TAGS = "plain", "tools", "tags"


def write_models(models: Path, starter: Path) -> Path:
    """A folder of base models: one whose template knows no tools, and two whose templates do."""
    write_model(models / PLAIN, starter, context=512)
    write_model(models / TOOLS, starter, template=HERMES)
    write_model(models / TAGS, starter, template=HERMES, tags=True)
    return models


@pytest.fixture(scope="module")
def chat_server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    """A server with the small models only."""
    models = write_models(tmp_path_factory.mktemp("models"), starter_model)
    server = TrainerProcess(tmp_path_factory.mktemp("chat"), {"TUNEWORTHY_MODELS": str(models)}).start()
    yield server
    server.stop()
