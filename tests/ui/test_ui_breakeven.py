"""The break-even arithmetic on Decide: no figure without a source, and no conclusion without figures."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st
from types import SimpleNamespace
from unittest.mock import patch
from ftcore.records import Project
from ftcore.ui.decide import decide_folds

class Open:
    open = True
    def __enter__(self): return self
    def __exit__(self, *_): return None

with patch.object(decide_folds.st, "expander", lambda *_, **__: Open()):
    decide_folds.break_even_fold(Project(1, "P", base_prompt="Answer with a JSON object, please.", tuned_prompt=""))
"""


def drawn() -> AppTest:
    """The fold, opened: the test bench cannot open one."""
    return AppTest.from_string(PAGE, default_timeout=30).run()


def test_every_figure_starts_blank_but_what_is_counted_and_nothing_is_concluded() -> None:
    test = drawn()
    assert not test.exception
    filled = {field.label: field.value for field in test.number_input if field.value is not None}
    assert list(filled) == ["Tokens of today's prompt"]
    assert "10 figures are still missing" in test.text[0].value
    assert not [m.value for m in test.markdown if m.value.startswith("**")]


def test_the_conclusion_comes_with_the_last_figure() -> None:
    test = drawn()
    given = {"Questions a month": 10_000, "Tokens of a question": 60, "Tokens of an answer": 40, "Hosting a month": 0.0}
    given |= {"Tokens of today's prompt": 800, "Tokens of the short prompt": 20, "Training and preparing, once": 500.0}
    prices = ("Today's model", 2.5, 10.0), ("Tuned model", 0.3, 1.2)
    for model, into, out in prices:
        given |= {f"{model}: price of 1,000,000 tokens in": into, f"{model}: price of 1,000,000 tokens out": out}
    for field in test.number_input:
        if field.label != "Hosting a month":
            field.set_value(given[field.label])
    test.run()
    assert "1 figure is still missing" in test.text[0].value
    test.number_input(key="even-1-Hosting a month").set_value(0.0).run()
    assert not test.exception
    assert any(m.value.startswith("**Paid back after") for m in test.markdown)
