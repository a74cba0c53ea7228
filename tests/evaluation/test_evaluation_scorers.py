"""Scorers take any text whatever, and say what they mean."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers import NAMES, REASONS, SCORERS, Context, describe, get, make, missing, proposals, propose
from ftcore.evaluation.scorers.json_text import find_json

anything = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
"""Halves of surrogate pairs included."""
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), anything)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3))


CONTEXT = Context(
    training=(
        "Thank you for your order. We don't ship on Sundays.",
        "We'll refund the invoice within five days.",
        "Please send us the order number, and we will look for the parcel.",
        "Your parcel is late. It's on its way now!",
        "We are sorry. The shop is closed.",
        "Ihre Bestellung ist da.",
    ),
    terms={"required": ["refund", "C++", "返金"], "forbidden": ["client"], "preferred": {"client": "customer"}},
    options={"regex": {"pattern": r"\w+(?: \w+)*"}, "label": {"labels": ["card_arrival", "card", "lost-card"]}},
    schema={"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
)
MADE = {name: make(name, CONTEXT) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@given(answer=anything, expected=anything)
@settings(max_examples=80, deadline=None)
def test_a_score_is_between_0_and_1_for_any_text(name, answer, expected):
    scorer = MADE[name]
    assert 0 <= scorer.score(answer, expected) <= 1
    assert isinstance(scorer.why(answer, expected), str)
    if scorer.binary:
        assert scorer.score(answer, expected) in (0, 1)


@pytest.mark.parametrize("name", SCORERS)
@given(value=values)
@settings(max_examples=60, deadline=None)
def test_the_expected_answer_itself_gets_the_full_score(name, value):
    text = json.dumps(value)
    assert get(name).score(text, text) == 1.0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.shared
def test_naughty_strings_break_no_scorer(name, shared_data):
    strings = json.loads((shared_data / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    scorer = MADE[name]
    for text in strings:
        for other in ("", "{}", text, text[::-1]):
            assert 0 <= scorer.score(text, other) <= 1
            scorer.why(other, text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "[" * 500 + "]" * 500,
        '{"a":' * 900 + "1" + "}" * 900,
        "9" * 5_000,
        "x" * 300_000,
        "```json\n" * 2_000,
        "1," * 50_000,
        "do not " * 20_000 + "\u0130" * 100,
        "".join(chr(0x4E00 + at) for at in range(5_000)),
        " " * 100_000 + "/" + "\t" * 100_000,
    ],
    ids=[
        "open brackets",
        "deep list",
        "deep object",
        "long number",
        "long text",
        "fences",
        "thousands",
        "contractions",
        "many signs",
        "blanks",
    ],
)
def test_hostile_texts_are_scored_too(name, text):
    scorer = MADE[name]
    for answer, expected in ((text, "{}"), ("{}", text), (text, text)):
        assert 0 <= scorer.score(answer, expected) <= 1
        scorer.why(answer, expected)


@pytest.mark.parametrize(
    ("name", "answer", "expected", "score"),
    [
        ("exact_match", " card_arrival\n", "card_arrival", 1),
        ("exact_match", "Card_arrival", "card_arrival", 0),
        ("normalised_match", "**Card arrival.**", "card  ARRIVAL", 1),
        ("normalised_match", "ﬁne", "fine", 1),
        ("normalised_match", "STRASSE", "straße", 1),
        ("normalised_match", "1.5", "15", 0),
        ("normalised_match", "-5", "5", 0),
        ("normalised_match", "C++", "C", 0),
        ("normalised_match", "C#", "C", 0),
        ("normalised_match", "yes", "yes, sir", 0),
        ("normalised_match", "?", "!", 0),
        ("json_valid", '{"a": 1}', '{"a": 2}', 1),
        ("json_valid", '```json\n{"a": 1}\n```', '{"a": 2}', 0.5),
        ("json_valid", 'Here you are: {"a": 1}', '{"a": 2}', 0),
        ("json_valid", '{"a": NaN}', '{"a": 2}', 0),
        ("json_valid", "{'a': 1}", '{"a": 2}', 0),
        ("json_valid", "true", '{"a": 2}', 0),
        ("json_valid", "", '{"a": 2}', 0),
        ("json_fields", '{"b": "X.", "a": 1.0}', '{"a": 1, "b": "x"}', 1),
        ("json_fields", '{"a": 1, "b": "y"}', '{"a": 1, "b": "x"}', 0.5),
        ("json_fields", '{"a": 1}', '{"a": 1, "b": "x", "c": 1}', 0.5),
        ("json_fields", '{"a": 1, "b": 2, "c": 3}', '{"a": 1}', 0.5),
        ("json_fields", '{"l": [2, 1]}', '{"l": [1, 2]}', 1),
        ("json_fields", '{"l": [1, 1]}', '{"l": [1]}', 2 / 3),
        ("json_fields", '{"a": {"b": 1}}', '{"a.b": 1}', 0),
        ("json_fields", '{"a": true}', '{"a": 1}', 0),
        ("json_fields", '{"a": "1"}', '{"a": 1}', 0),
        ("json_fields", '{"a": []}', '{"a": null}', 0),
        ("json_fields", "{}", "{}", 1),
        ("json_fields", '```\n{"a": 1}\n```', '{"a": 1}', 1),
        ("json_fields", "Sorry", '{"a": 1}', 0),
        ("json_fields", "Refund.", "refund", 1),
        ("edit_similarity", "kitten", "sitting", 4 / 7),
        ("edit_similarity", "", "", 1),
        ("edit_similarity", "", "abc", 0),
        ("contains", "It is **Paris**, of course.", "paris", 1),
        ("contains", "Parisian", "Paris", 0),
        ("contains", "anything", "", 0),
        ("contains", "全額を返金します", "返金", 1),
        ("numeric", "It costs 1,234.50 euros", "1234.5", 1),
        ("numeric", "1234.51", "1234.5", 0),
        ("numeric", "3 of 4", "4 and 3 and 5", 2 / 3),
        ("numeric", "-5", "5", 0),
        ("numeric", "5 5", "5, 5, 5", 2 / 3),
        ("numeric", "About ten.", "about TEN", 1),
        ("numeric", "v1.2.3 on 2024-05-06", "7", 0),
        ("rouge_l", "the cat sat", "the cat sat on the mat", 2 * 3 / 9),
        ("rouge_l", "THE CAT!", "the cat", 1),
        ("rouge_l", "", "word", 0),
        ("chrf", "", "word", 0),
        ("bleu", "", "word", 0),
    ],
)
def test_what_a_scorer_means(name, answer, expected, score):
    assert get(name).score(answer, expected) == pytest.approx(score)


def test_a_score_says_why():
    assert "code fence" in get("json_valid").why('```json\n{"a": 1}\n```', "{}")
    assert "Not JSON" in get("json_valid").why("{oops", "{}")
    assert "an object" in get("json_valid").why("[1]", "{}")
    assert (
        get("json_fields").why('{"a": 1, "z": 2}', '{"a": 2, "b": {"c": 3}}')
        == "Wrong or missing: a, b.c. Not expected: z."
    )
    assert "Only case" in get("exact_match").why("Yes.", "yes")


def test_a_fence_is_taken_off_only_when_nothing_stands_beside_it():
    assert find_json("```json\n[1]\n```").fenced
    assert not find_json("Here:\n```json\n[1]\n```").there
    assert find_json("\ufeff[1]").there


def test_an_unknown_scorer_is_refused_with_the_list():
    with pytest.raises(EvaluationError, match="exact_match"):
        get("bleurgh")


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        (["card_arrival", "lost_card", "card_arrival", "lost_card"], "exact_match"),
        ([f"label_{at}" for at in range(77)], "exact_match"),
        (["Yes, please", "No, thanks"] * 10, "exact_match"),
        (['{"intent": ["a"]}'] * 9 + ["oops"], "json_fields"),
        (
            ["A kind reply to somebody, with many words and a reason why it came late."] * 2 + ["Another."],
            "edit_similarity",
        ),
        ([f"Dear customer {at}, thank you" for at in range(20)], "edit_similarity"),
        ([f"{at} days" for at in range(10)] + ["no", "a credit note"], "contains"),
        ([], "exact_match"),
    ],
)
def test_a_scorer_is_proposed_from_the_answers(expected, name):
    proposed, why = propose(expected)
    assert proposed == name
    assert why.endswith(".")


@pytest.mark.shared
def test_real_labels_and_real_json_get_the_right_scorer(shared_data):
    import csv

    with (shared_data / "banking77" / "train.csv").open(encoding="utf-8", newline="") as file:
        labels = [row["category"] for row in csv.DictReader(file)]
    assert propose(labels[:5000:50])[0] == "exact_match"
    assert propose(labels)[0] == "exact_match"


@pytest.mark.parametrize(
    ("expected", "further"),
    [
        (["a", "b", "a", "b"], "label"),
        (['{"a": 1}'] * 3, "json_schema"),
        (["A kind reply with many words and a reason.", "Another kind reply, as long as the first."], "length_band"),
        (["12 euros", "13 euros 50", "about 7"], "numeric"),
    ],
)
def test_further_scorers_are_proposed_and_all_exist(expected, further):
    found = proposals(expected)
    assert further in found.further
    assert found.primary not in found.further
    assert set(found.further) <= set(NAMES)
    assert (found.primary, found.why) == propose(expected)


@pytest.mark.parametrize("name", NAMES)
def test_every_scorer_says_what_it_measures_where_it_comes_from_and_what_it_cannot_see(name):
    for scorer in (MADE[name], describe(name)):
        assert scorer.name == name
        assert scorer.reason in REASONS
        assert scorer.label
        assert scorer.source
        assert scorer.explanation.endswith(".")
        assert scorer.blind_to.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_scorer_that_was_made_goes_to_another_process_and_scores_the_same(name):
    import pickle

    scorer = MADE[name]
    copy = pickle.loads(pickle.dumps(scorer))
    text = "We don't refund the client 5 cards."
    assert copy.score(text, text[:20]) == scorer.score(text, text[:20])


def test_the_good_reasons_are_those_of_the_decision():
    from ftcore.decision.framework import GOOD_REASONS

    assert set(REASONS) - {"quality"} < set(GOOD_REASONS)


def test_what_a_scorer_lacks_is_said_and_not_guessed():
    nothing = Context()
    needing = {name for name in NAMES if missing(name, nothing)}
    assert needing == set(NAMES) - set(SCORERS)
    for name in needing:
        assert missing(name, nothing).endswith(".")
    assert missing("length_band", Context(training=("a",) * 5)) == ""
    assert "own" not in describe("edit_similarity").source
    assert describe("of long ago") is None
    with pytest.raises(EvaluationError, match="no scorer named 'bleurgh'"):
        make("bleurgh", nothing)


@given(scored=st.lists(st.tuples(anything, anything), max_size=3))
@settings(max_examples=30, deadline=None)
def test_chrf_and_bleu_are_sacrebleus(scored):
    from sacrebleu.metrics import BLEU, CHRF

    for answer, expected in (*scored, ("The cat sat on the mat.", "the cat is on the mat"), ("a a a b", "a b a")):
        if answer.split() == expected.split():
            continue
        theirs = BLEU(effective_order=True).sentence_score(answer, [expected]).score / 100
        assert get("bleu").score(answer, expected) == pytest.approx(min(1, theirs), abs=1e-9)
        if "".join(answer.split()) != "".join(expected.split()):
            theirs = CHRF().sentence_score(answer, [expected]).score / 100
            assert get("chrf").score(answer, expected) == pytest.approx(theirs, abs=1e-9)


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
@settings(deadline=None)
def test_rouge_l_is_f1_over_the_longest_common_subsequence(answer, expected):
    longest = [[0] * (len(expected) + 1) for _ in range(len(answer) + 1)]
    for i, x in enumerate(answer):
        for j, y in enumerate(expected):
            longest[i + 1][j + 1] = longest[i][j] + 1 if x == y else max(longest[i][j + 1], longest[i + 1][j])
    total = len(answer) + len(expected)
    wanted = 2 * longest[-1][-1] / total if total else 1.0
    assert get("rouge_l").score(" ".join(answer), " ".join(expected)) == pytest.approx(wanted, abs=1e-12)
