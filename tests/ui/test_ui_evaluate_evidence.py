"""Evaluate, once a comparison is there: the verdict first, what it rests on, and what is folded away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.store import runs
from ftcore.store.database import Database
from tests.ui import measured_runs as measured
from tests.ui.measured_runs import FEW, HALF, HOSTILE, JSON, LABELLED, MODEL, MORE, PROSE, QUARTER, Kind

Open = Callable[..., AppTest]


def said(test: AppTest) -> str:
    kinds = (test.subheader, test.warning, test.info, test.caption, test.markdown, test.text)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "").replace("\u2060", "")


def rendered(test: AppTest) -> str:
    """What is drawn as Markdown."""
    kinds = (test.title, test.subheader, test.warning, test.info, test.caption, test.markdown)
    return "\n".join(element.value for kind in kinds for element in kind)


def charts(test: AppTest) -> list[str]:
    return [chart.proto.spec for chart in test.get("plotly_chart")]


def opened(test: AppTest, name: str) -> AppTest:
    """The page with one fold open."""
    test.session_state[f"fold-{name}"] = True
    test.run()
    assert not test.exception
    return test


def titles(test: AppTest) -> list[str]:
    return [caption.value.replace("\\", "") for caption in test.caption if caption.value.startswith("Example")]


def view(test: AppTest, name: str) -> AppTest:
    test.segmented_control(key="view").set_value(name).run()
    assert not test.exception
    return test


def test_the_verdict_is_one_sentence_with_its_range_and_its_stamp(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED, test=120)
    measured.run(project, LABELLED, looks=3)
    test = open_page("evaluate")
    assert not test.exception
    verdict = test.subheader[0].value.replace("\\", "").replace("\u2060", "")
    assert verdict.startswith("On the practice model, fine-tuning is")
    assert "on 120 unseen examples" in verdict
    assert "“Your best prompt (version 3)”" in verdict
    assert "One training run; repeats may differ" in said(test)
    assert "looked at 3 times" in said(test)
    assert "does not show that a larger model" in test.info[0].value
    assert MODEL in said(test)


@pytest.mark.parametrize("kind", [LABELLED, JSON, PROSE], ids=lambda kind: kind.name)
def test_nine_ways_of_every_kind_are_drawn_with_every_fold_open(db: Database, open_page: Open, kind: Kind) -> None:
    project = measured.begin(db, kind)
    measured.run(project, kind, usd=0.0004, lost=1)
    test = open_page("evaluate")
    for name in ("arms", "slices", "cost", "latency", "learning", *(["confusion"] if kind is LABELLED else [])):
        opened(test, name)
    drawn = "".join(charts(test))
    assert all(plan.label[:20] in drawn for plan in MORE)
    assert "US dollars per 1,000" in drawn
    assert "adjusted p" in drawn
    assert all(chart.proto.alt for chart in test.get("plotly_chart"))


def test_a_run_of_the_first_version_is_drawn_with_what_it_has(db: Database, open_page: Open) -> None:
    project = measured.begin(db, JSON)
    run = measured.run(project, JSON, arms=FEW)
    new = ("kind", "digest", "seconds_p95", "usd", "scores")
    old = {
        "arms": [{name: found for name, found in arm.items() if name not in new} for arm in run.result["arms"]],
        "comparisons": [
            {name: found for name, found in one.items() if name != "p_holm"} for one in run.result["comparisons"]
        ],
    }
    with db.write() as c:
        runs.change(c, run.id, result=old, settings={}, versions={})
    test = open_page("evaluate")
    assert not test.exception
    for name in ("arms", "slices", "cost", "latency", "learning"):
        opened(test, name)
    view(test, "Every answer")
    view(test, "How it was measured")


def test_another_comparator_may_be_looked_at_but_carries_no_verdict(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED)
    run = measured.run(project, LABELLED)
    test = open_page("evaluate")
    before = test.subheader[0].value
    assert "The verdict rests on the first line alone" in said(test)
    test.selectbox(key=f"against-{run.id}").set_value("rag").run()
    assert not test.exception
    assert "no verdict rests on it" in said(test)
    assert "Every way minus “Looked up in your documents”" in said(test)
    assert test.subheader[0].value == before


def test_parts_that_point_the_other_way_are_told(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED, test=160)
    measured.run(project, LABELLED)
    test = opened(open_page("evaluate"), "slices")
    assert "Better overall, worse for tag “refunds”" in said(test)
    table = next(frame.value for frame in test.dataframe if "Part" in frame.value)
    assert "Tag: refunds" in set(table["Part"])
    assert {"Examples", "Difference", "95% interval", "Adjusted p"} <= set(table)


def test_confusions_are_said_in_words_and_drawn(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED)
    measured.run(project, LABELLED)
    test = opened(open_page("evaluate"), "confusion")
    assert "was answered as" in said(test)
    assert any("heatmap" in chart for chart in charts(test))


def test_without_a_series_of_sizes_the_curve_says_how_to_get_one(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED)
    measured.run(project, LABELLED, arms=FEW)
    assert "Three sizes" in said(opened(open_page("evaluate"), "learning"))


def test_three_sizes_draw_a_curve_that_ends_at_twice_the_data(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED, train=40)
    measured.run(project, LABELLED, arms=(*FEW, QUARTER, HALF))
    test = opened(open_page("evaluate"), "learning")
    assert "It ends at 80 examples, twice as many as were tried" in said(test)
    assert "80 examples instead of 40" in said(test)


def test_the_worst_rows_lead_to_all_of_them(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED, test=120)
    run = measured.run(project, LABELLED)
    test = open_page("evaluate")
    assert len(titles(test)) == 5
    assert all("worse than" in title for title in titles(test))
    test.button(key="see-losses").click().run()
    assert not test.exception
    assert test.segmented_control(key="view").value == "Every answer"
    assert test.segmented_control(key=f"shown-{run.id}").value == "Worse"
    assert len(titles(test)) == 10
    assert all("worse than" in title for title in titles(test))


def test_answers_are_filtered_by_part_by_words_and_by_what_is_missing(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED, test=60)
    run = measured.run(project, LABELLED, lost=3)
    test = view(open_page("evaluate"), "Every answer")
    test.segmented_control(key=f"shown-{run.id}").set_value("Missing").run()
    assert len(titles(test)) == 3
    assert "No answer arrived" in said(test)
    test.segmented_control(key=f"shown-{run.id}").set_value("All").run()
    test.selectbox(key=f"part-{run.id}").set_value("Tag: refunds").run()
    assert any("15 rows" in text.value for text in test.text)
    test.text_input(key=f"words-{run.id}").set_value("TICKET 44:").run()
    assert len(titles(test)) == 1
    test.text_input(key=f"words-{run.id}").set_value("nothing says this").run()
    assert "None of the answers are of this kind." in said(test)
    assert not test.exception


def test_one_row_has_an_address_of_its_own(db: Database, open_page: Open) -> None:
    project = measured.begin(db, JSON)
    measured.run(project, JSON, arms=FEW)
    test = open_page("evaluate")
    first = titles(test)[0].split()[1]
    test.button(key=f"row-{first}").click().run()
    assert test.query_params["row"] in (first, [first])
    assert [title.split()[1] for title in titles(test)] == [first]
    again = open_page("evaluate", row=first, view="Every answer")
    assert [title.split()[1] for title in titles(again)] == [first]
    again.button(key="all-rows").click().run()
    assert len(titles(again)) == 10
    assert "not among the test examples" in said(open_page("evaluate", row="<b>99</b>", view="Every answer"))


def test_a_page_of_many_rows_reads_the_texts_of_ten(
    db: Database, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftcore.store import run_rows

    project = measured.begin(db, LABELLED, test=400)
    measured.run(project, LABELLED, arms=FEW)
    read: list[int] = []
    real = run_rows.answers

    def counting(c: object, run_id: int, cases: list[str]) -> object:
        read.append(len(cases))
        return real(c, run_id, cases)  # type: ignore[arg-type]

    monkeypatch.setattr(run_rows, "answers", counting)
    view(open_page("evaluate"), "Every answer")
    assert read
    assert max(read) <= 10


def test_what_models_and_people_wrote_is_never_markdown(db: Database, open_page: Open) -> None:
    project = measured.begin(db, PROSE)
    run = measured.run(project, PROSE)
    test = open_page("evaluate")
    shown = rendered(test)
    view(test, "Every answer")
    test.pills(key=f"ways-{run.id}").set_value([plan.name for plan in MORE]).run()
    assert not test.exception
    assert any(HOSTILE in text.value for text in test.text)
    assert "](http" not in shown + rendered(test)
    assert "Looked up in" in said(test)


def test_every_scorer_stands_at_its_answer_and_the_first_says_why(db: Database, open_page: Open) -> None:
    project = measured.begin(db, JSON)
    measured.run(project, JSON, arms=FEW)
    told = said(open_page("evaluate"))
    assert "Wrong or missing: category" in told
    assert "Valid JSON: 100" in told


def test_an_earlier_run_on_the_same_rows_is_laid_beside_it(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED)
    job = project.job()
    measured.run(project, LABELLED, arms=FEW, job=job, seed=2)
    renamed = replace(FEW[1], system="Another prompt.")
    measured.run(project, LABELLED, arms=(FEW[0], renamed, FEW[2]), job=job)
    test = view(open_page("evaluate"), "How it was measured")
    opened(test, "earlier")
    now, changed = (frame.value for frame in test.dataframe[-2:])
    assert list(now["Way"]) == [plan.label for plan in FEW]
    assert list(changed["What"]) == ["Your best prompt (version 3): prompt"]
    assert list(changed["Now"]) == ["Another prompt."]


def test_a_first_run_has_no_earlier_one(db: Database, open_page: Open) -> None:
    project = measured.begin(db, LABELLED)
    measured.run(project, LABELLED, arms=FEW)
    test = view(open_page("evaluate"), "How it was measured")
    assert not any("earlier" in str(fold.label) for fold in test.expander)
    assert "This is the first." in test.table[0].value.to_string().replace("\\", "")
