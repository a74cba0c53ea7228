"""The report: figures, sentences, and the files drawn from a `records.Story` and from nothing else."""

from ftcore.report.data import write_json
from ftcore.report.deck import write_deck
from ftcore.report.html import write_html

__all__ = ["write_deck", "write_html", "write_json"]
