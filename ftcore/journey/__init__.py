"""The whole journey without a browser: import, check, split, snapshot, train, evaluate, report.

It walks the same road as the pages: tasks in the database, a worker (here a thread of this process), the trainer server
through the openai SDK. A workspace whose app is running is used as it is, with the server that runs there.
"""

from ftcore.journey.walk import travel
from ftcore.journey.wish import JourneyError, Result, Wish

__all__ = ["JourneyError", "Result", "Wish", "travel"]
