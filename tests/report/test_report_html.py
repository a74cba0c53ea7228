"""The HTML report: complete, inert, private, and drawn in a real browser."""

import json
import re
from html.parser import HTMLParser

import pytest
import stories

from ftcore.records import Verdict
from ftcore.report import write_html
from ftcore.report.html import as_html

OURS = (
    " html head meta title style body header nav main section footer h1 h2 h3 p dl dt dd div span table caption thead tbody tr "
    "th td ul ol li b em small bdi code pre strong details summary a figure figcaption svg g rect line polyline path text tspan "
)
"""Every element that the report itself writes."""

DRAWING = {
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "dx",
    "width",
    "height",
    "d",
    "points",
    "text-anchor",
    "viewbox",
    "preserveaspectratio",
    "vector-effect",
    "overflow",
}
"""Attributes of figures, none of which can run or fetch anything."""


class Elements(HTMLParser):
    """The elements and attributes that a browser would find."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def outside_scripts(document):
    return re.sub(r"<script.*?</script>", "", document, flags=re.DOTALL)


@pytest.fixture(scope="module")
def naughty(shared_data):
    return json.loads((shared_data / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))


def test_the_report_tells_its_story_in_order():
    told = outside_scripts(as_html(stories.believable()))
    parts = (
        "Fine-tuning is worth it: 18 more of every 100",
        "Money",
        "Biggest risk",
        "Decision wanted",
        "What was compared",
        "How sure it is: clearly better",
        "Examples: the worst losses first",
        "What it costs, and when it pays",
        "What we advise, and why",
        "The decision record",
        "The data",
        "How it was trained",
        "Method and limits",
        "One training run; repeats may differ.",
        "Every answer side by side",
        "For the engineer",
        stories.TUNED,
        "Bonett-Price",
    )
    told = told.split("<main")[0].split("<nav")[0] + told.split("<main")[1]
    places = [told.find(part) for part in parts[:16]]
    assert -1 not in places
    assert places == sorted(places)
    assert all(part in told for part in parts)


def test_the_practice_stamp_stands_before_the_headline():
    told = as_html(stories.practice())
    assert told.index("Measured on the small practice model.") < told.index("<h1>")
    assert "Practice model" in told
    assert 'class="stamp"' not in as_html(stories.believable())


def test_the_best_alternative_is_claimed_only_when_one_was_chosen():
    from dataclasses import replace

    from ftcore.report import words

    chosen = stories.believable()
    assert "than your best alternative" in words.headline(chosen)
    why = "No validation scores are there to choose by, so it is the simplest."
    none = replace(chosen, best_chosen=False, comparator_why=why)
    told = outside_scripts(as_html(replace(none, recommendation=None, rows=stories.rows(120, tuned=1.0))))
    assert "than “Base with 3 examples”" in words.headline(none)
    assert "which need not be the best other way" in told
    assert why in told
    assert "best alternative" not in told


def test_private_rows_never_appear(naughty):
    assert "PRIVATE-ROW-TEXT" not in as_html(stories.hostile(naughty))


def test_at_most_200_answers_stand_there_and_the_rest_are_counted():
    from dataclasses import replace

    told = outside_scripts(as_html(replace(stories.believable(), rows=stories.rows(260))))
    assert "200 of 256" in told
    assert "56 more are in the app" in told
    assert told.count("(ticket ") < 2 * 206


def test_nothing_measured_still_gives_the_decision_marked_believed():
    told = as_html(stories.unmeasured())
    assert "Let the model look the facts up" in told
    assert ">Believed<" in told
    assert "Nothing has been measured." in told
    assert "<figure" not in told
    assert "Nothing has been decided or measured yet." in as_html(stories.nothing())


def test_the_file_refers_to_nothing_outside():
    for story in (stories.believable(), stories.practice(), stories.unmeasured()):
        told = outside_scripts(as_html(story))
        assert not re.search(r"""(src|action)\s*=|href\s*=\s*"[^#]|url\(|@import""", told)
        assert "default-src 'none'" in told
        assert "unsafe-" not in told


def test_hostile_text_is_text(naughty):
    told = outside_scripts(as_html(stories.hostile(naughty)))
    found = Elements()
    found.feed(told)
    assert not [tag for tag in found.tags if f" {tag} " not in OURS]
    assert not [
        name for name in found.attributes if name.startswith("on") or name in ("style", "src", "srcdoc", "action")
    ]
    assert found.attributes - DRAWING <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "role",
        "aria-label",
        "aria-labelledby",
        "scope",
        "dir",
        "tabindex",
        "hidden",
        "href",
        "data-names",
        "data-outcome",
    }
    assert told.encode("utf-8")
    assert "\x00" not in told


@pytest.mark.e2e
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_the_figures_are_drawn_and_hostile_text_runs_nothing(browser, tmp_path, naughty, scheme):
    believable = write_html(stories.believable(), tmp_path / "believable.html")
    hostile = write_html(stories.hostile(naughty), tmp_path / "hostile.html")
    said, asked = [], []
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for path in (believable, hostile) if scheme == "light" else (believable,):
        page.goto(path.as_uri())
        page.wait_for_selector("#figure-loss svg")
        assert page.locator("#figure-ways .mark").count() == 3
        for fold in page.locator("summary").all():
            fold.click()
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_every_verdict_has_its_sentence():
    from dataclasses import replace

    from ftcore.report import words

    told = set()
    for verdict in Verdict:
        story = replace(stories.believable(), comparisons=(("few_shot", stories.comparison(verdict=verdict)),))
        told.add(words.headline(story))
        assert words.risk(story)
        assert words.decision_wanted(story)
    assert len(told) == len(Verdict)


def test_not_worse_is_not_told_as_equal():
    from dataclasses import replace

    from ftcore.report import words

    ahead = stories.comparison(verdict=Verdict.NOT_WORSE, mean_difference=0.08, low=-0.03, high=0.20)
    story = replace(stories.believable(), comparisons=(("few_shot", ahead),))
    said = words.finding(story)
    assert "not worse than “Base with 3 examples”, perhaps better (−3 to +20 points" in said
    assert "equally" not in said
    assert "perhaps better" in words.headline(replace(story, recommendation=None))
    level = replace(story, comparisons=(("few_shot", replace(ahead, verdict=Verdict.EQUIVALENT)),))
    assert "brings nothing that matters" in words.finding(level)


def test_slide_one_names_the_measure_in_words_for_everybody():
    from dataclasses import replace

    from ftcore.evaluation.scorers import SCORERS
    from ftcore.report import words

    label = SCORERS["json_fields"].label
    story = replace(stories.believable(), scorer="json_fields", scorer_label=label)
    assert "18 points of 100 higher on “Fields filled correctly (F1)”" in words.headline(story)
