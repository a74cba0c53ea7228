"""What people and models wrote is never run, rendered or fetched."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.ui.page import plain

ROOT = Path(__file__).parent.parent.parent
FILES = sorted([*(ROOT / "ftcore" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])
NO_WIDTH = "\u2060"
RENDERERS = {"html", "iframe", "image", "components"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_page_renders_raw_html_or_fetches_an_image(file: Path) -> None:
    assert not list(_offences(file))


@given(st.text(alphabet="ab ![]()<>$:*_`#~|\\&{}+-.='\"\n", max_size=60))
def test_every_mark_of_markdown_is_escaped(text: str) -> None:
    shown = plain(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[!\[\]()<>$:*_`#~|&{}]", shown)
    assert re.sub(r"\\(.)", r"\1", shown).replace(NO_WIDTH, "") == " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["a -> b", ":material/home:", ":smile:", "www.evil.example", "http://evil.example", "me@evil.example"]
)
def test_what_is_made_after_the_escapes_are_gone_is_broken_up(text: str) -> None:
    assert NO_WIDTH in plain(text)
    assert NO_WIDTH not in plain("Undo: approved 3 (DK, 12:03), 50-60%, ft:tickets:1.")


def _offences(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html":
            yield f"{file.name}:{node.value.lineno} unsafe_allow_html"
        of_streamlit = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st"
        if of_streamlit and node.attr in RENDERERS:
            yield f"{file.name}:{node.lineno} st.{node.attr}"
