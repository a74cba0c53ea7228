"""What the formats of chat messages can hold, and a conversation cut to that, saying what is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ftcore.chat import validate
from ftcore.chat.validation import INSTRUCTIONS
from ftcore.dataset.shapes import chat
from ftcore.dataset.targets.row import ExportRow, Line
from ftcore.records import Message, Severity, TrainingExample, text_of

# One wording each: losses are counted by their sentence.
LATE_SYSTEM = "There is a system message in the middle of the conversation; this format takes it first only."
TOOL_CALLS = "It calls tools, which this format cannot hold."
OUTDATED = "It calls a function in the outdated way (function_call), which this format cannot hold."
BEGINS = "It does not begin with a question: the first message after the instructions must be the user's."
SAME_SPEAKER = "Two messages in a row are by the same speaker; here user and assistant must take turns."
SEVERAL_TURNS = "It has several questions; this format takes one question and its answer only."
ENDS_WITH_CALL = "It ends with a tool call; here the last message must be an answer in words."
ARGUMENTS = "A tool call's arguments are no JSON object, which this format wants."
NO_WEIGHT = "An answer marked as not to be learnt (weight 0) is learnt like the others."
NO_NAMES = "The names of speakers are not kept."
NO_MARKS = "Marks on messages (refusal, audio) are not kept."
NO_TOOLS = "The descriptions of tools are not kept; no tool is called."
NO_PARALLEL = "The setting for several tool calls at once is not kept."
JOINED_SYSTEM = "Several system messages are joined to one."
DEVELOPER = "The developer message is written as a system message."
JOINED_PARTS = "A text in several parts is joined to one."


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a format can hold besides one system message and texts, and what it insists on."""

    weight: bool = False
    tools: bool = False
    user_first: bool = False
    alternating: bool = False
    one_turn: bool = False
    answer_last: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A conversation as a format holds it; `reason` says why it does not, and then there are no messages."""

    messages: list[Message]
    tools: list[dict[str, Any]] | None = None
    changed: tuple[str, ...] = ()
    reason: str = ""

    @property
    def system(self) -> str:
        return text_of(self.messages[0]) if self.messages and self.messages[0]["role"] == "system" else ""

    @property
    def talk(self) -> list[Message]:
        """The messages without the system message."""
        return self.messages[1:] if self.messages and self.messages[0]["role"] == "system" else self.messages


def unfit(training: TrainingExample) -> str:
    """Why no trainer can learn from it; "" when it is fit."""
    fatal = next((p.message for p in validate(training) if p.severity is Severity.ERROR), "")
    return f"Not fit for training: {fatal}" if fatal else ""


def cut(training: TrainingExample, can: Abilities) -> Cut:
    """The conversation without what the format cannot hold, or why it cannot be written at all."""
    if reason := unfit(training) or _refused(training, can):
        return Cut([], reason=reason)
    system, talk = _parted(training.messages)
    messages: list[Message] = []
    if system:
        messages.append({"role": "system", "content": "\n\n".join(text_of(message) for message in system)})
    messages += [_message(message, can) for message in talk]
    tools = training.tools if can.tools else None
    return Cut(messages, tools or None, tuple(_changes(training, system, can)))


def chat_lines(can: Abilities) -> Callable[[ExportRow], Line]:
    """Lines of the shape {"messages": [...], "tools": [...]}."""

    def express(row: ExportRow) -> Line:
        found = cut(row.training, can)
        if found.reason:
            return Line(left_out=found.reason)
        return Line({"messages": found.messages} | tools_of(found), found.changed)

    return express


def tools_of(found: Cut) -> dict[str, Any]:
    """The line's key for tools, where there are any."""
    return {} if found.tools is None else {"tools": found.tools}


def read_chat(value: Any) -> list[TrainingExample]:
    return [chat.build(value)]


def uses_tools(training: TrainingExample) -> bool:
    return any(message.get("tool_calls") or message["role"] == "tool" for message in training.messages)


def _parted(messages: list[Message]) -> tuple[list[Message], list[Message]]:
    """(the instructions at the beginning, the rest)."""
    at = next((i for i, message in enumerate(messages) if message["role"] not in INSTRUCTIONS), len(messages))
    return messages[:at], messages[at:]


def _refused(training: TrainingExample, can: Abilities) -> str:
    _, talk = _parted(training.messages)
    roles = [message["role"] for message in talk]
    if any(role in INSTRUCTIONS for role in roles):
        return LATE_SYSTEM
    if any(message.get("function_call") or message["role"] == "function" for message in talk):
        return OUTDATED
    if not can.tools and uses_tools(training):
        return TOOL_CALLS
    if can.user_first and roles[0] != "user":
        return BEGINS
    if can.alternating and any(a == b and a != "tool" for a, b in pairwise(roles)):
        return SAME_SPEAKER
    if can.one_turn and training.turns != 1:
        return SEVERAL_TURNS
    return ENDS_WITH_CALL if can.answer_last and talk[-1].get("tool_calls") else ""


def _message(message: Message, can: Abilities) -> Message:
    kept: Message = {"role": message["role"]}
    if message.get("content") is not None:
        kept["content"] = text_of(message)
    if message.get("tool_calls"):
        kept["tool_calls"] = message["tool_calls"]
    if message.get("tool_call_id") and message["role"] == "tool":
        kept["tool_call_id"] = message["tool_call_id"]
    if can.weight and message.get("weight") is not None:
        kept["weight"] = message["weight"]
    return kept


def _changes(training: TrainingExample, system: list[Message], can: Abilities) -> Iterator[str]:
    messages = training.messages
    if not can.weight and any(message.get("weight") == 0 for message in messages):
        yield NO_WEIGHT
    if any(message.get("name") for message in messages):
        yield NO_NAMES
    if any(message.get("refusal") or message.get("audio") for message in messages):
        yield NO_MARKS
    if training.tools and not can.tools:
        yield NO_TOOLS
    elif training.parallel_tool_calls is False:  # true is what every server takes for granted
        yield NO_PARALLEL
    if len(system) > 1:
        yield JOINED_SYSTEM
    if any(message["role"] == "developer" for message in system):
        yield DEVELOPER
    if any(isinstance(message.get("content"), list) and len(message["content"]) > 1 for message in messages):
        yield JOINED_PARTS
