"""Where data of a project went: every server that got any of it, in whichever training, comparison or trial, and how that is told."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from sqlalchemy import Connection

from ftcore.records import LOCAL, Endpoint, Place, Story
from ftcore.store import endpoints, recorded, sent
from ftcore.store.runs import Run

SAMPLE = "The sample's finished run was made on another computer, with the sample's own examples."


def of_project(c: Connection, project_id: int) -> tuple[Place, ...]:
    """Every server that data of the project was sent to, and how much: not only by the run that is told."""
    trained, asked = sent.to_learn_from(c, project_id), sent.to_be_answered(c, project_id)
    every = dict.fromkeys([*trained, *asked])
    return tuple(place_of(endpoints.get(c, id_), trained.get(id_, 0), asked.get(id_, 0)) for id_ in every)


def of_run(c: Connection, run: Run | None) -> tuple[Place, ...]:
    """The servers that the run's ways are asked at: whose seconds its times are."""
    if run is None:
        return ()
    ids = dict.fromkeys(arm.get("endpoint_id") or run.endpoint_id for arm in run.arms)
    return tuple(place_of(endpoints.get(c, id_)) for id_ in ids)


def place_of(endpoint: Endpoint, trained: int = 0, asked: int = 0) -> Place:
    """Where a server stands. Its own trainer, and every address that never leaves the machine, is this computer."""
    try:
        host = urlsplit(endpoint.base_url).hostname or ""
    except ValueError:
        host = ""
    own = endpoint.name == LOCAL
    name = "this computer" if own else endpoint.name
    return Place(name, host, own or _loops_back(host), trained, asked, endpoint.base_url == recorded.ADDRESS)


def told(story: Story) -> str:
    """What was sent to which server, as far as it is known."""
    every = [place for place in story.places if place.trained or place.asked]
    if not every:
        return "Nowhere so far: nothing was sent to train a model or to be answered."
    ours = [place for place in every if not place.elsewhere_made]
    if not ours:
        return f"Nowhere. {SAMPLE} Nothing of yours was sent."
    sample = [SAMPLE] if len(ours) < len(every) else []
    away = [place for place in ours if not place.here]
    if not away:
        what = _sent(story, Place("", "", True, sum(p.trained for p in ours), sum(p.asked for p in ours)))
        return " ".join([f"Nowhere: it stayed on the computer that runs this app ({what}).", *sample])
    said = [f"To {_named(place)}: {_sent(story, place)}." for place in away]
    if len(away) < len(ours):
        said.append("The rest stayed on the computer that runs this app.")
    return " ".join([*said, *sample, "How long it is kept there stands in that provider's terms."])


def _sent(story: Story, place: Place) -> str:
    parts = [
        f"{place.trained:,} examples to learn from" if place.trained else "",
        f"{place.asked:,} {story.noun} to answer, with their instructions" if place.asked else "",
    ]
    return " and ".join(part for part in parts if part)


def _named(place: Place) -> str:
    address = _address(place.host)
    own = address is not None and address.is_private
    where = f"{place.host}, an address in a private network" if own else place.host
    return f"{place.name} ({where})" if where else place.name


def _loops_back(host: str) -> bool:
    """Whether what is sent there never leaves the machine. A name that only begins like such an address is none."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
