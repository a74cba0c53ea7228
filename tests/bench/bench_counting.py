"""Reading and counting the tokens of chat lines, against the standard library's JSON with the other tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ftcore.chat import count_tokens, parse_line
from tests.bench.measure import Row, in_turn

LINES = 5_000


def run() -> Iterator[Row]:
    import bpe_openai

    text = "Where is the parcel that I ordered on the {} of May? It was two panniers, number {}, and a lamp. "
    lines = [
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": text.format(i % 31, i) * 4},
                    {"role": "assistant", "content": f"On its way, {i}."},
                ]
            }
        )
        for i in range(LINES)
    ]
    known = bpe_openai.get_encoding("o200k_base")

    def encode(text: str) -> int:
        return len(known.encode_ordinary(text))

    def baseline() -> int:
        """As the well-known check list counts: 3 a message, 3 a reply, the role and the text."""
        total = 0
        for line in lines:
            total += 3
            for message in json.loads(line)["messages"]:
                total += 3 + encode(message["role"]) + encode(message["content"])
        return total

    def ours() -> int:
        return sum(count_tokens(parse_line(line)) for line in lines)

    assert ours() == baseline()
    yield Row(f"{LINES:,} chat lines read and counted", *in_turn(ours, baseline), "median of 5, same totals")
