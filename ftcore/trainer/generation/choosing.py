"""From logits to the next token: bias, penalties, the form, temperature and top_p, and what the model thought of it."""

from __future__ import annotations

import numpy as np
import torch

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Answering, Weighed

GREEDY_BELOW = 1e-4
NEAR = 256
LOST = "The answer's form became too complicated to go on with. A simpler JSON schema helps."


@torch.inference_mode()
def choose(logits: torch.Tensor, answers: list[Answering]) -> list[Weighed]:
    """The next token of every row; `logits` [B, V] are changed.

    Logprobs are the model's own: before bias, penalties, the form, temperature and top_p. So a token that the form
    forced may be unlikely, and is told as unlikely.
    """
    wanted = [row for row, answer in enumerate(answers) if answer.ask.logprobs is not None]
    said = logits[wanted].log_softmax(1) if wanted else logits[:0]
    for row, answer in enumerate(answers):
        if answer.finish is None:
            adjust(logits[row], answer)
    chosen: list[int] = logits.argmax(1).tolist()
    for row, answer in enumerate(answers):
        if answer.ask.temperature >= GREEDY_BELOW and answer.finish is None:
            chosen[row] = _drawn(logits[row], answer)
    found = [Weighed(token) for token in chosen]
    for row, scores in zip(wanted, said, strict=True):
        found[row] = _weighed(scores, chosen[row], answers[row].ask.logprobs or 0)
    return found


def adjust(scores: torch.Tensor, answer: Answering) -> None:
    """Changes one row [V] in place.

    Penalties as OpenAI documents them, over the tokens of the answer so far:
    `mu[j] - count[j] * frequency_penalty - (count[j] > 0) * presence_penalty`. The form comes last: no bias breaks it.
    """
    ask = answer.ask
    if (ask.presence_penalty or ask.frequency_penalty) and answer.counts:
        index = torch.tensor(list(answer.counts), device=scores.device)
        counts = torch.tensor(list(answer.counts.values()), dtype=scores.dtype, device=scores.device)
        scores[index] -= counts * ask.frequency_penalty + ask.presence_penalty
    if ask.bias:
        index = torch.tensor([token for token, _ in ask.bias], device=scores.device)
        scores[index] += torch.tensor([added for _, added in ask.bias], dtype=scores.dtype, device=scores.device)
    if answer.matcher is not None:
        mask = answer.matcher.compute_bitmask()
        if answer.matcher.is_error():
            answer.fail(TrainerError(LOST, code="schema_too_complex", param="response_format"))
            return
        bits = np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little", count=len(scores))
        scores.masked_fill_(torch.from_numpy(bits == 0).to(scores.device), -torch.inf)


def _weighed(scores: torch.Tensor, token: int, count: int) -> Weighed:
    best, index = scores.topk(count)
    return Weighed(token, float(scores[token]), tuple(zip(index.tolist(), best.tolist(), strict=True)))


def _drawn(scores: torch.Tensor, answer: Answering) -> int:
    if answer.generator is None:
        answer.generator = torch.Generator(scores.device)
        answer.generator.seed() if answer.ask.seed is None else answer.generator.manual_seed(answer.ask.seed)
    likely = torch.softmax(scores / answer.ask.temperature, 0)
    if answer.ask.top_p >= 1:
        return int(torch.multinomial(likely, 1, generator=answer.generator))
    ordered, index = likely.topk(min(NEAR, len(likely)))
    if float(ordered.sum()) < answer.ask.top_p:  # rare: sorting a whole vocabulary takes longer than all else here
        ordered, index = likely.sort(descending=True)
    # The first token beyond the share is still in, so at least one always is.
    ordered[ordered.cumsum(0) - ordered > answer.ask.top_p] = 0
    return int(index[torch.multinomial(ordered, 1, generator=answer.generator)])
