"""The report: figures, sentences, and the files drawn from a `records.Story` and from nothing else."""

from ftcore.report.data import write_json
from ftcore.report.deck import write_deck
from ftcore.report.html import write_html
from ftcore.report.papers import write_data_sheet, write_model_card, write_papers

__all__ = ["write_data_sheet", "write_deck", "write_html", "write_json", "write_model_card", "write_papers"]
