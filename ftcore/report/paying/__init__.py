"""What fine-tuning would cost a project, and when it pays: for the page and for reports."""

from ftcore.report.paying.briefly import gathered, lengths_told
from ftcore.report.paying.choices import Choice
from ftcore.report.paying.figure import By, alt_text, pay_plot, time_axis
from ftcore.report.paying.telling import (
    HORIZON,
    HORIZONS,
    OTHER_AS,
    TUNED_AS,
    PayCase,
    choose,
    pay_case,
    pay_case_in,
    pay_story,
    set_figure,
)

__all__ = [
    "HORIZON",
    "HORIZONS",
    "OTHER_AS",
    "TUNED_AS",
    "By",
    "Choice",
    "PayCase",
    "alt_text",
    "choose",
    "gathered",
    "lengths_told",
    "pay_case",
    "pay_case_in",
    "pay_plot",
    "pay_story",
    "set_figure",
    "time_axis",
]
