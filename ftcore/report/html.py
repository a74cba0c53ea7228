"""The report as one HTML file that asks the network for nothing and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from ftcore.records import Brand, Story
from ftcore.report import sections, sections_behind
from ftcore.report.colours import readable
from ftcore.report.file import replace_file
from ftcore.report.html_parts import escaped
from ftcore.report.palette import ARMS, DARK, LIGHT, arm_colour

_HERE = Path(__file__).parent
_SECTION = re.compile(r'<section id="([a-z0-9-]+)"[^>]*><h2[^>]*>(.*?)</h2>')
PARTS = (
    sections.compared,
    sections.certainty,
    sections.examples,
    sections.cost,
    sections.advice,
    sections_behind.decision,
    sections_behind.data,
    sections_behind.training,
    sections_behind.limits,
    sections_behind.sources,
    sections_behind.every_answer,
    sections_behind.appendix,
)
"""In the order in which they are read."""


def write_html(story: Story, path: Path) -> Path:
    """Writes the report to `path`, atomically. Raises OSError when that can't be done."""
    return replace_file(path, as_html(story).encode("utf-8"))


def as_html(story: Story) -> str:
    """The whole document. Whatever people or models wrote is text in it: escaped, and no script but ours may run."""
    told = [part for part in (section(story) for section in PARTS) if part]
    script = (_HERE / "page.js").read_text(encoding="utf-8") if told else ""
    style = f"\n{(_HERE / 'page.css').read_text(encoding='utf-8')}{_colours(story.brand)}"
    return "".join(
        (
            '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(script, style)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{escaped(story.project)}: report</title>\n",
            f"<style>{style}</style>\n</head>\n<body>\n",
            '<a class="skip" href="#main">To the report</a>\n',
            f'{sections.top(story)}\n{_contents(told)}<main id="main">\n',
            "\n".join(told),
            f"\n</main>\n{sections_behind.foot(story)}",
            f"\n<script>{script}</script>" if script else "",
            "\n</body>\n</html>\n",
        )
    )


def _contents(told: list[str]) -> str:
    """Links to the sections; the headings in them are HTML already."""
    found = [match.groups() for part in told if (match := _SECTION.match(part))]
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in found)
    return f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n' if len(found) > 2 else ""


def _colours(brand: Brand) -> str:
    """The arms' colours from the palette, and the organisation's, made readable on each ground; on paper the light ones."""

    def rules(dark: bool) -> str:
        ways = " ".join(f".{arm} {{ --c: {arm_colour(arm, dark=dark)}; }}" for arm in (*ARMS, "other"))
        on = DARK if dark else LIGHT
        own = brand.main and f"--accent: {readable(brand.main, on.background)};"
        second = brand.second and f"--rule: {readable(brand.second, on.background, 3.0)};"
        return f"{ways} :root {{ {own or ''} {second or ''} }}"

    return f"{rules(False)}\n@media screen and (prefers-color-scheme: dark) {{ {rules(True)} }}\n"


def _policy(script: str, style: str) -> str:
    """Nothing may be fetched, sent, run or styled, except by this script and this sheet as they are."""
    allowed = f"'sha256-{_digest(script)}'" if script else "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'sha256-{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
