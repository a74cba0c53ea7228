"""The texts of one example, each taken out once, for everything that looks at an example."""

from __future__ import annotations

import re
import string
from functools import cached_property

from ftcore.records import TrainingExample, text_of

INSTRUCTIONS = ("system", "developer")
# Neither Latin letters nor the punctuation, arrows and pictures that go with them.
FOREIGN = re.compile("[^\x00-\u024f\u1e00-\u1eff\u2000-\u2bff\ufe0f\U0001f000-\U0001faff]")
DULL = string.ascii_lowercase.encode() + b" ,.'-" + bytes(range(0x80, 0x100))
"""Most of any text, and of no interest to a first look."""


class Texts:
    """`system`, `prompt` and `response` are the example's; `every` holds (where, role, text) of each message that has a text:
    `where` is system, prompt, response, or "messages" for the turns between.

    The rest is worked out when it is asked for: a first look that decides whether a closer one is needed.
    """

    def __init__(self, example: TrainingExample) -> None:
        self.example = example
        self.system = self.prompt = self.response = ""
        system_at = prompt_at = response_at = -1
        found: list[tuple[object, str]] = []
        for at, message in enumerate(example.messages):
            role, content = message.get("role"), message.get("content")
            text = content if type(content) is str else text_of(message)
            if role == "assistant":
                response_at, self.response = at, text
            elif role == "user":
                prompt_at, self.prompt = at, text
            elif system_at < 0 and role in INSTRUCTIONS:
                system_at, self.system = at, text
            found.append((role, text))
        names = {system_at: "system", prompt_at: "prompt", response_at: "response"}
        self.every = [(names.get(at, "messages"), role, text) for at, (role, text) in enumerate(found) if text]
        self.joined = "\n".join([text for _, _, text in self.every])
        self.is_ascii = self.joined.isascii()

    @property
    def is_western(self) -> bool:
        """No other script than the Latin one."""
        return self.is_ascii or not FOREIGN.search(self.joined)

    @cached_property
    def rare(self) -> bytes:
        """All texts without small letters, spaces, the commonest punctuation and what is not ASCII: some dozen bytes, in which a sign or
        a word in capitals is looked for ten times as quickly. What stands together in a text stands together here."""
        return self.joined.encode("utf-8", "surrogatepass").translate(None, DULL)
