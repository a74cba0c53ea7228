"""Numbers as people say them, for every page."""

from __future__ import annotations

from datetime import datetime


def count(number: int, word: str, several: str = "") -> str:
    """ "1 example", "271 examples"."""
    return f"{number:,} {word if number == 1 else several or f'{word}s'}"


def duration(seconds: float) -> str:
    """ "40 seconds", "3 minutes", "1.5 hours"."""
    if seconds < 90:
        return count(max(1, round(seconds)), "second")
    if seconds < 5400:
        return count(round(seconds / 60), "minute")
    return f"{seconds / 3600:.1f} hours"


def seconds(number: float) -> str:
    """A short time as it was measured: "0.8 seconds", "12 seconds"."""
    return f"{number:.1f} seconds" if number < 9.95 else duration(number)


def span(low: float, high: float) -> str:
    """A low and a high guess of seconds in one unit: "2 to 4 minutes"."""
    for unit, size, below in (("seconds", 1, 100), ("minutes", 60, 5400)):
        if high < below:
            first, last = _rounded(low / size, unit), _rounded(high / size, unit)
            return f"{first} to {last} {unit}" if first != last else f"about {count(last, unit[:-1])}"
    return f"{low / 3600:.1f} to {high / 3600:.1f} hours"


def left(seconds: float) -> str:
    """The time that is left, no more exact than it can be known."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 100:
        return f"about {round(seconds / 10) * 10} seconds left"
    if seconds < 5400:
        return f"about {count(round(seconds / 60), 'minute')} left"
    return f"about {seconds / 3600:.1f} hours left"


def moment(when: datetime | None) -> str:
    """A moment in this computer's time: "23 Nov, 05:09"."""
    here = when.astimezone() if when else None
    return f"{here.day} {here:%b, %H:%M}" if here else ""


def _rounded(value: float, unit: str) -> int:
    return max(10, round(value / 10) * 10) if unit == "seconds" else max(1, round(value))
