"""The deck: native charts, nothing over the edge, safe text; and the story as JSON."""

import json
import re
import zipfile
from dataclasses import replace

import pytest
import stories
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.evaluation.scorers import SCORERS
from ftcore.records import Action, SideBySide, Verdict
from ftcore.report import words, write_deck, write_json
from ftcore.report.data import FORMAT, VERSION
from ftcore.report.file import clean, replace_file
from ftcore.report.html import as_html
from ftcore.report.slide_text import fitted

ALL = (
    stories.believable,
    stories.organised,
    stories.practice,
    stories.no_better,
    stories.trial,
    stories.unmeasured,
    stories.nothing,
)


@pytest.fixture(scope="module")
def naughty(shared_data):
    return json.loads((shared_data / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))


def opened(story, folder):
    from pptx import Presentation

    return Presentation(str(write_deck(story, folder / "deck.pptx")))


def texts(slide):
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        if getattr(shape, "has_table", False) and shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


@pytest.mark.parametrize("make", ALL)
def test_a_deck_opens_and_nothing_lies_outside_its_slides(tmp_path, make):
    deck = opened(make(), tmp_path)
    assert 1 <= len(deck.slides) <= 8
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
        assert slide.shapes.title.text_frame.text


def test_slide_one_stands_alone_and_the_method_is_in_its_notes(tmp_path):
    first = opened(stories.believable(), tmp_path).slides[0]
    said = "\n".join(texts(first))
    for part in (
        "18 more of every 100 questions",
        "Money",
        "Biggest risk",
        "Decision wanted",
        "pays back in 3 to 13 months",
        "Partly measured",
    ):
        assert part in said
    notes = first.notes_slide.notes_text_frame.text
    assert "Bonett-Price" in notes
    assert "One training run; repeats may differ." in notes


def test_charts_are_native_and_carry_the_figures_and_intervals(tmp_path):
    deck = opened(stories.believable(), tmp_path)
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == 4
    bars = charts[0].plots[0]
    assert list(bars.categories) == ["Fine-tuned, short prompt", "Base with 3 examples", "Base with the full prompt"]
    assert list(bars.series[0].values) == [86, 68, 41]
    found = re.findall(
        r"<c:v>([\d.]+)</c:v>", charts[0]._chartSpace.xml.split("<c:errBars")[1].split("</c:errBars>")[0]
    )
    assert [float(value) for value in found] == pytest.approx([5, 8, 9, 7, 9, 8])


def test_every_way_has_its_name_and_its_figure_behind_the_intervals_upper_end(tmp_path):
    deck = opened(stories.believable(), tmp_path)
    chart = next(shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart)
    unseen = chart.plots[0].series[1]
    assert list(unseen.values) == [91, 76, 50]
    assert [unseen.points[at].data_label.text_frame.text for at in range(3)] == ["86", "68", "41"]
    assert 'c:tickLblSkip val="1"' in chart._chartSpace.xml.replace("ns0:", "c:")


def test_the_practice_stamp_is_on_every_slide(tmp_path):
    for slide in opened(stories.practice(), tmp_path).slides:
        assert any("small practice model" in text for text in texts(slide))
        assert any(shape.name == "Practice stamp" for shape in slide.shapes)
    for slide in opened(stories.believable(), tmp_path).slides:
        assert not any(shape.name == "Practice stamp" for shape in slide.shapes)


def test_hostile_text_stays_text_and_private_text_stays_away(tmp_path, naughty):
    path = write_deck(stories.hostile(naughty), tmp_path / "deck.pptx")
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            assert b"PRIVATE-ROW-TEXT" not in content
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in content
            if name.endswith(".xlsx"):
                held = tmp_path / "chart.xlsx"
                held.write_bytes(content)
                with zipfile.ZipFile(held) as book:
                    assert not any(b"<f>" in book.read(part) for part in book.namelist())
    opened(stories.hostile(naughty), tmp_path)


def test_the_json_is_the_whole_story_without_private_rows(tmp_path, naughty):
    story = stories.believable()
    found = json.loads(write_json(story, tmp_path / "story.json").read_text(encoding="utf-8"))
    assert (found["format"], found["version"]) == (FORMAT, VERSION)
    assert found["headline"] == words.headline(story)
    assert found["story"]["recommendation"]["action"] == "fine_tune"
    assert found["story"]["comparisons"][0][1]["verdict"] == "clearly better"
    assert len(found["story"]["rows"]) == 118
    assert found["private_rows_left_out"] == 2
    told = write_json(stories.hostile(naughty), tmp_path / "story.json").read_text(encoding="utf-8")
    assert "PRIVATE-ROW-TEXT" not in told
    broken = replace(story, job_seconds=float("nan"))
    assert json.loads(write_json(broken, tmp_path / "story.json").read_text())["story"]["job_seconds"] is None


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        replace_file(path, b"new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_headline_says_what_was_measured_unless_something_stands_in_its_way():
    assert words.headline(stories.believable()).startswith("Fine-tuning is worth it: 18 more of every 100 questions")
    assert words.headline(stories.no_better()).startswith("Don't fine-tune. “Base with 3 examples” does as well on 120")
    practice = stories.practice()
    assert practice.recommendation.action is Action.MEASURE_FIRST
    assert words.headline(practice) == practice.recommendation.headline
    assert "On the practice model, fine-tuning is better" in words.headline(replace(practice, recommendation=None))
    missing = stories.comparison(verdict=Verdict.NOT_ENOUGH_EVIDENCE, n=113, missing=7)
    lost = replace(stories.believable(), comparisons=(("few_shot", missing),))
    assert (
        words.headline(lost)
        == "7 of 120 pairs of answers never arrived (5.8%), so there is no verdict. Ask for only those again."
    )
    close = stories.comparison(verdict=Verdict.NOT_ENOUGH_EVIDENCE, n=40, detectable_difference=0.15)
    assert words.headline(replace(lost, comparisons=(("few_shot", close),))).startswith(
        "Too close to call: 40 examples show only differences above about 15 points."
    )


def test_a_partial_score_is_told_in_points_and_not_as_right_answers():
    rows = tuple(replace(row, scores=dict.fromkeys(row.scores, 0.5)) for row in stories.rows(5))
    story = replace(stories.believable(), rows=rows, scorer="edit_similarity", scorer_label="Edit similarity")
    assert "18 points of 100 higher on “Edit similarity”" in words.headline(story)


@pytest.mark.parametrize("name", [*SCORERS, "one_of_long_ago"])
def test_correct_is_said_only_of_a_measure_that_can_see_it(name):
    """The scores are all 0 or 1 here, which says nothing about what was measured."""
    label = SCORERS[name].label if name in SCORERS else "One of long ago"
    story = replace(stories.believable(), scorer=name, scorer_label=label)
    said = "\n".join(
        (
            words.headline(story),
            words.finding(story),
            words.axis_title(story),
            words.score_words(story, 1.0),
            as_html(story),
        )
    )
    right = name in ("exact_match", "normalised_match")
    for word in ("handled correctly", "Right answers", "(right)", "(wrong)"):
        assert (word in said) == right, word
    assert right or f"higher on “{label}”" in words.headline(story)


def test_the_worst_regressions_are_those_that_may_be_shown_worst_first():
    worst = words.regressions(stories.believable())
    changes = [words.change(stories.believable(), row) for row in worst]
    assert changes == sorted(changes)
    assert all(change < 0 for change in changes)
    assert not any(row.private for row in worst)
    hidden = SideBySide("1", "a", "b", {}, {"few_shot": 1.0, "fine_tuned": 0.0}, private=True)
    assert words.regressions(replace(stories.believable(), rows=(hidden,))) == ()


@given(st.floats(-1, 1))
def test_a_difference_keeps_its_sign_and_never_reads_zero_when_it_is_not(share):
    said = words.signed(share)
    assert (said == "0") == (abs(share) < 0.0005)
    assert said == "0" or said.startswith("+" if share > 0 else "−")


@given(st.lists(st.text(min_size=1), max_size=6), st.floats(0.5, 12), st.floats(0.3, 6))
@settings(max_examples=50)
def test_fitted_text_is_never_longer_than_it_was_by_more_than_its_dots(lines, width, height):
    size, kept = fitted(lines, width, height, (18, 14, 11))
    assert size in (18, 14, 11)
    assert len(kept) <= len(lines)
    assert sum(map(len, kept)) <= sum(map(len, lines)) + 2


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_can_stand_in_any_file(text):
    found = clean(text)
    found.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", found)
