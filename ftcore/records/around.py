"""What a report says around the figures: who presents it, where data went, what it was made of, what was decided, who says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """The organisation's name and two colours (#rrggbb); "" = none given."""

    name: str = ""
    main: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A server that data of the project went to. `here`: it runs on this computer. `elsewhere_made`: the run was made with a
    sample's examples before they came here, so nothing of this project was sent. `host` is its address without the path.
    `trained` counts the examples sent to learn from, `asked` the questions asked there; both 0 = nothing was sent."""

    name: str
    host: str
    here: bool
    trained: int = 0
    asked: int = 0
    elsewhere_made: bool = False


@dataclass(frozen=True, slots=True)
class DataSource:
    """One import: the file's name and sha256, how many examples were read, kept and set aside, and when (ISO date)."""

    file: str
    sha256: str
    read: int
    kept: int
    set_aside: int
    on: str = ""


@dataclass(frozen=True, slots=True)
class DataSheet:
    """What the training set is. Counts are of the snapshot that the training learnt from where there is one (`frozen`), else of
    the examples as they stand. `reasons`: (why, how many) of the rows set aside. `problems`: (what the checks found, severity,
    how many examples), as it stands today. `permission`: what somebody answered to "may these be used?"; "" = nobody did."""

    frozen: bool = False
    taken_on: str = ""
    sources: tuple[DataSource, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    approved: int = 0
    drafts: int = 0
    rejected: int = 0
    trashed: int = 0
    edited: int = 0
    private: int = 0
    problems: tuple[tuple[str, str, int], ...] = ()
    good_note: str = ""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """The standing decision: `choice` is the action decided on ("" = none yet), `why` in people's words, `on` and `review_on`
    ISO dates, `version` and `digest` those of the newest decision record (0 and "" = none kept)."""

    choice: str = ""
    why: str = ""
    who: str = ""
    on: str = ""
    review_on: str = ""
    version: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A research card that speaks about what is advised. `year` 0 = the source bears none; `vendor`: a seller's own figure."""

    claim: str
    figure: str
    source: str
    year: int = 0
    url: str = ""
    vendor: bool = False
