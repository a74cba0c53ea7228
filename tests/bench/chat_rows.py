"""Generated chat lines: about 1.2 kB each, varied, with planted copies of which some words were edited."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

EDITS = (0.0, 0.02, 0.05, 0.1)
PLANTED = 0.05
LENGTHS = (72, 118)
STARTS = (
    "Hello, I have a question about",
    "Good morning. It is about",
    "Could you please help me with",
    "I am writing because of",
    "There is a problem with",
)
THINGS = (
    "an invoice",
    "my last order",
    "the delivery",
    "a refund",
    "the voucher",
    "my account",
    "a repair",
    "the lamp",
)
# Plain English, so that tokenizers meet what they are made for.
TEXT = """
the of and to a in is it you that was for on are with as they at be this have from or had by not but what all were when we there
can an your which their said if do will each about how up out them then she many some so these would other into has more her two
like him see time could no make than first been its who now people my made over did down only way find use may water long little
very after words called just where most know get through back much before go good new write our me man too any day same right look
think also around another came come work three word must because does part even place well such here take why things help put years
different away again off went old number great tell men say small every found still between name should home big give air line set
own under read last never us left end along while might next sound below saw something thought both few those always looked show
large often together asked house world going want school important until form food keep children feet land side without boy once
animals life enough took sometimes four head above kind began almost live page got earth need far hand high year mother light parts
country father let night following picture being study second eyes soon times story boys since white days ever paper hard near
sentence better best across during today others however sure means knew try told young miles sun ways thing whole hear example heard
several change answer room sea against top turned learn point city play toward five using himself usually money seen didn't car
morning invoice delivery refund voucher customer parcel warehouse shipping address colour button screen password account payment
transfer receipt discount warranty repair battery charger cable manual instructions kettle lamp bicycle pannier jacket shelf drill
weekend appointment subscription newsletter technician availability unfortunately immediately confirmation reservation cancellation
"""
WORDS = TEXT.split()


@dataclass(frozen=True, slots=True)
class Planted:
    """Row `later` is a copy of row `first` with the share `edits` of its words replaced."""

    first: int
    later: int
    edits: float


@dataclass(frozen=True, slots=True)
class Rows:
    lines: list[str]
    planted: list[Planted]


def originals(number: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """(question, answer), some words often and most seldom, as in language."""
    chance = random.Random(seed)
    for n in range(number):
        order = f"{n:06d}"
        asked = f"{chance.choice(STARTS)} {chance.choice(THINGS)}, number {order}. {_text(chance)}"
        yield asked, f"Thank you for your message about {order}. {_text(chance)}"


def generate(number: int, seed: int = 1) -> Rows:
    """`number` lines, a twentieth of them planted copies, in a shuffled order (a copy may come before its original)."""
    chance = random.Random(seed + 1)
    copies = int(number * PLANTED)
    pairs = list(originals(number - copies, seed))
    rows: list[tuple[tuple[str, str], int | None, float]] = [(pair, None, 0.0) for pair in pairs]
    for n, source in enumerate(chance.sample(range(len(pairs)), copies)):
        edits = EDITS[n % len(EDITS)]
        asked, answer = pairs[source]
        rows.append(((_edited(chance, asked, edits), _edited(chance, answer, edits)), source, edits))
    order = list(range(number))
    chance.shuffle(order)
    place = {row: at for at, row in enumerate(order)}
    planted = [
        Planted(*sorted((place[source], place[row])), edits)
        for row, (_, source, edits) in enumerate(rows)
        if source is not None
    ]
    return Rows([_line(*rows[row][0]) for row in order], planted)


def _text(chance: random.Random) -> str:
    size = chance.randint(*LENGTHS)
    # The square of a random number takes the first words often and the last ones seldom.
    chosen = [WORDS[int(chance.random() ** 2 * len(WORDS))] for _ in range(size)]
    for at in range(11, size, 12):
        chosen[at] += "."
    return " ".join(chosen).capitalize() + "."


def _edited(chance: random.Random, text: str, share: float) -> str:
    parts = text.split()
    for at in chance.sample(range(len(parts)), round(share * len(parts))):
        parts[at] = chance.choice(WORDS)
    return " ".join(parts)


def _line(asked: str, answer: str) -> str:
    messages = [
        {"role": "system", "content": "You are the kind assistant of a small shop."},
        {"role": "user", "content": asked},
        {"role": "assistant", "content": answer},
    ]
    return json.dumps({"messages": messages}, ensure_ascii=False)
