"""What a project would pay: each figure from the best source there is, and what people typed before all of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset.sample import furnish, load_sample
from ftcore.decision.pay import BY_KEY, NEVER
from ftcore.records import Split, TrainingExample
from ftcore.records.pay import Origin, Outcome, PayStory
from ftcore.report.paying import (
    OTHER_AS,
    TUNED_AS,
    choose,
    gathered,
    pay_case,
    pay_plot,
    pay_story,
    set_figure,
    time_axis,
)
from ftcore.report.paying.sources import typed_range
from ftcore.store import assumptions, decisions, endpoints, examples, imports, projects, runs
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.workspace import Workspace
from tests.finished_run import finished

TODAY = date(2026, 11, 28)


@pytest.fixture
def db(tmp_path: Path) -> Any:
    opened = Workspace(tmp_path).open_database()
    yield opened
    opened.close()


def project_of(db: Database, *, base: str = "Answer with a JSON object, please.", rows: int = 0) -> int:
    with db.write() as c:
        project = projects.create(c, "Tickets")
        projects.set_prompts(c, project.id, base=base, tuned="Ticket to JSON.")
        if rows:
            imported = imports.start(c, project.id, file_name="t.csv", sha256="", shape="columns", who="DK")
            example = TrainingExample(
                [{"role": "user", "content": "The zip broke."}, {"role": "assistant", "content": "warranty"}]
            )
            added = [NewExample(example, Split.TRAIN, tokens=20)] * rows
            examples.add(c, project.id, added, import_id=imported, source="t.csv", who="DK")
    return project.id


def measured_project(db: Database, *, practice: bool = True, scorer: str = "exact_match") -> int:
    """A finished run: 90 tokens in and 9 out for the tuned model, 600 and 12 with three examples."""
    run = finished(db, scorer=scorer)
    tokens = {"base": (70.0, 30.0), "few_shot": (600.0, 12.0), "fine_tuned": (90.0, 9.0)}
    arms = [
        {
            "arm": name,
            "kind": name,
            "label": name,
            "model": "ft:gpt-4.1-mini-2025-04-14:us::a" if name == "fine_tuned" else "gpt-4.1-mini-2025-04-14",
            "tokens_in": read,
            "tokens_out": written,
            "seconds_median": 0.5,
        }
        for name, (read, written) in tokens.items()
    ]
    with db.write() as c:
        runs.change(c, run.id, result={**run.result, "arms": arms})
        if not practice:
            real = endpoints.add(
                c, "our-openai", base_url="https://api.openai.com/v1", key_source="", provider="openai"
            )
            runs.change(c, run.id, endpoint_id=real.id)
    return run.project_id


def put(db: Database, project_id: int, **typed: Any) -> None:
    with db.write() as c:
        for name, value in typed.items():
            assumptions.put(c, project_id, name, value)


def figure(story: PayStory, key: str) -> Any:
    return next(one for one in story.figures if one.key == key)


def test_with_nothing_there_nothing_is_concluded_and_the_choice_is_asked_for(db: Database) -> None:
    found = pay_story(db, project_of(db, base=""), today=TODAY)
    assert found.outcome is Outcome.UNKNOWN
    assert found.sentence.startswith("Whether it would pay is not known yet: choose whose prices to calculate with.")
    assert all(label.startswith("Price of") for label in found.missing)  # lengths are estimated, never six blank fields
    assert figure(found, "tuned_in").origin is Origin.ASSUMED
    assert figure(found, "other_in").low < figure(found, "other_in").high
    assert figure(found, "calls").source.startswith("assumed")
    assert found.by_month == ()


def test_before_any_run_tokens_are_counted_in_the_projects_own_examples_and_prompts(db: Database) -> None:
    found = pay_story(db, project_of(db, rows=12), today=TODAY)
    long, short = figure(found, "other_in"), figure(found, "tuned_in")
    assert long.origin is Origin.COUNTED
    assert long.source == "counted in 12 of your examples and your instructions"
    assert long.low > short.low > 0
    assert figure(found, "example_tokens").low == pytest.approx(12 * 20)
    assert figure(found, "passes").low == 8  # the rule for 12 examples


def test_a_run_s_own_tokens_are_used_and_the_practice_model_is_named(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    found = pay_story(db, project_id, today=TODAY)
    assert (figure(found, "tuned_in").low, figure(found, "other_in").low) == (90, 600)
    assert figure(found, "tuned_in").source == "measured in run 1, on the practice model"
    assert figure(found, "scale").low < 1 < figure(found, "scale").high
    assert found.other == "few_shot"
    assert any(
        "measured on the small practice model; the prices are those of OpenAI: gpt-4.1-mini" in n for n in found.notes
    )
    assert found.quality == ""


def test_a_run_without_a_tuned_model_is_no_comparison_and_a_trial_tells_of_the_other_way_alone(db: Database) -> None:
    project_id = measured_project(db)
    with db.write() as c:
        run = runs.latest_done(c, project_id)
        assert run is not None
        runs.change(
            c,
            run.id,
            settings={**run.settings, "trial": "prompt_optimized"},
            result={**run.result, "candidate": "few_shot"},
        )
    found = pay_story(db, project_id, today=TODAY)
    assert figure(found, "other_in").source == "measured in trial 1, on the practice model"
    assert figure(found, "tuned_in").source.startswith("counted in")
    assert figure(found, "tuned_in").low < figure(found, "tuned_in").high  # another model's count than the other way's
    assert figure(found, "scale").low < 1


def test_a_price_has_its_source_its_date_and_its_age(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "nebius/below 20B parameters")
    choose(db, project_id, OTHER_AS, "openai/gpt-6-luna")
    found = pay_story(db, project_id, today=TODAY)
    assert figure(found, "train_price").low == 0.4
    told = "from the provider's own page, read 2026-08-20 (100 days ago: check it)"
    assert figure(found, "train_price").source == f"Nebius Token Factory: below 20B parameters, {told}"
    assert any(told in note for note in found.notes)
    assert found.missing == ("Price of 1,000,000 tokens in, fine-tuned", "Price of 1,000,000 tokens out, fine-tuned")


def test_the_models_last_day_is_known_by_its_familys_name_and_ends_the_reckoning(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4o-mini")
    found = pay_story(db, project_id, today=TODAY)
    assert found.shutdown == "2027-01-14"
    assert found.horizon == pytest.approx(47 / (365.25 / 12))
    assert any("No new fine-tuning jobs for anyone" in note for note in found.notes)


def test_the_list_marks_what_closes_and_begins_with_what_can_be_used_longest(db: Database) -> None:
    listed = pay_case(db, measured_project(db), today=TODAY).tuned_choices
    stops = [one.shutdown or date.max for one in listed[:-1]]
    assert stops == sorted(stops, reverse=True)
    mini = next(one for one in listed if one.key == "openai/gpt-4o-mini")
    assert mini.marked == (
        "OpenAI: gpt-4o-mini (shut down 14 Jan 2027; closed to newcomers; no new fine-tuning jobs from 6 Jan 2027)"
    )
    assert listed[0].marked.endswith("(you type what a call costs)")


def test_what_closes_stands_in_the_first_sentence_and_old_prices_beside_the_money(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    found = pay_story(db, project_id, today=TODAY)
    assert "no new fine-tuning jobs for anyone from 6 January 2027" in found.sentence
    assert "14 January 2027" in found.sentence
    assert found.money.endswith("(prices to check: from memory or undated)")


def test_a_chart_of_few_months_counts_weeks_and_every_axis_counts_whole_numbers() -> None:
    assert time_axis(1.54)[0] == "Weeks from today"
    assert [number for _, number in time_axis(1.54)[1]] == [0, 1, 2, 3, 4, 5, 6]
    assert time_axis(12) == ("Months from today", [(float(at), at) for at in range(0, 13, 2)])


def test_the_figures_are_gathered_into_a_few_lines_that_differ(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    lines, left = gathered(pay_story(db, project_id, today=TODAY))
    names = [what for what, _, _ in lines]
    assert names[0] == "Questions a month"
    assert len(set(names)) == len(names) <= 8
    assert ("1,000,000 tokens, fine-tuned", "$0.80 in, $3.20 out, $5 trained") in [
        (what, value) for what, value, _ in lines
    ]
    assert left > 0


def test_hosting_by_the_hour_that_is_typed_counts_for_as_many_hours_as_anybody_hosts(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    assert figure(pay_story(db, project_id, today=TODAY), "hosting_hours").origin is Origin.BLANK
    put(db, project_id, **{"hosting_hour@openai/gpt-4.1-mini": [2, 2]})
    found = pay_story(db, project_id, today=TODAY)
    assert figure(found, "hosting_hours").text == "160 to 730 hours"
    line = next(one for one in found.lines if one.what.startswith("Fine-tuning, each month"))
    assert line.how.startswith("($320 to $1,460) hosting")
    put(db, project_id, hosting_hours=[10, 10])
    assert figure(pay_story(db, project_id, today=TODAY), "hosting_hours").source == "you"


def test_prices_that_somebody_typed_over_are_not_to_be_checked(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    choose(db, project_id, OTHER_AS, "openai/gpt-6-luna")
    assert pay_story(db, project_id, today=TODAY).money.endswith("(prices to check: from memory or undated)")
    names = ("train_price", "tuned_price_in", "tuned_price_out", "tuned_price_cached")
    put(db, project_id, **{f"{name}@openai/gpt-4.1-mini": [3, 3] for name in names})
    found = pay_story(db, project_id, today=TODAY)
    assert "prices to check" not in found.money
    assert not [note for note in found.notes if note.startswith("Prices of")]


def test_another_models_prices_for_the_other_way_are_another_models_tokens(db: Database) -> None:
    project_id = measured_project(db, practice=False)
    assert figure(pay_story(db, project_id, today=TODAY), "scale").high == 1
    choose(db, project_id, OTHER_AS, "openai/gpt-6-luna")
    assert figure(pay_story(db, project_id, today=TODAY), "scale").origin is Origin.ASSUMED


def test_the_chart_says_one_number_of_calls_where_every_figure_is_one(db: Database) -> None:
    project_id = measured_project(db, practice=False)
    numbers = {"calls": 10**7, "hour_rate": 50, "hours_once": 10, "hours_month": 1, "retrain_every": 6}
    others = {"retrain_hours": 4, "other_cached": 0}
    put(db, project_id, **{name: [value, value] for name, value in (numbers | others).items()})
    found = pay_story(db, project_id, today=TODAY)
    assert found.outcome is Outcome.PAYS
    (said,) = [str(one.text) for one in pay_plot(found, by="calls").layout.annotations if "pays back" in str(one.text)]
    assert said.startswith("pays back after ")
    assert " to " not in said


def test_the_chart_says_the_soonest_payback_as_the_sentence_does_where_the_latest_is_never(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    put(db, project_id, calls=[10**4, 10**7])
    found = pay_story(db, project_id, today=TODAY)
    assert found.outcome is Outcome.DEPENDS
    (said,) = [str(one.text) for one in pay_plot(found).layout.annotations if "pays back" in str(one.text)]
    assert said.removesuffix(", or never") in found.sentence


def test_a_real_endpoints_own_prices_are_taken_without_asking(db: Database) -> None:
    project_id = measured_project(db, practice=False)
    case = pay_case(db, project_id, today=TODAY)
    assert case.tuned is not None
    assert case.tuned.label == "As measured: ft:gpt-4.1-mini-2025-04-14:us::a at our-openai"
    assert figure(case.story, "tuned_price_in").low == 0.80
    assert figure(case.story, "other_price_in").low == 0.40
    assert figure(case.story, "scale").low == figure(case.story, "scale").high == 1
    assert case.story.shutdown == "2027-01-14"


def test_a_right_answers_price_is_told_of_a_measure_that_counts_right_answers(db: Database) -> None:
    project_id = measured_project(db, practice=False)
    with db.write() as c:
        run = runs.latest_done(c, project_id)
        assert run is not None
        told = [
            {**one, "verdict": "clearly better", "low": 0.2, "high": 0.6, "mean_difference": 0.4}
            for one in run.result["comparisons"]
        ]
        runs.change(c, run.id, result={**run.result, "comparisons": told})
    put(db, project_id, calls=[1000, 2000])
    assert "40 more of every 100 (20 to 60)" in pay_story(db, project_id, today=TODAY).quality


def test_what_is_typed_goes_before_everything_and_is_kept_for_all(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    case = pay_case(db, project_id, today=TODAY)
    assert set_figure(db, case, project_id, "calls", (5_000, 9_000))
    assert set_figure(db, case, project_id, "retrain_every", (6, NEVER))
    found = pay_case(db, project_id, today=TODAY)
    assert (figure(found.story, "calls").text, figure(found.story, "calls").source) == ("5,000 to 9,000", "you")
    assert figure(found.story, "retrain_every").text == "every 6 months, or never"
    assert found.typed == {"calls", "retrain_every"}
    assert not found.story.sentence.startswith("Assuming")
    assert set_figure(db, found, project_id, "calls", None)
    assert figure(pay_story(db, project_id), "calls").origin is Origin.ASSUMED


def test_a_typed_price_belongs_to_the_model_that_was_chosen(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "nebius/below 20B parameters")
    set_figure(db, pay_case(db, project_id), project_id, "tuned_price_in", (0.2, 0.3))
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    assert figure(pay_story(db, project_id), "tuned_price_in").low == 0.80
    choose(db, project_id, TUNED_AS, "nebius/below 20B parameters")
    assert figure(pay_story(db, project_id), "tuned_price_in").high == 0.3


def test_what_was_answered_on_decide_stands_where_nothing_was_typed(db: Database) -> None:
    project_id = project_of(db, rows=3)
    from ftcore.decision import recommend

    with db.write() as c:
        said = {"calls_a_month": 4_000, "prompt_tokens": 900, "error_cost": "lots"}
        decisions.save(c, project_id, answers={}, reasons=(), recommendation=recommend({}), who="DK", details=said)
    found = pay_story(db, project_id, today=TODAY)
    assert (figure(found, "calls").low, figure(found, "calls").source) == (4_000, "your answer on Decide")
    assert figure(found, "other_in").low > 900
    put(db, project_id, calls=[10, 20])
    assert figure(pay_story(db, project_id), "calls").high == 20


hostile = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.floats(),
    st.integers(-5, 10**400),
    st.lists(st.floats() | st.none(), max_size=3),
)


@given(st.sampled_from(sorted(BY_KEY)), hostile)
def test_a_typed_figure_that_can_be_none_is_passed_over(key: str, value: Any) -> None:
    asked, found = BY_KEY[key], typed_range(BY_KEY[key], value)
    assert found is None or asked.least <= found[0] <= found[1] <= asked.most


def test_figures_from_elsewhere_that_are_none_are_passed_over(db: Database) -> None:
    project_id = measured_project(db)
    put(
        db,
        project_id,
        calls="many",
        hour_rate=[5, 1],
        passes=[float("1e300"), 3],
        tuned_as={"a": 1},
        horizon="soon",
        hours_once=True,
    )
    found = pay_story(db, project_id, today=TODAY)
    assert figure(found, "calls").origin is Origin.ASSUMED
    assert found.horizon == 12


def test_a_sample_opens_with_prices_of_models_that_can_be_bought_and_says_what_it_assumes(db: Database) -> None:
    sample = load_sample("tickets")
    with db.write() as c:
        project_id = projects.create(c, "Sample", sample=True).id
    furnish(db, project_id, sample)
    case = pay_case(db, project_id, today=TODAY)
    assert case.story.outcome is not Outcome.UNKNOWN
    assert case.story.sentence.startswith("Assuming 8,000 calls a month")
    assert case.story.money.startswith("$")
    assert case.story.money.endswith("(prices to check: guessed or over 90 days old)")
    assert case.tuned is not None
    assert case.tuned.shutdown is None
    assert figure(case.story, "train_price").source.startswith("Nebius Token Factory")
    assert figure(case.story, "tuned_price_in").source.startswith("assumed: a guess")
    set_figure(db, case, project_id, "calls", (9_000, 9_000))
    furnish(db, project_id, sample)
    assert figure(pay_story(db, project_id, today=TODAY), "calls").source == "you"


def test_a_price_file_with_figures_that_are_none_leaves_them_blank(db: Database, tmp_path: Path) -> None:
    project_id = measured_project(db)
    told = "source: provider, read: 2026-11-01"
    (tmp_path / "prices.yaml").write_text(
        f"""prices:
  - {{provider: acme, model: x, tuned: true, train: {{usd: 4, {told}}}, input: {{usd: 1.0e+300, {told}}}, output: {{usd: 2, {told}}}}}
""",
        encoding="utf-8",
    )
    choose(db, project_id, TUNED_AS, "acme/x")
    found = pay_story(db, project_id, today=TODAY)
    assert figure(found, "tuned_price_in").origin is Origin.BLANK
    assert figure(found, "tuned_price_out").low == 2


def test_the_chart_has_both_bands_and_marks_the_payback_and_the_last_day(db: Database) -> None:
    project_id = measured_project(db)
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    put(db, project_id, calls=[10**7, 10**8])
    found = pay_story(db, project_id, today=TODAY)
    assert found.outcome is not Outcome.NEVER
    for by in ("month", "calls"):
        for dark in (False, True):
            figure_ = pay_plot(found, by=by, dark=dark)
            texts = [str(note.text) for note in figure_.layout.annotations]
            assert any(text.startswith("pays back ") for text in texts)
            assert any("Fine" in text for text in texts) or any("fine_tuned" in text for text in texts)
            assert any("14 January 2027" in text for text in texts) is (by == "month")
            assert len(figure_.data) == 6


def test_a_name_in_the_chart_cannot_be_markup(db: Database) -> None:
    project_id = measured_project(db)
    with db.write() as c:
        run = runs.latest_done(c, project_id)
        assert run is not None
        arms = [{**arm, "label": "<img src=x>"} for arm in run.result["arms"]]
        runs.change(c, run.id, result={**run.result, "arms": arms})
    choose(db, project_id, TUNED_AS, "openai/gpt-4.1-mini")
    drawn = pay_plot(pay_story(db, project_id, today=TODAY)).to_json()
    assert "<img" not in drawn.replace("\\u003c", "<")
