"""What ends at the provider: the risk that comes before every other one where fine-tuning is advised."""

from __future__ import annotations

import re
from datetime import date, datetime

from ftcore.records import Story
from ftcore.report.facts import day

DAYS_A_MONTH = 365.25 / 12
_CLOSES = re.compile(r"closed to newcomers (?:since|from) [^;.()]+|no new [^;.()]+? (?:since|from) [^;.()]+")
"""As `paying/closing.py` puts it into the sentence about the money."""


def of(story: Story) -> str:
    """The shutdown of the model (the tuned one, or the one that the cost was worked out with) within the months that were looked
    ahead, else that the provider closes its trainings, in a sentence; "" where neither is known."""
    last = min(
        (one for one in (_date(story.shutdown), _date(story.pay.shutdown if story.pay else "")) if one), default=None
    )
    horizon = story.pay.horizon if story.pay else 12.0
    made = _date(story.made_at)
    if last and made and (last - made).days <= horizon * DAYS_A_MONTH:
        gone = "was shut down" if last <= made else "is shut down"
        which = "The model" if last == _date(story.shutdown) else "The model whose prices were used"
        return f"{which} {gone} on {day(last.isoformat())}: what is tuned from it has to be trained and measured again on another."
    closes = " and ".join(_CLOSES.findall(story.pay.sentence)) if story.pay else ""
    return (
        f"The provider ends its training of models: {closes}. A later repeat may not be possible there."
        if closes
        else ""
    )


def _date(said: str) -> date | None:
    try:
        return datetime.fromisoformat(said).date()
    except ValueError:
        return None
