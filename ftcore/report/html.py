"""The report as one HTML file that asks the network for nothing and runs nothing but its own two scripts."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from ftcore.records import Story
from ftcore.report import curves, facts, figures, sections, words
from ftcore.report.file import replace_file
from ftcore.report.palette import ARMS, arm_colour
from ftcore.report.sections import escaped

_HERE = Path(__file__).parent


def write_html(story: Story, path: Path) -> Path:
    """Writes the report to `path`, atomically. Raises OSError when that can't be done."""
    return replace_file(path, as_html(story).encode("utf-8"))


def as_html(story: Story) -> str:
    """The whole document. Whatever people or models wrote is text in it: escaped, and no script but ours may run."""
    drawn = _figures(story)
    scripts = [_plotly(), (_HERE / "page.js").read_text(encoding="utf-8")] if drawn else []
    body = "\n".join(
        part
        for part in (
            sections.top(story),
            "<main>",
            sections.compared(story),
            sections.certainty(story),
            sections.regressions(story),
            sections.advice(story),
            sections.data(story),
            sections.training(story),
            sections.limits(story),
            sections.every_answer(story),
            sections.appendix(story),
            "</main>",
            sections.foot(story),
        )
        if part
    )
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="referrer" content="no-referrer">\n',
            f"<title>{escaped(story.project)}: report</title>\n",
            f"<style>\n{(_HERE / 'page.css').read_text(encoding='utf-8')}{_arm_colours()}</style>\n</head>\n<body>\n",
            body,
            f'\n<script type="application/json" id="figures">{_inert(drawn)}</script>' if drawn else "",
            "".join(f"\n<script>{script}</script>" for script in scripts),
            "\n</body>\n</html>\n",
        )
    )


def _arm_colours() -> str:
    """The arms' dots in the palette's colours; on paper the light ones."""

    def rules(dark: bool) -> str:
        return " ".join(f".dot.{arm} {{ background: {arm_colour(arm, dark=dark)}; }}" for arm in ARMS)

    return f"{rules(False)}\n@media screen and (prefers-color-scheme: dark) {{ {rules(True)} }}\n"


def _figures(story: Story) -> list[dict[str, Any]]:
    """Every figure twice, for light and dark, under the id of the place where it stands."""
    found = words.primary(story)
    drawn = []
    if story.arms:
        axis = words.axis_title(story)
        drawn.append(_both("figure-arms", lambda dark: figures.arm_bars(story.arms, dark=dark, axis=axis)))
    if found:
        label, others = (
            words.label_of(story, found[0]),
            [(words.label_of(story, n), c) for n, c in story.comparisons[1:]],
        )
        kinds = [facts.kind_named(story, name) for name, _ in story.comparisons]
        drawn.append(
            _both(
                "figure-difference",
                lambda dark: figures.difference_plot(found[1], label, dark=dark, others=others, kinds=kinds),
            )
        )
    if len(story.losses) > 1:
        drawn.append(_both("figure-loss", lambda dark: curves.loss_curve(story.losses, dark=dark)))
    return drawn


def _both(place: str, draw: Any) -> dict[str, Any]:
    return {
        "id": place,
        "config": figures.CONFIG,
        **{name: _plain(draw(dark)) for name, dark in (("light", False), ("dark", True))},
    }


def _plain(figure: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def _policy(scripts: list[str]) -> str:
    """Nothing may be fetched, sent or run, except these scripts as they are."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii") for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _inert(value: Any) -> str:
    """JSON that can't end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
