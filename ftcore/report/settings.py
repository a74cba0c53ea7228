"""What is asked once for reports: of the workspace, the organisation's name and colours; of a project, its noun, the day by
which a decision is wanted, and whether its data may be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ftcore.records import Brand
from ftcore.report.colours import hex_colour
from ftcore.store import assumptions, preferences

ORGANISATION = "report_organisation"
"""Name of the preference."""
OF_PROJECT = "report"
"""Name of what is kept with the project."""
NOUN = "questions"
LONGEST_NAME, LONGEST_NOUN, LONGEST_PERMISSION = 80, 30, 400


@dataclass(frozen=True, slots=True)
class Asked:
    """`noun` in the plural; `decide_by` an ISO date; `permission` in people's words. "" = not said."""

    noun: str = ""
    decide_by: str = ""
    permission: str = ""


def brand(c: Connection) -> Brand:
    """What was given; a colour that is none counts as not given."""
    kept = preferences.get(c, ORGANISATION) or {}
    if not isinstance(kept, dict):
        return Brand()
    return Brand(
        _line(kept.get("name"), LONGEST_NAME),
        hex_colour(str(kept.get("main", ""))),
        hex_colour(str(kept.get("second", ""))),
    )


def set_brand(c: Connection, wanted: Brand) -> None:
    """Raises ValueError, in a sentence, for a colour that is none."""
    colours = {}
    for name in ("main", "second"):
        given = getattr(wanted, name).strip()
        colours[name] = hex_colour(given)
        if given and not colours[name]:
            raise ValueError(f"“{given[:20]}” is no colour. Write # and six digits from 0 to f, for example #0B6B62.")
    preferences.put(c, ORGANISATION, {"name": _line(wanted.name, LONGEST_NAME), **colours})


def asked(c: Connection, project_id: int) -> Asked:
    kept = assumptions.get(c, project_id).get(OF_PROJECT)
    if not isinstance(kept, dict):
        return Asked()
    return Asked(
        _line(kept.get("noun"), LONGEST_NOUN),
        _day(str(kept.get("decide_by", ""))),
        _line(kept.get("permission"), LONGEST_PERMISSION),
    )


def set_asked(c: Connection, project_id: int, wanted: Asked) -> None:
    kept = {
        "noun": _line(wanted.noun, LONGEST_NOUN),
        "decide_by": _day(wanted.decide_by),
        "permission": _line(wanted.permission, LONGEST_PERMISSION),
    }
    assumptions.put(c, project_id, OF_PROJECT, {name: said for name, said in kept.items() if said} or None)


def _line(text: object, limit: int) -> str:
    return " ".join(str(text or "").split())[:limit]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
