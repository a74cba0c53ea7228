"""Scorers that are made ready for a run: by the training answers, the project's terms, a schema, a pattern."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers import NAMES, Context, make, missing
from ftcore.evaluation.scorers.labels_table import accuracy, by_label, confusion, macro_f1

HOUSE = tuple(
    f"We have your order {at} and will send it tomorrow. We don't ship on Sundays, so please wait until Monday."
    for at in range(100, 130)
)


def scorer_with(name: str, **options):
    return make(name, Context(training=HOUSE, options={name: options}))


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("card_arrival", 1),
        ("The label is **Card Arrival**.", 1),
        ("card-arrival", 1),
        ("card", 0),
        ("lost_card or card_arrival", 0),
        ("I do not know", 0),
        ("card arrivals", 0),
        ("card_arrival, I mean card_arrival", 1),
    ],
)
def test_a_label_is_recognised_inside_an_answer_but_not_among_several(answer, score):
    label = scorer_with("label", labels=["card", "card_arrival", "lost_card"])
    assert label.score(answer, "card_arrival") == score


def test_a_label_says_what_was_named_instead():
    label = scorer_with("label", labels=["card", "card_arrival", "lost_card"])
    assert label.why("lost card", "card") == "It says lost_card."
    assert label.why("lost card or card", "card") == "Several labels are named: lost_card, card."
    assert label.why("No idea", "card") == "No label is named."


def test_labels_come_from_training_and_prose_is_no_label():
    label = make("label", Context(training=("yes", "no", "yes")))
    assert label.score("Yes!", "yes") == 1
    with pytest.raises(EvaluationError, match="no labels"):
        make("label", Context(training=("word " * 40,)))


def test_the_table_of_labels_tells_what_is_confused():
    expected = ["a", "a", "a", "b", "b", "c"]
    given = ["a", "a", "b", "b", None, "a"]
    table = confusion(expected, given)
    assert table.labels == ("a", "b", "c", "(none of them)")
    assert table.table == ((2, 1, 0, 0), (0, 1, 0, 1), (1, 0, 0, 0), (0, 0, 0, 0))
    assert table.worst[0] == ("a", "b", 1)
    assert accuracy(expected, given) == 0.5
    scores = {one.label: (one.precision, one.recall, one.f1) for one in by_label(expected, given)}
    assert scores["a"] == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert scores["b"] == pytest.approx((1 / 2, 1 / 2, 1 / 2))
    assert scores["c"] == (0, 0, 0)
    assert macro_f1(expected, given) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_a_table_of_nothing_is_empty():
    assert confusion([], []).table == ()
    assert (accuracy([], []), macro_f1([], [])) == (0.0, 0.0)


def test_a_schema_names_the_place_that_does_not_fit():
    schema = {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": {"properties": {"price": {"type": "number"}}}}},
    }
    fits = make("json_schema", Context(schema=schema))
    wrong = '{"lines": [{"price": 1}, {"price": "two"}]}'
    assert fits.score(wrong, "") == 0
    assert fits.why(wrong, "").startswith("At lines[1].price: 'two' is not of type 'number'")
    assert fits.score('{"lines": []}', "") == 1
    assert fits.score('```json\n{"lines": []}\n```', "") == 0.5
    assert fits.why("[", "").startswith("Not JSON")


def test_a_schema_that_is_none_is_refused_and_one_that_points_elsewhere_fetches_nothing(monkeypatch):
    import socket

    fetched = []

    def refuse(*address: object) -> None:
        fetched.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(EvaluationError, match="no JSON schema"):
        make("json_schema", Context(schema={"type": "strange"}))
    pointing = make("json_schema", Context(schema={"$ref": "http://localhost:9/schema.json"}))
    assert pointing.score("{}", "") == 0
    assert "cannot be applied" in pointing.why("{}", "")
    assert fetched == []


def test_a_pattern_in_a_schema_that_would_take_for_ever_does_not():
    slow = make("json_schema", Context(schema={"type": "string", "pattern": "^(a|a)*$"}))
    assert slow.score('"' + "a" * 40 + '!"', "") == 0


def test_a_pattern_must_fit_the_whole_answer():
    code = scorer_with("regex", pattern=r"PN-\d{4}")
    assert code.score(" PN-1234\n", "") == 1
    assert code.score("It is PN-1234", "") == 0


def test_a_pattern_that_takes_for_ever_is_given_up_and_counts_as_missing():
    slow = scorer_with("regex", pattern=r"(a|aa)+$")
    answer = "a" * 200 + "!"
    found = slow.score(answer, "")
    assert math.isnan(found) or found == 0
    hopeless = scorer_with("regex", pattern=r"(x+x+)+y")
    found = hopeless.score("x" * 5_000, "")
    assert math.isnan(found) or found == 0


@pytest.mark.parametrize("pattern", ["(", "", None, 5])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(EvaluationError, match="pattern"):
        scorer_with("regex", pattern=pattern)


def test_numbers_may_differ_by_the_tolerance_and_no_more():
    near = scorer_with("numeric", tolerance=0.01)
    assert near.score("100.9", "100") == 1
    assert near.score("101.1", "100") == 0
    assert near.why("7", "100") == "Not found: 100."
    for wrong in (-1, "a", math.nan, True):
        with pytest.raises(EvaluationError, match="tolerance"):
            scorer_with("numeric", tolerance=wrong)


TERMS = Context(
    terms={
        "required": ["order number", "Refund", "返金"],
        "forbidden": ["client", "charge back"],
        "preferred": {"package": "parcel", "card": "bank card"},
    }
)


def test_required_terms_are_those_that_the_expected_answer_uses():
    required = make("required_terms", TERMS)
    expected = "Your REFUND needs the order number."
    assert required.score("The refund; tell me the order number", expected) == 1
    assert required.score("The refund is on its way", expected) == 0.5
    assert required.why("nothing", expected) == "Not used: order number, Refund."
    assert required.score("nothing", "none of them") == 1
    assert required.score("すぐ返金します", "返金") == 1


def test_a_forbidden_term_costs_everything_but_only_as_a_whole_word():
    forbidden = make("forbidden_terms", TERMS)
    assert forbidden.score("Dear Client, hello", "") == 0
    assert forbidden.why("Dear client", "") == "Used: client."
    assert forbidden.score("The clientele, charged back", "") == 1
    assert forbidden.score("We charge/client", "") == 0


def test_the_preferred_term_counts_and_the_longer_one_may_hold_the_shorter():
    preferred = make("preferred_terms", TERMS)
    assert preferred.score("the parcel and the package", "") == 0.5
    assert preferred.score("your bank card, not your card card", "") == pytest.approx(1 / 3)
    assert preferred.score("neither", "") == 1
    assert preferred.why("a package", "") == "Used: “package” (preferred: “parcel”)."


def test_phrases_that_training_uses_are_not_banned_unless_listed():
    usual = make("banned_phrases", Context(training=(*HOUSE, "Feel free to call.")))
    assert usual.score("As an AI language model, I cannot.", "") == 0
    assert usual.score("Feel free to write.", "") == 1
    own = scorer_with("banned_phrases", phrases=["per our conversation"])
    assert own.score("As per our conversation, yes", "") == 0
    assert own.why("As per our conversation, yes", "") == "Says: “per our conversation”."


def test_person_contractions_length_and_reading_follow_the_training_answers():
    context = Context(training=HOUSE)
    like = "We have your parcel 12 and will send it on Tuesday. We don't ship on Sundays, so please wait until then."
    unlike = "I am terribly sorry! It is my fault."
    for name in ("person", "contractions", "length_band", "readability", "character_ngrams"):
        scorer = make(name, context)
        assert scorer.score(like, "") > scorer.score(unlike, ""), name
        assert scorer.score(HOUSE[0], "") > 0.99, name
    assert make("person", context).why(unlike, "").startswith("Says “I”")
    assert make("length_band", context).score("x" * 50, "") == pytest.approx(50 / len(HOUSE[0]))
    assert make("contractions", context).score("I do not know", "") == 0


def test_a_habit_needs_a_few_training_answers():
    for name in ("person", "contractions", "length_band", "readability", "character_ngrams"):
        with pytest.raises(EvaluationError, match="needs 5 of them; there are 2"):
            make(name, Context(training=("one", "two", "  ")))


def test_readability_is_the_published_formula():
    from ftcore.evaluation.scorers.readability import readings

    found = readings("The committee deliberated yesterday. It rained.")
    words, sentences, letters, long = 6, 2, 40, 3
    assert found["ARI"] == pytest.approx(4.71 * letters / words + 0.5 * words / sentences - 21.43)
    assert found["LIX"] == pytest.approx(words / sentences + 100 * long / words)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(
    training=st.lists(st.text(max_size=30), max_size=8),
    kept=st.dictionaries(st.sampled_from(["required", "forbidden", "preferred"]), plain),
    option=st.dictionaries(st.sampled_from(["pattern", "tolerance", "labels", "phrases"]), plain),
    schema=st.none() | st.dictionaries(st.sampled_from(["type", "pattern", "properties", "$ref", "enum"]), plain),
    answer=st.text(max_size=30),
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_project_a_scorer_is_made_or_refused_in_words(training, kept, option, schema, answer):
    context = Context(tuple(training), kept, dict.fromkeys(NAMES, option), schema)
    for name in NAMES:
        if refused := missing(name, context):
            assert len(refused.split()) > 3
            continue
        scorer = make(name, context)
        for expected in ("", "card", *training[:2]):
            found = scorer.score(answer, expected)
            assert math.isnan(found) or 0 <= found <= 1
            assert isinstance(scorer.why(answer, expected), str)
