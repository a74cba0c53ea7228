"""What fine-tuning would cost a project, and when it pays: for the page and for reports."""

from ftcore.report.paying.choices import Choice
from ftcore.report.paying.telling import HORIZON, HORIZONS, OTHER_AS, TUNED_AS, PayCase, pay_case, pay_story

__all__ = ["HORIZON", "HORIZONS", "OTHER_AS", "TUNED_AS", "Choice", "PayCase", "pay_case", "pay_story"]
