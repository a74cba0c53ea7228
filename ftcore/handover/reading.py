"""What a project file says, checked: every field is what we would have written, or it is passed over. Raises ValueError with a
reason in words for a line that cannot be taken."""

from __future__ import annotations

import json
import re
from typing import Any

from ftcore.chat import clean_value
from ftcore.handover.reading_decisions import assumptions, decision, records
from ftcore.handover.values import items as _list
from ftcore.handover.values import mapping as _dict
from ftcore.handover.values import number as _number
from ftcore.handover.values import text as _text
from ftcore.handover.values import texts as _texts
from ftcore.records import SnapshotRow, Split, Status, TrainingExample
from ftcore.store import carrying
from ftcore.store.carrying import PLAIN

LONGEST_NAME = 80
DIGEST = re.compile(r"[0-9a-f]{64}")
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
KINDS = ("pdf", "docx", "md", "txt", "csv")
"""Of files that documents come from."""


def settings(manifest: dict[str, Any]) -> dict[str, Any]:
    """Name, prompts and their versions, limits, terms, note, figures, decisions with their records, and views of a manifest, as
    `store.carrying.settings_in` takes them."""
    said = _dict(manifest.get("project"))
    name = " ".join(_text(said.get("name")).split())[:LONGEST_NAME]
    return {
        "project": {
            "name": name or "Taken in",
            **{key: _text(said.get(key)) for key in ("base_prompt", "tuned_prompt", "good_note")},
            "limits": _dict(said.get("limits")),
            "terms": _terms(said.get("terms")),
            "sample": said.get("sample") is True,
            "assumptions": assumptions(said.get("assumptions")),
        },
        "decisions": [decision(one) for one in _list(manifest.get("decisions")) if isinstance(one, dict)],
        "decision_records": records(manifest.get("decision_records")),
        "views": [*_views(manifest.get("views"))],
        "prompts": _prompts(manifest.get("prompts")),
    }


def example(line: bytes) -> dict[str, Any]:
    """A line of examples.jsonl: `row` and everything that `store.carrying.rows_in` wants but the tokens."""
    said = _object(line)
    original = said.get("original")
    row: dict[str, Any] = {name: _FIELDS[name](said.get(name)) for name in PLAIN}
    return {
        "row": _number(said.get("row")) or 0,
        "training": training(said.get("training")),
        "original": None if original is None else training(original).to_wire(),
        **row,
        "changed_by": _text(said.get("changed_by"))[:16],
        "changed_at": said.get("changed_at"),
        "created_at": said.get("created_at"),
    }


def version(line: bytes) -> dict[str, Any]:
    """A line of versions.jsonl."""
    said = _object(line)
    digest = _text(said.get("digest"))
    if not DIGEST.fullmatch(digest):
        raise ValueError("its hash is none")
    name, who = _text(said.get("name"))[:LONGEST_NAME], _text(said.get("created_by"))[:16]
    return {"digest": digest, "name": name, "created_by": who, "created_at": carrying.moment(said.get("created_at"))}


def document(line: bytes) -> dict[str, Any]:
    """A line of documents.jsonl, as `store.carrying.document_in` takes it; of one that goes on with the text before it, only
    `more`."""
    said = _object(line)
    if "more" in said:
        return {"more": _text(said["more"])}
    name, text = _name(said.get("name")).strip()[:LONGEST_NAME], _text(said.get("text"))
    if not name or not text.strip():
        raise ValueError("a document without a name or a text")
    kind = _text(said.get("kind"))
    return {
        "name": name,
        "text": text,
        "kind": kind if kind in KINDS else "txt",
        "bytes": max(0, _number(said.get("bytes")) or 0),
        "who": _text(said.get("who"))[:16],
        "created_at": said.get("created_at"),
    }


def snapshot_row(line: bytes) -> tuple[int, SnapshotRow]:
    """(number of the example, the row with that number as its id)."""
    said = _object(line)
    number = _number(said.get("row"))
    if number is None:
        raise ValueError("the number of the row is missing")
    side = _split(said.get("split"))
    if side is None:
        raise ValueError("the split is missing")
    return number, SnapshotRow(number, Split(side), training(said.get("training")), said.get("private") is True)


def training(value: Any) -> TrainingExample:
    """A conversation in the protocol's shape. Drafts may be unfit for training; what is no conversation at all is refused."""
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        raise ValueError("there is no conversation in it")
    for message in value["messages"]:
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise ValueError("a message of it has no role that is known")
        if not isinstance(message.get("content"), str | list | None):
            raise ValueError("a message of it holds something that is no text")
    tools, parallel = value.get("tools"), value.get("parallel_tool_calls")
    if tools is not None and not isinstance(tools, list):
        raise ValueError("its tools are no list")
    return TrainingExample(value["messages"], tools, parallel if isinstance(parallel, bool) else None)


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    try:
        json.dumps(found, allow_nan=False)
    except ValueError:
        raise ValueError("it holds a number that is none") from None
    cleaned: dict[str, Any] = clean_value(found)[0]
    return cleaned


def _terms(said: Any) -> dict[str, Any]:
    """Lists of texts by kind, and what is preferred to what."""
    found: dict[str, Any] = {}
    for kind, value in _dict(said).items():
        if isinstance(value, list):
            found[_text(kind)] = [one for one in _texts(value) if one.strip()]
        elif isinstance(value, dict):
            found[_text(kind)] = {_text(old): _text(new) for old, new in value.items() if _text(old) and _text(new)}
    return found


def _prompts(said: Any) -> list[dict[str, Any]]:
    """Each text once, none of them empty."""
    found: dict[str, dict[str, Any]] = {}
    for one in _list(said):
        if isinstance(one, dict) and (text := _text(one.get("text"))).strip():
            note, who = _text(one.get("note")), _text(one.get("who"))[:16]
            found.setdefault(text, {"text": text, "note": note, "who": who, "created_at": one.get("created_at")})
    return list(found.values())


def _views(said: Any) -> list[dict[str, Any]]:
    """One of a name; a set of rows that was stored in the other workspace is not here, so it is taken out of the filter."""
    found = {}
    for one in _list(said):
        if isinstance(one, dict) and (name := _text(one.get("name"))[:LONGEST_NAME]):
            query = json.loads(json.dumps(_dict(one.get("query"))))
            for part in (query, *(value for value in query.values() if isinstance(value, dict))):
                part.pop("row_set", None)
            found[name] = {"name": name, "query": query, "created_by": _text(one.get("created_by"))[:16]}
    return list(found.values())


def _name(value: Any) -> str:
    """The last part of what may be a path."""
    return re.split(r"[/\\]", _text(value))[-1]


def _flag(value: Any) -> bool:
    return value is True


def _status(value: Any) -> str:
    return _text(value) if _text(value) in set(Status) else Status.DRAFT.value


def _split(value: Any) -> str | None:
    return _text(value) if _text(value) in set(Split) else None


_FIELDS: dict[str, Any] = {
    "status": _status,
    "split": _split,
    "tags": _texts,
    "note": _text,
    "private": _flag,
    "source": _name,
    "line": _number,
    "key": _text,
    "grouping": _text,
    "ignored": _texts,
    "worse": _text,
    "trashed": _flag,
}
