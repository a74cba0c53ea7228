"""A model that answers: weights in memory, prompts in, next tokens out."""

from __future__ import annotations

import copy
import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors.torch import load_file

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Answering
from ftcore.trainer.generation.prefixes import Ids, Prefixes, clusters
from ftcore.trainer.generation.readers import Reader
from ftcore.trainer.generation.rows import Rows, joined

PREFILL = 4_096
CLOSE = 16
CHUNK = 512
"""A longer prompt is read in parts of so many tokens, between which the others get their next tokens."""


def load_base(folder: Path) -> Any:
    """The weights of a folder, ready to answer. Raises `TrainerError` when some are missing."""
    from transformers import AutoModelForCausalLM

    from ftcore.trainer.tuning.device import choose

    device = choose()
    options = {"dtype": device.dtype, "attn_implementation": "sdpa", "use_safetensors": True, "local_files_only": True}
    loader: Any = AutoModelForCausalLM
    model, told = loader.from_pretrained(folder, output_loading_info=True, **options)
    if told["missing_keys"]:  # they would be made up
        first = sorted(told["missing_keys"])[0]
        message = f"The weights of this model are not whole: {len(told['missing_keys'])} parts are missing, {first} among them."
        raise TrainerError(message, status=503, code="model_damaged", param="model")
    return model.to(device.name).eval()


def merged(base: Any, adapter: Path) -> Any:
    """A copy of the base with what the adapter learnt added to its weights; layers that it leaves alone are shared.

    Computed in float32 and rounded once: a tuned model then answers as quickly as its base.
    """
    config = json.loads((adapter / "adapter_config.json").read_text())
    learnt = load_file(adapter / "adapter_model.safetensors")
    scale = config["lora_alpha"] / config["r"]
    shared = {
        id(p): p for name, p in base.named_parameters() if f"base_model.model.{name[:-7]}.lora_A.weight" not in learnt
    }
    model = copy.deepcopy(base, shared)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            down = learnt.get(f"base_model.model.{name.removesuffix('.weight')}.lora_A.weight")
            if down is not None:
                up = learnt[f"base_model.model.{name.removesuffix('.weight')}.lora_B.weight"]
                weight.copy_(weight.float() + scale * (up.float() @ down.float()).to(weight.device))
    return model


@dataclass(slots=True, eq=False)
class Speaker:
    """One model with the answers it is giving. `answers[i]` is row i; `next` its latest token, `at` its position."""

    model: Any
    folder: Path
    reader: Reader
    prefixes: Prefixes = field(init=False)
    answers: list[Answering] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    next: torch.Tensor = field(init=False)
    at: torch.Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.prefixes = Prefixes(self._prefix)
        self.next = self.at = torch.zeros(0, dtype=torch.long, device=self.model.device)

    def here(self) -> AbstractContextManager[object]:
        """New tensors are made where the model is. (Only where they must be: it slows every call of torch a little.)"""
        device: torch.device = self.model.device
        return nullcontext() if device.type == "cpu" else device  # not run here: there was a CPU only

    @property
    def free_bytes(self) -> int:
        """Memory for more keys and values."""
        if self.model.device.type == "cuda":  # not run here
            return torch.cuda.mem_get_info(self.model.device)[0]
        return psutil.virtual_memory().available

    @property
    def columns(self) -> int:
        """Tokens, of all answers together, that take memory now."""
        return self.rows.used * len(self.answers)

    @property
    def token_bytes(self) -> int:
        """What the keys and values of one token take."""
        config = self.model.config.get_text_config()
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        return int(2 * config.num_hidden_layers * heads * size * self.model.dtype.itemsize)

    @torch.inference_mode()
    def admit(self, answers: list[Answering]) -> torch.Tensor:
        """Reads the prompts and puts them beside the answers in progress; returns the first tokens' logits [new, V]."""
        prompts: list[Ids] = [answer.prompt for answer in answers]
        parts, order, logits = [], [], []
        for shared, members in clusters(prompts):
            length = shared or (self.prefixes.reach(prompts[members[0]]) if len(members) == 1 else 0)
            for group in _groups(members, prompts, length):
                rows, scores = self._read([prompts[member] for member in group], length)
                parts.append(rows)
                logits.append(scores)
                order += group
        self.prefixes.remember(prompts)
        self.prefixes.forget_long()
        self.rows = joined([self.rows, *parts] if self.answers else parts)
        arrived = [answers[member] for member in order]
        self.answers += arrived
        self.at = torch.cat([self.at, torch.tensor([len(answer.prompt) for answer in arrived])])
        self.next = torch.cat([self.next, torch.zeros(len(arrived), dtype=torch.long)])
        return torch.cat(logits)

    def is_long(self, prompt: Ids) -> bool:
        """Whether a part of it should be read (`read_on`) before it is admitted."""
        return self.prefixes.unread(prompt) > CHUNK

    @torch.inference_mode()
    def read_on(self, prompt: Ids) -> None:
        self.prefixes.read_on(prompt, CHUNK)

    @torch.inference_mode()
    def step(self) -> torch.Tensor:
        """Every answer's next logits [B, V], after its latest token has been read."""
        ones = torch.ones(len(self.answers), 1, dtype=torch.bool)
        seen = torch.cat([self.rows.filled, ones], 1)[:, None, None, :]
        states = self._run(self.next[:, None], self.at[:, None], seen, self.rows)
        self.rows.advance(ones)
        self.at = self.at + 1
        return self._logits(states[:, -1])

    @torch.inference_mode()
    def put(self, tokens: list[int], start: int) -> None:
        """The tokens that were chosen for the rows from `start` on."""
        self.next[start:] = torch.tensor(tokens)

    @torch.inference_mode()
    def keep(self, rows: list[int]) -> None:
        """The other answers are done."""
        self.answers = [self.answers[row] for row in rows]
        if not rows:
            self.rows, self.next, self.at = Rows(), self.next[:0], self.at[:0]
            return
        index = torch.tensor(rows)
        self.rows.keep(rows)
        self.next, self.at = self.next.index_select(0, index), self.at.index_select(0, index)

    def _run(self, ids: torch.Tensor, positions: torch.Tensor, seen: torch.Tensor, rows: Rows) -> torch.Tensor:
        found = self.model.get_decoder()(
            input_ids=ids, position_ids=positions, attention_mask=seen, past_key_values=rows, use_cache=True
        )
        states: torch.Tensor = found.last_hidden_state
        return states

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        """In bfloat16 the best few tokens often tie, so they are computed again in float32."""
        head = self.model.get_output_embeddings().weight
        logits = (states @ head.t()).float()
        if head.dtype != torch.float32:
            best = logits.topk(CLOSE).indices
            exact = torch.einsum("bd,bkd->bk", states.float(), head[best].float())
            logits.scatter_(1, best, exact)
        return logits

    def _prefix(self, ids: Ids, before: Rows | None) -> Rows:
        rows = before or Rows()
        count = len(ids)
        positions = torch.arange(rows.used, rows.used + count)
        seen = torch.arange(rows.used + count)[None] <= positions[:, None]
        self._run(torch.tensor([list(ids)]), positions[None], seen[None, None], rows)
        rows.advance(torch.ones(1, count, dtype=torch.bool))
        return rows

    def _read(self, prompts: list[Ids], shared: int) -> tuple[Rows, torch.Tensor]:
        """Prompts that begin alike, their ends in line: (rows, logits [B, V])."""
        width = max(len(prompt) for prompt in prompts) - shared
        rows = self.prefixes.take(prompts[0][:shared]).repeated(len(prompts), width) if shared else Rows()
        ids = torch.zeros(len(prompts), width, dtype=torch.long)
        filled = torch.zeros(len(prompts), width, dtype=torch.bool)
        positions = torch.zeros(len(prompts), width, dtype=torch.long)
        for row, prompt in enumerate(prompts):
            count = len(prompt) - shared
            ids[row, width - count :] = torch.tensor(list(prompt[shared:]))
            filled[row, width - count :] = True
            positions[row, width - count :] = torch.arange(shared, len(prompt))
        causal = torch.ones(width, width, dtype=torch.bool).tril()
        # An empty column sees itself: a softmax over nothing would be NaN, and NaN spreads through 0 x value.
        among = (causal & filled[:, None, :]) | torch.eye(width, dtype=torch.bool)
        before = torch.ones(len(prompts), width, shared, dtype=torch.bool)
        states = self._run(ids, positions, torch.cat([before, among], 2)[:, None], rows)
        rows.advance(filled)
        return rows, self._logits(states[:, -1])


def _groups(members: list[int], prompts: list[Ids], shared: int) -> list[list[int]]:
    """The members by length, in groups of at most so many tokens with their padding."""
    groups: list[list[int]] = [[]]
    for member in sorted(members, key=lambda m: len(prompts[m])):
        width = len(prompts[member]) - shared
        if groups[-1] and width * (len(groups[-1]) + 1) > PREFILL:
            groups.append([])
        groups[-1].append(member)
    return groups
