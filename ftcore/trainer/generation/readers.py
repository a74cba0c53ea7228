"""How a base model reads and writes: its tokenizer, its context, the tokens that end its turn."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Ask
from ftcore.trainer.generation.calls import CLOSES, OPENS
from ftcore.trainer.generation.grammar import compiled
from ftcore.trainer.tuning.encoding import knows_tools, messages_for, render, template_of

SHORT = 2_048
"""The context of a model that does not tell its own."""


class Reader:
    """Of one model folder. May be used from several threads."""

    def __init__(self, folder: Path):
        """Imports transformers; two threads must not do that at once."""
        from transformers import AutoConfig, AutoTokenizer

        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        config = AutoConfig.from_pretrained(folder, local_files_only=True).get_text_config()
        self.context = int(getattr(config, "max_position_embeddings", None) or SHORT)
        self.vocabulary = int(config.vocab_size)
        self.ends = _ends(folder, self.tokenizer, config)
        words = self.tokenizer.get_vocab()
        self._hidden = frozenset(self.tokenizer.all_special_ids) - {words.get(OPENS), words.get(CLOSES)}
        self._tag: int | None = words.get(OPENS)
        self._longest = max(map(len, words))
        self._lock = threading.Lock()
        self._guide: Any = None

    def prepare(self, ask: Ask) -> tuple[Ask, list[int], Any]:
        """(the question, its answer no longer than the context has room; the prompt's tokens; the matcher of its form).

        Raises `TrainerError`: messages or tools that the template cannot show, no room, an unusable schema or bias.
        """
        if ask.tools is not None:
            self._check_tools()
        if any(token >= self.vocabulary for token, _ in ask.bias):
            message = f"logit_bias names a token beyond this model's {self.vocabulary:,} tokens."
            raise TrainerError(message, code="invalid_value", param="logit_bias")
        prompt = self._prompt(ask)
        if len(prompt) + 1 > self.context:
            raise self._too_long(f"{len(prompt):,}")
        matcher = None
        if ask.form is not None or ask.tools is not None:
            guide = self._guided()
            matcher = compiled(ask, guide, special=self._special_tags(guide))
        return replace(ask, max_tokens=min(ask.max_tokens, self.context - len(prompt))), prompt, matcher

    def decode(self, ids: list[int]) -> str:
        shown = [token for token in ids if token not in self._hidden]
        text: str = self.tokenizer.decode(shown, skip_special_tokens=False)
        return text

    def token(self, token: int) -> tuple[str, list[int]]:
        """(text, bytes) of one token; the bytes of several make a character that no single one of them holds."""
        raw: bytes = self._guided().decode_bytes([token])
        return raw.decode("utf-8", "replace"), list(raw)

    def _prompt(self, ask: Ask) -> list[int]:
        try:
            messages = messages_for(self.tokenizer, ask.messages)
            offered = list(ask.tools.offered) if ask.tools else None
            text = render(self.tokenizer, messages, ask=True, tools=offered)
        except TrainerError as error:
            raise TrainerError(error.message, code=error.code or "unsupported_value", param="messages") from None
        if len(text) > self.context * self._longest:  # not worth minutes of reading
            raise self._too_long(f"more than {self.context:,}")
        with self._lock:
            return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _too_long(self, tokens: str) -> TrainerError:
        message = f"The conversation has {tokens} tokens; this model's context holds {self.context:,} with the answer."
        return TrainerError(message, code="context_length_exceeded", param="messages")

    def _check_tools(self) -> None:
        if not knows_tools(self.tokenizer):
            message = "This model's chat template does not know tools, so it cannot be offered any."
            raise TrainerError(message, code="unsupported_value", param="tools")
        if OPENS not in template_of(self.tokenizer, tools=True):
            message = (
                f"This model writes tool calls in a form of its own; this server reads the form {OPENS}...{CLOSES}."
            )
            raise TrainerError(message, code="unsupported_value", param="tools")

    def _guided(self) -> Any:
        """llguidance's view of the tokenizer: half a second to make, kept."""
        with self._lock:
            if self._guide is None:
                from llguidance.hf import from_tokenizer

                size = max(self.vocabulary, len(self.tokenizer))
                self._guide = from_tokenizer(self.tokenizer, n_vocab=size, eos_token=sorted(self.ends), slices=None)
            return self._guide

    def _special_tags(self, guide: Any) -> bool:
        """Whether `<tool_call>` is a control token: then a grammar must name it as such, and not as text."""
        return self._tag is not None and bool(guide.is_special_token(self._tag))


def _ends(folder: Path, tokenizer: Any, config: Any) -> frozenset[int]:
    """Every token that ends an answer: the tokenizer's, the model's, and those of its settings for generation."""
    path = folder / "generation_config.json"
    settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    named = (tokenizer.eos_token_id, config.eos_token_id, settings.get("eos_token_id"))
    found = [token for one in named for token in (one if isinstance(one, list) else [one])]
    return frozenset(token for token in found if isinstance(token, int))
