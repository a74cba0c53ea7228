"""One JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.chat import ChatError, decode
from ftcore.chat.cleaning import is_broken
from ftcore.chat.parsing import name_of
from ftcore.dataset.raw import Raw
from ftcore.dataset.sources.detection import Found

MAX_LINE = 32_000_000


def read_rows(found: Found) -> Iterator[Raw]:
    """Every line that is not blank, broken ones with what is wrong. Only line feeds end a line, as the format says."""
    with found.open_text("\n") as file:
        number = 0
        while line := file.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE and not line.endswith("\n"):
                while (rest := file.readline(MAX_LINE)) and not rest.endswith("\n"):
                    pass
                yield Raw(number, None, line[:1000], f"The line is longer than {MAX_LINE:,} characters.")
            elif line.strip("\ufeff \t\r\n"):
                yield _raw(number, line.rstrip("\r\n"))


def _raw(number: int, line: str) -> Raw:
    if is_broken(line):
        shown = line.encode(errors="replace").decode()
        return Raw(number, None, shown, "The line holds bytes that are no UTF-8 text.")
    try:
        value = decode(line)
    except ChatError as error:
        return Raw(number, None, line, str(error))
    if not isinstance(value, dict):
        return Raw(number, None, line, f"The line holds {name_of(value)}; a JSON object was wanted.")
    return Raw(number, value, line)
