"""What web pages leave in a text: tags such as <br>, entities such as &nbsp;."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|ul|ol|li|table|thead|tbody|tr|td|th|h[1-6]|font|img|hr|blockquote|center|small|sup|sub)"
    r"(?:\s+[a-z-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*\s*/?>",
    re.IGNORECASE,
)
ENTITY = re.compile(
    r"&(?:nbsp|amp|lt|gt|quot|apos|[lr]squo|[lr]dquo|sbquo|bdquo|[nm]dash|hellip|bull|middot|copy|reg|trade|euro|pound|yen|cent|"
    r"sect|deg|laquo|raquo|times|frac12|[aeiouAEIOU](?:uml|acute|grave|circ)|[ao]ring|[AO]ring|[anoANO]tilde|[cC]cedil|szlig|"
    r"oslash|Oslash|aelig|AElig|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});"
)
ESCAPED_AGAIN = re.compile(r"&amp;(?:amp;)+")
MOST_ROUNDS = 8
# A text that is about markup, or holds code, may hold tags that are meant.
ABOUT = re.compile(
    r"html|xml|css|javascript|markup|web ?page|web ?site|browser|\bhref\b|\bDOM\b|```|`[<&]|<!doctype|\bcode\b|\btags?\b",
    re.IGNORECASE,
)


def tags(text: str) -> Iterator[tuple[int, int]]:
    """Where the tags are."""
    return (found.span() for found in TAG.finditer(text)) if "<" in text else iter(())


def entities(text: str) -> Iterator[tuple[int, int]]:
    """Where entities are that stand for something that can be seen."""
    if "&" in text:
        yield from (found.span() for found in ENTITY.finditer(text) if _meant(found.group()))


def without_entities(text: str) -> str:
    """Entities as what they stand for, also where they were escaped twice (&amp;amp;). The same text when that finds no end."""
    after = ESCAPED_AGAIN.sub("&amp;", text)
    for _ in range(MOST_ROUNDS):
        before = after
        after = ENTITY.sub(lambda found: _meant(found.group()) or found.group(), before)
        if after == before:
            return after
    return text


def has_markup(text: str) -> bool:
    if "<" not in text and "&" not in text:
        return False
    return any(True for _ in tags(text)) or any(True for _ in entities(text))


def is_about_markup(text: str) -> bool:
    return bool(ABOUT.search(text))


def _meant(entity: str) -> str:
    """The character; "" for control characters and the like. A space that does not break becomes a plain one."""
    character = html.unescape(entity)
    if character == "\u00a0":
        return " "
    return character if character.isprintable() and character not in (entity, "\ufffd") else ""
