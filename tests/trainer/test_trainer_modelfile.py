"""The Modelfile for Ollama: a chat template is translated when it writes ChatML, whatever it looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftcore.trainer.takeaway import modelfile

PLAIN = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
PROMPT = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
OTHER = "{% for m in messages %}{{ '[' + m.role + '] ' + m.content }}{% endfor %}"


@pytest.mark.parametrize(
    ("template", "known"),
    [
        (PLAIN + PROMPT, True),
        ("{{ bos_token }}" + PLAIN + PROMPT, True),
        (PLAIN.replace("m.content", "m.content.strip()") + PROMPT, True),
        (OTHER, False),
        (PLAIN + PROMPT + "thinking", False),
        ("{% if", False),
        ("{{ messages[99].content }}", False),
        ("{{ raise_exception('no') }}" + PLAIN, False),
    ],
)
def test_only_templates_that_write_chatml_are_translated(tmp_path: Path, template: str, known: bool) -> None:
    (tmp_path / "chat_template.jinja").write_text(template)
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": {"content": "<s>"}, "eos_token": "<|im_end|>"}')
    found = modelfile.go_template(tmp_path)
    assert (found is not None) == known
    if found is not None:
        assert found.startswith("{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n")
        assert "TEMPLATE" in modelfile.write(tmp_path)
    else:
        assert "not of a kind that is translated" in modelfile.write(tmp_path)
