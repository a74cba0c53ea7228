"""Which models to try first: a dated list of what was read, honest about what was not."""

import re
from datetime import date

import pytest
from hypothesis import given, settings

from ftcore.app_files import data_dir
from ftcore.content import ContentError
from ftcore.endpoints.base_models import age_of, base_models_of, load, to_try
from ftcore.endpoints.facts import facts_of
from tests.content.spoiling import spoilt, told

TODAY = date(2026, 11, 28)
OWN = """\
version: 3
read_on: 2026-11-01
not_known: ""
base_models:
  - provider: nebius
    model: house-model
    why: {what: Ours., source: you, read: }
"""


@pytest.fixture
def shipped(workspace):
    return to_try(load(data_dir() / "base_models.yaml"), facts_of(workspace), today=TODAY)


def test_a_model_that_shuts_down_soon_is_never_the_first_to_try(shipped):
    assert [one.model for one in shipped] == ["gpt-6-luna", "gpt-4.1", "gpt-4.1-mini"]
    assert [one.ends_soon for one in shipped] == [False, True, True]
    assert shipped[0].shuts_down is None
    assert shipped[1].shuts_down == date(2027, 1, 14)


def test_every_line_says_its_price_and_whether_it_can_be_tuned_with_where_that_was_read(shipped):
    first = shipped[0]
    assert first.price == "$0.10 in, $0.01 for what is sent again, $0.50 out (from a third party, read 2026-10)"
    assert first.can_be_tuned is False
    assert first.tuning == "It cannot be fine-tuned. (from a third party, read 2026-11)"
    assert first.provider == "OpenAI"
    assert first.old == ()
    assert "date not known" in shipped[1].price
    assert shipped[1].old == ("price",)


def test_what_is_older_than_90_days_is_said(workspace):
    models = load(data_dir() / "base_models.yaml")
    later = date(2027, 3, 1)
    assert age_of(models, TODAY) == "List of 2026-11-28."
    assert age_of(models, later) == "List of 2026-11-28: 93 days old, more than 90. Look for newer models."
    found = to_try(models, facts_of(workspace), today=later)
    assert [one.model for one in found] == ["gpt-6-luna"]
    assert found[0].old == ("why", "price", "tuning")
    assert "days ago: check it" in found[0].why


def test_the_list_says_what_it_does_not_know_and_names_no_practice_model():
    models = load(data_dir() / "base_models.yaml")
    assert "thin" in models.not_known
    assert all(model.provider != "local" for model in models.models)


def test_an_organisation_s_own_list_stands_for_the_shipped_one(workspace):
    (workspace.root / "base_models.yaml").write_text(OWN)
    models, faults = base_models_of(workspace.root)
    assert (models.version, faults) == (3, ())
    (only,) = to_try(models, facts_of(workspace), today=TODAY)
    assert (only.model, only.provider, only.why, only.price) == (
        "house-model",
        "Nebius Token Factory",
        "Ours. (from you)",
        "",
    )
    assert (only.can_be_tuned, only.tuning, only.shuts_down) == (None, "", None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("provider: nebius", "provider: ", "line 5, base_models, entry 1, provider: a text is expected here, and there is none"),
        ("source: you", "source: a friend", "line 7, base_models, entry 1, why, source: 'a friend' is not one of provider"),
        ("read: }", "read: 2026-13}", "'2026-13' is no month; write 2026-11, or a day, 2026-11-28"),
        ("read: }", "read: last year}", "a date is expected here"),
        ("    model: house-model", "    modell: house-model", "did you mean 'model'?"),
        ("version: 3", "version: 3\nversion: 4", "line 2: 'version' stands here twice, first in line 1"),
    ],
)  # fmt: skip
def test_a_broken_list_is_told_with_its_line_and_the_shipped_one_holds(workspace, old, new, said):
    path = workspace.root / "base_models.yaml"
    path.write_text(OWN.replace(old, new))
    with pytest.raises(ContentError, match=r"base_models\.yaml, line \d+"):
        load(path)
    models, faults = base_models_of(workspace.root)
    assert models == load(data_dir() / "base_models.yaml")
    assert said in faults[0]


@settings(deadline=None)
@given(spoilt((data_dir() / "base_models.yaml").read_text(encoding="utf-8")))
def test_however_the_list_is_spoilt_it_loads_or_one_sentence_names_the_line(tmp_path_factory, text):
    said = told(load, tmp_path_factory.getbasetemp() / "base_models.yaml", text)
    assert re.match(r"base_models\.yaml, line [1-9]\d*", said)
    assert "\n" not in said
