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
    """`system`, `prompt` and `response` are the example's; `joined` are all texts, one after the other; `every` holds (where, role, text) of
    each message that has a text: `where` is system, prompt, response, or "messages" for the turns between.

    `is_dull` says that no text holds any of the `SIGNS` that checks look for. Who has looked at many at once sets it.
    """

    is_dull = False

    def __init__(self, example: TrainingExample) -> None:
        self.example = example
        self.system = self.prompt = self.response = ""
        self._system_at = self._prompt_at = self._response_at = -1
        self._said: list[str] = []
        for at, message in enumerate(example.messages):
            role, content = message.get("role"), message.get("content")
            text = content if type(content) is str else text_of(message)
            if role == "assistant":
                self._response_at, self.response = at, text
            elif role == "user":
                self._prompt_at, self.prompt = at, text
            elif self._system_at < 0 and role in INSTRUCTIONS:
                self._system_at, self.system = at, text
            self._said.append(text)
        self.joined = "\n".join(filter(None, self._said))
        self.is_ascii = self.joined.isascii()

    @property
    def every(self) -> list[tuple[str, object, str]]:
        names = {self._system_at: "system", self._prompt_at: "prompt", self._response_at: "response"}
        roles = (message.get("role") for message in self.example.messages)
        said = enumerate(zip(roles, self._said, strict=True))
        return [(names.get(at, "messages"), role, text) for at, (role, text) in said if text]

    @property
    def is_western(self) -> bool:
        """No other script than the Latin one."""
        return self.is_ascii or not FOREIGN.search(self.joined)

    def has_outer_spaces(self) -> bool:
        """In any of the texts."""
        for text in self._said:  # noqa: SIM110
            if text and (text[0].isspace() or text[-1].isspace()):
                return True
        return False

    @cached_property
    def rare(self) -> str:
        """All texts without small letters, spaces, the commonest punctuation and what is not ASCII: some dozen characters, in which a
        sign or a word in capitals is looked for ten times as quickly. What stands together in a text stands together here."""
        return self.joined.encode("utf-8", "surrogatepass").translate(None, DULL).decode()
