"""The health of a data set: what is counted, what a model would learn worst, and whether it is enough."""

from __future__ import annotations

import csv
import math
import tracemalloc
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.chat import count_tokens
from ftcore.dataset.checks import CODES
from ftcore.dataset.health import Count, advise, examine
from ftcore.dataset.health.findings import WITH_THE_BALANCE
from ftcore.dataset.health.habits import HABITS
from ftcore.dataset.health.lengths import Lengths
from ftcore.records import Example, TrainingExample


def example(prompt: str, answer: str, system: str = "", **more) -> TrainingExample:
    first = [{"role": "system", "content": system}] if system else []
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return TrainingExample([*first, *turns], **more)


def labelled(**numbers: int) -> list[TrainingExample]:
    return [example(f"question {n}", label) for label, number in numbers.items() for n in range(number)]


def said(health) -> str:
    return "\n".join(finding.sentence for finding in health.worst)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=80))
def test_lengths_are_counted_exactly_below_4096_and_to_one_percent_above(lengths):
    counted = Lengths()
    for length in lengths:
        counted.add(length)
    spread, ordered = counted.spread(), sorted(lengths)
    assert (spread.rows, spread.total, spread.longest) == (len(lengths), sum(lengths), max(lengths))
    assert spread.mean == pytest.approx(sum(lengths) / len(lengths))
    for found, share in ((spread.median, 0.5), (spread.p95, 0.95)):
        exact = ordered[math.ceil(share * len(lengths)) - 1]
        assert found == exact if exact < 4096 else exact / 1.0101 - 1 <= found <= exact
    assert sum(bar.rows for bar in spread.bars) == len(lengths)
    assert len(spread.bars) <= 21
    assert all(one.high == other.low for one, other in zip(spread.bars, spread.bars[1:], strict=False))
    if max(lengths) < 4096:
        for bar in spread.bars:
            assert bar.rows == sum(bar.low <= length < bar.high for length in lengths)


texts = st.sampled_from(
    ["", "yes", "no", '{"a": 1}', "- one\n- two", "```py\nx\n```", "A long answer, with words in it. " * 3]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(texts, texts, st.sampled_from(["", "Be kind.", "Be brief."])), max_size=40))
def test_every_row_is_counted_once_in_every_table(rows):
    examples = [example(prompt, answer, system) for prompt, answer, system in rows]
    health = examine(examples)
    assert health.rows == len(rows)
    for table in (health.languages, health.shapes, health.turns):
        assert sum(count.rows for count in table) == len(rows)
    assert sum(count.rows for count in health.systems.commonest) + health.systems.without == len(rows)
    assert health.tokens.total == sum(count_tokens(one) for one in examples)
    assert examine(reversed(examples)) == health


def test_an_empty_data_set_is_told():
    health = examine([])
    assert (health.rows, health.worst, health.labels) == (0, (), None)
    assert health.enough[0].sentence.startswith("0 training examples: too few")


def test_shapes_keys_turns_and_tools_are_counted():
    tool = {"type": "function", "function": {"name": "look_up", "parameters": {}}}
    call = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "look_up"}}]}
    rows = [
        example("a", '{"name": "x", "age": 1}'),
        example("b", '{"age": 2, "name": "y"}'),
        example("c", '{"name": "z"}'),
        example("d", "[1, 2]"),
        example("e", "```python\nprint()\n```"),
        example("f", "1. one\n2. two"),
        example("g", "One line.\nAnd one more."),
        example("h", " "),
        TrainingExample([{"role": "user", "content": "i"}, call], tools=[tool]),
    ]
    health = examine(rows)
    shapes = {"JSON": 4, "code": 1, "list": 1, "text": 1, "empty": 1, "tool call": 1}
    assert {count.name: count.rows for count in health.shapes} == shapes
    assert health.key_sets == (Count("age, name", 2), Count("name", 1))
    assert (health.offering_tools, health.calling_tools, health.tools) == (1, 1, (Count("look_up", 1),))
    several = TrainingExample(rows[0].messages * 12)
    assert {c.name: c.rows for c in examine([*rows, several]).turns} == {"1": 9, "10 or more": 1}


def test_tokens_that_are_stored_are_not_counted_again():
    rows = [Example(1, 1, 1, example("hello", "good day"), tokens=1234)]
    assert examine(rows).tokens.total == 1234


def test_languages_and_scripts_are_told_apart():
    rows = [
        example("Where is the card that I have ordered from you?", "It is on the way to your house."),
        example("Wo ist die Karte, die ich bei euch bestellt habe?", "Sie ist auf dem Weg zu dir nach Hause."),
        example("Où est la carte que je vous ai demandée?", "Elle est dans le courrier et arrive avec la poste."),
        example("私のカードはどこにありますか、教えてください", "発送されました。もうすぐ届きます。"),
        example("Где моя карта, которую я заказал?", "Она уже в пути к вам."),
        example("ok", "42"),
    ]
    found = {count.name: count.rows for count in examine(rows).languages}
    names = ("English", "German", "French", "Chinese or Japanese", "Cyrillic", "not clear")
    assert found == dict.fromkeys(names, 1)


def test_the_balance_of_labels_is_counted_in_effective_labels():
    even = examine(labelled(refund=30, card=30, other=30)).labels
    assert even.effective == pytest.approx(3)
    assert (even.different, even.single, even.few) == (3, 0, 0)
    uneven = examine(labelled(refund=88, Card=1, other=1)).labels
    assert uneven.effective < 1.2
    assert uneven.single == uneven.few == 2
    assert [count.name for count in uneven.rarest] == ["other", "Card", "refund"]
    assert examine([example(f"q{n}", f"A long answer of its own, number {n}.") for n in range(30)]).labels is None


def test_a_rare_label_is_told_with_the_filter_that_shows_it():
    health = examine(labelled(refund=448, card=448, lost=4))
    (rare,) = [finding for finding in health.worst if finding.label == "lost"]
    assert rare.sentence == "The label “lost” has 4 of 900 examples: it will hardly ever be given."
    assert rare.rows == 4
    several = examine(labelled(refund=448, card=448, lost=3, other=1))
    assert "2 labels have fewer than 10 examples each, “other” only 1: they will hardly ever be given." in said(several)
    assert "80% of answers are “card”: in doubt, the model would say that." in said(
        examine(labelled(card=80, a=10, b=10))
    )
    assert examine(labelled(refund=12, card=12, lost=9)).worst == ()


def test_problems_are_told_by_what_they_would_teach():
    rows = [example(f"question {n}", f"An answer of its own, number {n}.") for n in range(200)]
    health = examine(rows, {"truncated": 24, "refusal": 1, "shouting": 0, "quite_new": 2})
    assert [finding.code for finding in health.worst] == ["truncated", "refusal", "quite_new"]
    assert [finding.sentence for finding in health.worst] == [
        "12% of answers stop in the middle: the model would learn to stop there.",
        "1 answer declines to help: the model would learn to decline.",
        "1% of examples have the problem “quite new”: the model would learn from that too.",
    ]
    assert [finding.rows for finding in health.worst] == [24, 1, 2]
    many = examine(rows, dict.fromkeys(HABITS, 50)).worst
    assert len(many) == 7
    assert many[0].code in ("broken_json", "empty")
    few = examine(rows[:20], {"truncated": 1, "refusal": 2}).worst
    assert [finding.sentence[:9] for finding in few] == ["2 answers", "1 answer "]


def test_every_problem_that_a_check_finds_has_its_words():
    assert sorted(set(CODES) - set(HABITS) - set(WITH_THE_BALANCE)) == []


def test_several_system_prompts_are_told():
    rows = [
        example(f"q {n}", f"Answer number {n}, in words.", ["Be kind.", "Be brief.", "Be wise."][n % 3])
        for n in range(60)
    ]
    assert "3 different system prompts: the model would behave as under each" in said(examine(rows))
    mixed = [*rows[::3], *[example(f"r {n}", f"Reply number {n}, in words.") for n in range(5)]]
    assert "5 examples without a system prompt, the others with one" in said(examine(mixed))
    assert "system" not in said(examine(rows[::3]))


def test_json_with_other_keys_is_told():
    rows = [example(f"q {n}", '{"product": "x", "urgent": true}' if n % 10 else '{"product": "x"}') for n in range(100)]
    assert "10% of JSON answers have other keys than most" in said(examine(rows))
    assert examine(rows).kind == "json"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (1, "1 training example: too few"),
        (9, "too few to train on"),
        (10, "not to expect much"),
        (49, "not to expect much"),
        (50, "a sensible start"),
        (100, "enough to see whether it helps"),
    ],
)
def test_enough_for_training_is_said_with_its_source(rows, words):
    (advice,) = advise(rows)
    assert words in advice.sentence
    assert advice.source == "OpenAI, supervised fine-tuning guide"


def test_the_rule_of_thumb_for_labels_is_called_ours():
    advice = examine(labelled(refund=60, card=60, lost=9)).enough
    assert advice[1].sentence.startswith("1 label has fewer than 10 examples, of 3 labels.")
    assert advice[1].source.startswith("our rule of thumb")
    assert examine(labelled(refund=60, card=60), training_rows=40).enough[0].sentence.startswith("40 training examples")


def test_memory_does_not_grow_with_the_rows():
    def rows(number):
        for n in range(number):
            yield Example(n, 1, 1, example(f"question {n}", f"An answer of its own, number {n}."), tokens=20 + n % 500)

    def peak(number):
        tracemalloc.start()
        examine(rows(number))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(24_000) < 1.3 * peak(8_000)


@pytest.mark.shared
def test_banking77_is_labels_in_english(shared_data):
    with (shared_data / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(file)][::5]
    health = examine(example(*row) for row in rows)
    counts = Counter(label for _, label in rows)
    assert health.kind == "labels"
    assert health.labels.different == len(counts) == 77
    assert [(c.name, c.rows) for c in health.labels.commonest] == sorted(
        counts.items(), key=lambda c: (-c[1], c[0].casefold())
    )[:30]
    assert 70 < health.labels.effective < 77
    assert health.shapes == (Count("label", len(rows)),)
    assert health.languages[0].name == "English"
    assert health.languages[0].rows > 0.85 * len(rows)
