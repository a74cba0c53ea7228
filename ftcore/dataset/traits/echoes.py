"""Answers that say the question again."""

from __future__ import annotations

FEWEST = 20
"""Characters: shorter questions are repeated by accident."""
WHOLE = 0.8


def echo(prompt: str, answer: str, share: float = WHOLE) -> tuple[int, int] | None:
    """Where the answer repeats the prompt: at its beginning (the whole prompt, or the question in its last line), or when one
    holds the other and is at least `share` of it. Case and outer spaces do not count."""
    asked, said = prompt.strip(), answer.strip()
    if len(asked) < FEWEST or len(said) < FEWEST:
        return None
    start = answer.index(said[0])
    begins = said[:FEWEST].casefold()
    if begins == asked[:FEWEST].casefold() and said[: len(asked)].casefold() == asked.casefold():
        return start, start + len(asked)
    last = asked[asked.rfind("\n") + 1 :].strip()
    if last.endswith("?") and len(last) >= FEWEST and said[: len(last)].casefold() == last.casefold():
        return start, start + len(last)
    if share * len(said) <= len(asked) <= len(said) and asked in said:
        at = start + said.index(asked)
        return at, at + len(asked)
    if share * len(asked) <= len(said) <= len(asked) and said in asked:
        return start, start + len(said)
    return None
