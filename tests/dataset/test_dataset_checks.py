"""What the checks find, and what they leave alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from ftcore.dataset.checks import DATASET_CODES, Limits, check_one, find_problems
from ftcore.dataset.duplicates import groups, near_duplicates
from ftcore.dataset.sources import read
from ftcore.records import Accepted, Severity, TrainingExample

ANSWER = "Your parcel left our warehouse this morning and arrives on Friday."
LONG = " ".join(f"Step {n} takes {n + 3} minutes and needs tool {n * 7}." for n in range(60))
GOOD = [
    "Where is my parcel? It should have come on Monday.",
    "Can I change the colour of the lamp that I ordered?",
    "The kettle leaks from its base since I descaled it.",
    "Do you repair bicycles that were bought somewhere else?",
    "I would like an invoice with the name of my company.",
    "My voucher is not accepted at the checkout, why?",
    "How long may I keep a rented drill over the weekend?",
    "Is the blue jacket still there in a small size?",
    "The instructions for the shelf miss page four.",
    "Please delete my account and all my data.",
]


def example(prompt: str, answer: str, system: str = "") -> TrainingExample:
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return TrainingExample([{"role": "system", "content": system}, *messages] if system else messages)


def among(*planted: TrainingExample, others=None):
    """The problems of the planted examples among ten good ones."""
    rest = (
        [example(prompt, f"{ANSWER} {n} of 10 thanks.") for n, prompt in enumerate(GOOD)] if others is None else others
    )
    found = find_problems([*rest, *planted])
    assert not any(found[: len(rest)]) or others is not None, found[: len(rest)]
    return found[len(rest) :]


def codes(problems):
    return [problem.code for problem in problems]


def test_good_examples_have_no_problem():
    assert among() == []
    assert among(example("What are your opening hours?", "We are open from nine to five, Monday to Friday.")) == [[]]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("", "empty"),
        ("\u200b\u200b", "empty"),
        ("Yes.", "too_short"),
        (LONG, "too_long"),
        ("As an AI language model, I have no access to your orders.", "refusal"),
        ("I'm sorry, but I can't assist with that request.", "refusal"),
        ("I\u2019m sorry, I cannot help you with this.", "refusal"),
        ("Als KI-Sprachmodell kann ich diese Frage nicht beantworten.", "refusal"),
        ("I cannot assist with this request, please ask somebody else.", "refusal"),
        ("Unfortunately, I can't help with that.", "refusal"),
        ("[see page four of the manual that came with it.", "truncated"),
        ("You can send the parcel back within 30 days if the", "truncated"),
        ("Our warehouse has sent the parcel and it arrives on Friday or", "truncated"),
        ("Run this:\n```\nmake install\nand then restart the machine.", "truncated"),
        ("Dear {{customer_name}}, your parcel arrives on Friday.", "placeholder"),
        ("Dear [insert name here], your parcel arrives on Friday.", "placeholder"),
        ("TODO", "placeholder"),
        ("lorem ipsum dolor sit amet, consectetur.", "placeholder"),
        ("Your caf\u00c3\u00a9 table arrives on Friday.", "encoding_damage"),
        ("It\u00e2\u20ac\u2122s on its way to you since Monday.", "encoding_damage"),
        ("Your table \ufffd arrives on Friday.", "encoding_damage"),
        ("Your table\x07 arrives on Friday.", "encoding_damage"),
        ("Write to maria.gomez@lampshop.co.uk and we will help.", "personal_data"),
        ("Call me at +44 20 7946 0958 in the morning.", "personal_data"),
        ("Call (415) 867-5309 in the morning.", "personal_data"),
        ("Pay to DE89 3704 0044 0532 0130 00 please.", "personal_data"),
        ("My card is 4111 1111 1111 1111, please check.", "personal_data"),
        ("Amex 3782 822463 10005 was charged twice.", "personal_data"),
        ("Use the key sk-proj-abcdefghijklmnopqrstuvwx0123 for it.", "personal_data"),
        ("AKIAIOSFODNN7EXAMPLE is the key of the shop.", "personal_data"),
    ],
)
def test_each_bad_answer_is_found_for_what_it_is(answer, code):
    (problems,) = among(example("A question of its own, about garden chairs?", answer))
    assert code in codes(problems)
    assert not set(codes(problems)) - {code, "too_short", "truncated"}
    for problem in problems:
        assert problem.where == "response"
        assert problem.message.endswith((".", "?"))


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but we can't ship lamps to Norway at the moment.",
        "Sorry, I can't see your order in our system; which name is it under?",
        "Unfortunately I cannot find the order under this number.",
        "Order 2023-05-14-0017 was sent on 14/05/2023 at 10:30:00.",
        "The article number is 4006381333931 and costs 1,234,567.89 euros.",
        "Write to help@example.com or call 555-0123.",
        "Version 10.0.19045.3803 of 2024-01-15 fixes it, see 192.168.100.200.",
        "NÃO se preocupe, a encomenda chega na sexta-feira. Água também.",
        "Best wishes from all of us!\n\nThe lamp shop team",
        "You need:\n- two screws\n- a drill\n- some patience",
        "You can read all about it here: https://shop.example/returns",
        "Thank you so much, we are very happy to hear that \N{SMILING FACE WITH SMILING EYES}",
        "The transaction 1234567812345678 was booked twice.",
        "The tests were done; nothing is left to do for you.",
    ],
)
def test_these_answers_are_left_alone(answer):
    assert among(example("A question of its own, about garden chairs?", answer)) == [[]]


def test_personal_data_is_never_repeated_and_is_found_in_every_turn():
    secret = "maria.gomez@lampshop.co.uk"
    turns = [
        ("user", f"I am {secret}"),
        ("assistant", "Hello, how can I help you?"),
        ("user", "My lamp is broken."),
        ("assistant", ANSWER),
    ]
    conversation = TrainingExample([{"role": role, "content": text} for role, text in turns])
    problems = [p for p in check_one(conversation) if p.code == "personal_data"]
    assert [p.where for p in problems] == ["messages"]
    assert secret not in problems[0].message
    assert turns[0][1][problems[0].start : problems[0].end] == secret


def test_copies_and_near_copies_point_to_the_first_one():
    first = example("The lamp that I ordered last week came without its bulb, can you send one?", ANSWER)
    near = example("The lamp that I ordered last week arrived without its bulb, can you send one?", ANSWER)
    shouted = example(first.prompt.upper(), ANSWER)
    found = among(first, first, near, shouted)
    assert [[(p.code, p.related) for p in problems] for problems in found] == [
        [],
        [("exact_duplicate", 10)],
        [("near_duplicate", 10)],
        [("near_duplicate", 10)],
    ]


def test_short_questions_that_differ_in_a_number_are_not_twins():
    assert near_duplicates(["Where is order 4417?", "Where is order 4418?"]) == []
    assert len(near_duplicates(["Where is order 4417?", "where is order 4417 ?"])) == 1
    assert near_duplicates(["How do I cancel a transfer?", "How do I cancel an account?"]) == []


def test_scripts_without_spaces_are_compared_too():
    text = "先週注文したランプが電球なしで届きました。電球を送っていただけますか。よろしくお願いします。"
    assert (
        near_duplicates([text, text.replace("先週", "昨日"), "営業時間を教えてください。土曜日も開いていますか。"])[
            0
        ].later
        == 1
    )
    assert groups([text, "x", text.replace("先週", "昨日")]) == [0, 1, 0]


def test_edited_copies_among_thousands_are_found_and_strangers_are_not():
    chance = random.Random(1)
    words = [f"w{n}" for n in range(2000)]
    texts = [" ".join(chance.choices(words, k=60)) for _ in range(1500)]
    for n in range(100):
        edited = texts[n].split()
        for at in chance.sample(range(60), 3):
            edited[at] = "changed"
        texts.append(" ".join(edited))
    found = {(pair.earlier, pair.later) for pair in near_duplicates(texts)}
    planted = {(n, 1500 + n) for n in range(100)}
    assert found <= planted
    assert len(found) >= 95


def test_a_contradiction_is_found_on_both_sides():
    labels = [example(f"{prompt} ({n})", ["parcel", "order", "repair"][n % 3]) for prompt in GOOD for n in range(3)]
    found = find_problems(
        [
            *labels,
            example("Where is it?", "parcel"),
            example("where is it", "Repair."),
            example("Where is it?", "Parcel"),
        ]
    )
    assert [[(p.code, p.related) for p in problems if p.code == "contradiction"] for problems in found[-3:]] == [
        [("contradiction", 31)],
        [("contradiction", 30)],
        [("contradiction", 31)],
    ]


def test_the_same_json_in_another_order_is_no_contradiction():
    rows = [example(prompt, '{"a": 1, "b": ["x", "y"]}') for prompt in GOOD]
    assert "contradiction" not in codes(find_problems([*rows, example(GOOD[0], '{"b":["y","x"],"a":1}')])[-1])
    assert "contradiction" in codes(find_problems([*rows, example(GOOD[0], '{"b":["y","x"],"a":2}')])[-1])


def test_the_conversation_before_belongs_to_the_question():
    def told(before: str, answer: str) -> TrainingExample:
        talk = [("user", before), ("assistant", "I see."), ("user", "And now?"), ("assistant", answer)]
        return TrainingExample([{"role": role, "content": text} for role, text in talk])

    found = find_problems(
        [told("It is red.", "Then stop here and wait."), told("It is green.", "Then go ahead and walk.")]
    )
    assert "contradiction" not in codes(found[0])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ('{"category": "delivery", "urgency": "hi', "truncated"),
        ('{"category": "delivery",', "truncated"),
        ('{"category" "delivery"}', "broken_json"),
        ("The category is delivery.", "broken_json"),
    ],
)
def test_broken_json_among_json_is_an_error(answer, code):
    others = [example(prompt, f'{{"category": "delivery", "urgency": {n}}}') for n, prompt in enumerate(GOOD)]
    (problems,) = among(example("A question of its own, about garden chairs?", answer), others=others)
    assert [(p.code, p.severity) for p in problems] == [(code, Severity.ERROR)]


def test_labels_are_hints_and_are_never_cut_off():
    labels = [example(f"{prompt} {n}", ["yes", "no"][n % 2]) for prompt in GOOD for n in range(4)]
    found = [problem for problems in find_problems(labels) for problem in problems if problem.code not in DATASET_CODES]
    assert {(p.code, p.severity) for p in found} == {("too_short", Severity.HINT)}
    assert "These look like labels. Keep them?" in found[0].message


def test_limits_are_the_users_to_change():
    short = example("Does it fit?", "Yes, it does.")
    assert codes(check_one(short, Limits(min_chars=20))) == ["too_short"]
    assert codes(check_one(short, Limits(max_chars=10))) == ["too_long"]
    assert codes(check_one(short, Limits(max_tokens=10))) == ["too_long"]


def test_an_edit_is_checked_again_without_the_others():
    assert check_one(example("What are your opening hours?", ANSWER)) == []
    assert codes(check_one(example("What are your opening hours?", "")))[0] == "empty"
    assert [p.severity for p in check_one(example("Which label?", "parcel"))] == [Severity.HINT]


@pytest.mark.shared
def test_banking77_is_hardly_warned_about_and_what_is_found_is_there(shared_data):
    rows = [row.training for row in read(shared_data / "banking77" / "train.csv") if isinstance(row, Accepted)]
    found = find_problems(rows)
    counts = Counter((p.code, p.severity.value) for problems in found for p in problems)
    assert {code for code, severity in counts if severity != "hint"} == DATASET_CODES - {"contradiction"}
    assert counts["near_duplicate", "warning"] < 0.06 * len(rows)
    hints = {code: number for (code, severity), number in counts.items() if severity == "hint"}
    assert set(hints) == {"too_short", "shouting", "outer_spaces", "length_outlier"}
    assert sum(number for code, number in hints.items() if code != "too_short") < 0.003 * len(rows)
    for row, problems in zip(rows, found, strict=True):
        assert ("outer_spaces" in codes(problems)) == (row.prompt != row.prompt.strip())
