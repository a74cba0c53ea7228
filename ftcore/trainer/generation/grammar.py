"""What an answer must look like: a JSON schema or tool calls, as a grammar that llguidance holds the model to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Ask, Tools
from ftcore.trainer.generation.calls import CLOSES, OPENS

if TYPE_CHECKING:
    from llguidance._lib import JsonCompileOptions

LARGEST = 200_000
MOST_CALLS = 8
OPTIONS: JsonCompileOptions = {
    "whitespace_flexible": False,
    "item_separator": ", ?",
    "key_separator": ": ?",
    "lenient": False,
}
"""At most one space, after a comma or a colon: a small model that may write blanks writes them for ever."""
NOTHING = {"type": "object", "properties": {}, "additionalProperties": False}


def compiled(ask: Ask, guide: Any, *, special: bool) -> Any:
    """The matcher for an answer to this question (to be copied for each), None when any text will do.

    `guide` is llguidance's tokenizer; `special`: the model has a token of its own for `<tool_call>`.
    Raises `TrainerError` (400, param response_format or tools) for a schema that cannot be followed.
    """
    if ask.form is None and ask.tools is None:
        return None
    from llguidance import LLMatcher, LLParserLimits

    if ask.form is not None:
        _check(ask.form, "response_format", guide)
    for tool in ask.tools.offered if ask.tools else ():
        _check(tool["function"].get("parameters") or NOTHING, "tools", guide)
    matcher = LLMatcher(
        guide,
        LLMatcher.grammar_from_lark(grammar(ask.form, ask.tools, special=special)),
        log_level=0,
        limits=LLParserLimits(verbose_errors=False),
    )
    if matcher.is_error():
        raise _refused(matcher.get_error(), "response_format" if ask.tools is None else "tools")
    return matcher


def grammar(form: dict[str, Any] | None, tools: Tools | None, *, special: bool) -> str:
    """In llguidance's dialect of Lark: JSON of this form, or calls of these tools, or (choice auto) any text or a call."""
    if tools is None:
        return f"start: answer\nanswer: {_json(form or {})}\n"
    opens, closes = (OPENS, CLOSES) if special else (json.dumps(OPENS), json.dumps(CLOSES))
    names = [tool["function"]["name"] for tool in tools.offered]
    chosen = [at for at, name in enumerate(names) if not tools.named or name == tools.choice]
    rules = [
        f"c{at}: {_quoted(_lead(names[at]))} {_json(_arguments(tools.offered[at]))} {_quoted('}')}" for at in chosen
    ]
    rules += [f"body: NL ({' | '.join(f'c{at}' for at in chosen)}) NL {closes}", f"call: {opens} body", r'NL: "\n"']
    more = f"(NL? call){{0,{MOST_CALLS - 1}}}" if tools.parallel else ""
    if tools.named or tools.choice == "required":
        return "\n".join([f"start: call {more}", *rules])
    if form is not None:
        return "\n".join([f"start: answer | call {more}", f"answer: {_json(form)}", *rules])
    rules.append(r"TEXT: /(.|\n)*/")
    if special:
        rules.append(f"first: TEXT {opens} body")
    else:
        rules += [f"head[lazy]: TEXT {opens}", "first: head body"]
    return "\n".join([f"start: text | first {more}", "text: TEXT", *rules])


def _lead(name: str) -> str:
    return f'{{"name": {json.dumps(name)}, "arguments": '


def _arguments(tool: dict[str, Any]) -> dict[str, Any]:
    return tool["function"].get("parameters") or NOTHING


def _quoted(text: str) -> str:
    return json.dumps(text)


def _json(schema: dict[str, Any]) -> str:
    return f"%json {json.dumps({**schema, 'x-guidance': OPTIONS})}"


def _check(schema: dict[str, Any], param: str, guide: Any) -> None:
    """A schema alone, so that the message is about it and not about our grammar."""
    from llguidance import LLMatcher

    try:
        text = json.dumps(schema)
    except (ValueError, RecursionError):
        raise _refused("it is nested too deeply", param) from None
    if len(text) > LARGEST:
        raise _refused(f"it has more than {LARGEST:,} characters", param)
    try:
        problem = LLMatcher.validate_grammar(LLMatcher.grammar_from_json_schema(text, overrides=OPTIONS), guide)
    except ValueError as error:
        raise _refused(str(error), param) from None
    except BaseException as error:  # a panic of the library, at some malformed schemas, is no `Exception`
        if type(error).__name__ != "PanicException":
            raise
        raise _refused("it is malformed", param) from None
    if problem and not problem.startswith("WARNING"):
        raise _refused(problem, param)


def _refused(reason: str, param: str) -> TrainerError:
    first = " ".join(reason.split())[:300]
    return TrainerError(f"This JSON schema cannot be followed: {first}.", code="invalid_value", param=param)
