"""Which encoding a text file is in: its byte order mark, then UTF-8, then a guess that is said to be one."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

SAMPLE = 1 << 18
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp932": "Shift-JIS (Japanese)",
    "gb18030": "GB18030 (Chinese)",
}

# Letters of the Western code page never have such signs inside a word: where they do, it is another code page.
FOREIGN = re.compile(r"[^\W\d_][\u00a1-\u00bf\u00d7\u00f7](?=[^\W\d_])")
KANA = re.compile(r"[\u3040-\u30ff]")
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def detect_encoding(path: Path) -> tuple[str, bool]:
    """(codec name, whether it is certain). ("", False) means that the file holds no text at all."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in BOMS:
        if head.startswith(mark):
            return name, True
    if b"\0" in head:
        return _without_mark(head), True
    broken = first_broken_byte(path)
    if broken is None:
        return "utf-8", True
    return _legacy(path, broken)


def first_broken_byte(path: Path) -> int | None:
    """Where the file stops being UTF-8, None when it is UTF-8 to its end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    at = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(1 << 20)
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return at - waiting + error.start
            if not chunk:
                return None
            at += len(chunk)


def _without_mark(head: bytes) -> str:
    """UTF-16 without its mark has a NUL in nearly every second byte; anything else with NULs is no text."""
    sample = head[: len(head) // 2 * 2][:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _legacy(path: Path, broken: int) -> tuple[str, bool]:
    with path.open("rb") as file:
        file.seek(max(0, broken - SAMPLE // 4))
        sample = file.read(SAMPLE)
    if len(CONTROLS.findall(sample)) > len(sample) // 50:
        return "", False
    if _mostly_utf8(sample):
        return "utf-8", True
    western = sample.decode("cp1252", "replace")
    high = sum(character > "\x7f" for character in western)
    letters = sum(character.isalpha() for character in western)
    if high <= 0.3 * max(1, letters) and len(FOREIGN.findall(western)) <= 0.1 * high:
        return "cp1252", False
    return _guess(sample), False


def _mostly_utf8(sample: bytes) -> bool:
    """A few broken rows do not make a UTF-8 file a Windows one: they are rejected one by one."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad < 0.1 * sum(character > "\x7f" for character in text)


def _guess(sample: bytes) -> str:
    # A short Japanese text is taken for Korean by the guesser; kana tell.
    japanese = sample.decode("cp932", "replace")
    if len(KANA.findall(japanese)) > 0.1 * len(japanese):
        return "cp932"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"
