"""What a file is. Its content decides; its name is only asked when the content could be two things."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from ftcore.dataset.raw import SourceError
from ftcore.dataset.sources.delimiter import own_header, sniff
from ftcore.dataset.sources.encoding import NAMES, detect_encoding
from ftcore.dataset.sources.place import Place

SPREADSHEETS = (
    ".csv",
    ".tsv",
    ".txt",
    ".tab",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
    ".json",
    ".jsonl",
    ".ndjson",
    ".parquet",
)
TRY_AGAIN = "Nothing was imported. Save it as XLSX or CSV and try again."
WEB_PAGE = re.compile(r"\s*<(!doctype|html|\?xml|svg)\b", re.IGNORECASE)
LOOK_AT = 1 << 18


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be read, and how. `encoding` and `delimiter` are empty where they have no meaning."""

    path: Path
    format: str
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = ()
    place: Place = field(default_factory=Place, repr=False, compare=False)

    def open_text(self, newline: str) -> TextIO:
        """The file as text. Bytes that are no UTF-8 come as lone surrogates, so that a row can be rejected for them."""
        errors = "surrogateescape" if self.encoding.startswith("utf-8") else "replace"
        return self.place.watch(self.path.open(encoding=self.encoding, errors=errors, newline=newline))


def detect(path: Path, name: str = "") -> Found:
    """Looks into the file. `name` is the name under which it was uploaded.

    Raises `SourceError` for a file that is missing, empty, no text and no known format.
    """
    suffix = Path(name or path.name).suffix.lower()
    head = _head(path)
    if head.startswith(b"PK"):
        return _in_zip(path, suffix)
    if head.startswith(b"PAR1"):
        return Found(path, "parquet", notes=_misnamed("a Parquet file", suffix, (".parquet", ".pq", "")))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(f"That is an old or password-protected Excel file, which cannot be read. {TRY_AGAIN}")
    if head.startswith(b"\x1f\x8b"):
        raise SourceError("That file is compressed (gzip). Nothing was imported. Unpack it and try again.")
    if head.startswith((b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"{\\rtf")):
        raise not_a_spreadsheet(suffix)
    encoding, certain = detect_encoding(path)
    if not encoding:
        raise not_a_spreadsheet(suffix)
    return _text(path, suffix, encoding, certain)


def not_a_spreadsheet(suffix: str) -> SourceError:
    despite = ", despite its name" if suffix in SPREADSHEETS else ""
    return SourceError(f"That file isn't a spreadsheet{despite}. {TRY_AGAIN}")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        raise SourceError(
            f"There is no file {path.name}. Nothing was imported. Check the name and the folder."
        ) from None
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise SourceError(f"The file {path.name} cannot be opened ({why}). Nothing was imported.") from None
    if not head:
        raise SourceError("The file is empty. Nothing was imported.")
    return head


def _in_zip(path: Path, suffix: str) -> Found:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        raise not_a_spreadsheet(suffix) from None
    if "xl/workbook.xml" in names:
        return Found(path, "xlsx", notes=_misnamed("an Excel workbook", suffix, (".xlsx", ".xlsm", "")))
    if "content.xml" in names:
        raise SourceError(f"That is an OpenDocument file, which cannot be read. {TRY_AGAIN}")
    raise not_a_spreadsheet(suffix)


def _misnamed(what: str, suffix: str, expected: tuple[str, ...]) -> tuple[str, ...]:
    return () if suffix in expected else (f"This is {what}, despite its name, and was read as one.",)


def _text(path: Path, suffix: str, encoding: str, certain: bool) -> Found:
    found = Found(path, "", encoding)
    with found.open_text("") as file:
        head = file.read(LOOK_AT)
    if not head.strip("\ufeff \t\r\n\0"):
        raise SourceError("The file holds no text. Nothing was imported.")
    if WEB_PAGE.match(head):
        raise SourceError(f"That is a web page or an XML file. {TRY_AGAIN}")
    notes = _encoding_notes(encoding, certain)
    # A cell of our own table may hold many lines of JSON, which would outvote its header.
    kind = "" if own_header(head) else _json_kind(head, suffix)
    if kind:
        known = {"jsonl": (".jsonl", ".ndjson", ".json", ""), "json": (".json", "")}[kind]
        what = "JSON, one object a line" if kind == "jsonl" else "one JSON document"
        return Found(path, kind, encoding, notes=notes + _misnamed(what, suffix, known))
    delimiter = sniff(head, whole=len(head) < LOOK_AT, suffix=suffix)
    return Found(path, "csv", encoding, delimiter, notes)


def _encoding_notes(encoding: str, certain: bool) -> tuple[str, ...]:
    if not certain:
        return (
            f"Read as {NAMES.get(encoding, encoding)}, which is a guess: check that accents and quotes look right.",
        )
    return () if encoding == "utf-8" else (f"Read as {NAMES.get(encoding, encoding.upper())}.",)


def _json_kind(head: str, suffix: str) -> str:
    """ "jsonl", "json" or "" for text that is neither. Broken lines are the reader's to report, so most lines decide."""
    start = head.lstrip("\ufeff \t\r\n")[:1]
    # Whole lines only: the last one may be cut by the look.
    lines = [line for line in io.StringIO(head.lstrip("\ufeff")) if line.strip()][:50]
    whole = [line for line in lines if line.endswith("\n")] or lines
    objects = sum(_is_json_object(line) for line in whole)
    if objects and objects * 2 >= len(whole):
        return "json" if len(lines) == 1 and suffix == ".json" else "jsonl"
    if start == "[" or (start == "{" and suffix not in (".jsonl", ".ndjson")):
        return "json" if _begins_as_json(head) else ""
    if start == "{":
        return "json" if _spans_lines(head) else "jsonl"
    return ""


def _is_json_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _spans_lines(head: str) -> bool:
    """True when the first object is written over several lines, whatever the file is called."""
    text = head.lstrip("\ufeff \t\r\n")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return "\n" in text[:end]


def _begins_as_json(head: str) -> bool:
    return re.match(r'\s*(\[\s*(["\[{\]\dtfn-])|\{\s*["}])', head.lstrip("\ufeff")) is not None
