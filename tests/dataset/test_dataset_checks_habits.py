"""The checks that compare one example with what the others have in common."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset.checks import (
    CODES,
    DATASET_CODES,
    MODULES,
    STRUCTURE_CODES,
    Limits,
    check_one,
    find_problems,
    profile,
)
from ftcore.dataset.checks.fixes import FIXES, fix
from ftcore.dataset.sources import read
from ftcore.dataset.traits.spelling import is_slip
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Accepted, Severity, TrainingExample
from ftcore.ui.problems.problem_words import WORDS, explain, name_of

ROOT = Path(__file__).parents[2]
THINGS = ["kettle", "lamp", "jacket", "tent", "stove", "shelf", "drill", "chair"]
PLACES = ["Ghent", "Lyon", "Oslo", "Cork", "Turin"]


def example(prompt: str, answer: str, system: str = "") -> TrainingExample:
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return TrainingExample([{"role": "system", "content": system}, *messages] if system else messages)


PROSE = [
    example(
        f"My {thing} was sent to {place} {n + 2} days ago and has not arrived. Where is it?",
        f"I have looked: your {thing} is at the depot in {place} and comes on day {n + 4}. You need not do anything.",
    )
    for n, thing in enumerate(THINGS)
    for place in PLACES
]
QUESTION = "May I bring the garden chair back to the shop that I bought it in?"
ANSWER = "Yes, please bring it to any of our shops within thirty days and show the receipt."


def found(
    one: TrainingExample, others: list[TrainingExample] = PROSE, limits: Limits = Limits()
) -> dict[str, Severity]:
    """Code and severity of what the example has by itself, among the others."""
    return {p.code: p.severity for p in check_one(one, limits, profile([*others, one]))}


def test_the_good_examples_have_no_problem() -> None:
    light = profile(PROSE)
    assert [problem for one in PROSE for problem in check_one(one, Limits(), light)] == []
    assert found(example(QUESTION, ANSWER)) == {}


@pytest.mark.parametrize(
    ("prompt", "answer", "code", "severity"),
    [
        (QUESTION, ANSWER + "\n\n", "outer_spaces", "hint"),
        (" " + QUESTION, ANSWER, "outer_spaces", "hint"),
        (QUESTION, "Yes, please do.\n\n\n\nShow the receipt at the desk.", "outer_spaces", "hint"),
        (QUESTION, "Yes, please bring it to\u200b any of our shops.", "invisible_characters", "hint"),
        (QUESTION, "Yes, please bring it<br>and show the receipt.", "html_tag", "warning"),
        (QUESTION, '<p class="x">Yes, please bring it.</p>', "html_tag", "warning"),
        ("<b>May</b> I bring it back to the shop?", ANSWER, "html_tag", "hint"),
        (QUESTION, "Bring it to Lamp &amp; Son and show the receipt.", "html_entity", "warning"),
        (QUESTION, "Bring it back,&nbsp;please, within thirty days.", "html_entity", "warning"),
        (QUESTION, "Answer: " + ANSWER, "leading_label", "warning"),
        (QUESTION, "### Response:\n" + ANSWER, "leading_label", "warning"),
        (QUESTION, "**Answer:** " + ANSWER, "leading_label", "warning"),
        (QUESTION, "A: " + ANSWER, "leading_label", "warning"),
        ("User: " + QUESTION, ANSWER, "leading_label", "hint"),
        (QUESTION, ANSWER + "<|im_end|>", "template_mark", "warning"),
        ("[INST] May I bring it back to the shop? [/INST]", ANSWER, "template_mark", "warning"),
        (QUESTION, "Да, пожалуйста, принесите его в любой наш магазин.", "other_script", "hint"),
        ("先週注文したランプが電球なしで届きました。電球を送っていただけますか。", ANSWER, "other_script", "hint"),
        (
            QUESTION,
            "Ja, bitte bringen Sie ihn in eine unserer Filialen und zeigen Sie dort die Rechnung, die Sie von uns haben.",
            "other_language",
            "hint",
        ),
        (QUESTION, QUESTION, "echo", "warning"),
        (QUESTION, f"{QUESTION} {ANSWER} It is quick, and the people there are glad to help you.", "echo", "hint"),
        (QUESTION, "Please bring it to the shop. " * 8 + "Thanks.", "repetition", "warning"),
        (QUESTION, "we will look and then " * 12 + "stop.", "repetition", "warning"),
        (QUESTION, ANSWER + " Bring the chair.\nBring the chair.\nBring the chair.\nBring the chair.", "repetition", "hint"),
        ("WHERE IS MY CHAIR? I WAIT SINCE MONDAY.", ANSWER, "shouting", "hint"),
        (QUESTION, ANSWER.upper(), "shouting", "hint"),
        (QUESTION + " I ask because of the price." * 60, ANSWER, "length_outlier", "hint"),
        (QUESTION, " ".join(f"Step {n}: take part {n * 3} and turn it {n} times." for n in range(40)), "length_outlier", "hint"),
        (QUESTION, '{"answer": "yes", "days": 30}', "odd_shape", "hint"),
    ],
)  # fmt: skip
def test_each_fault_among_good_examples_is_found_and_nothing_else(
    prompt: str, answer: str, code: str, severity: str
) -> None:
    assert found(example(prompt, answer)) == {code: Severity(severity)}


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("How do I write bold text in HTML?", "Write <b>text</b>, and &lt; for a smaller-than sign."),
        ("Is 3 < 5 and 7 > 2, and what is R&D?", "Yes, both are so. R&D; that is research and development."),
        ("Translate into French: the lamp is on the table and it is not mine.", "La lampe est sur la table et elle n'est pas à moi."),
        ("Wie sagt man das auf Englisch: Die Lampe ist auf dem Tisch und nicht an?", "The lamp is on the table and it is not switched on."),
        ("Was heißt «cool»? Ich lese das in der Zeitung und verstehe es nicht.", "Das ist Englisch und heißt so viel wie gut oder lässig."),
        ("What are naïve, café and Zürich in your notes?", "They are a word, a place to drink and a city in Switzerland."),
        ("Write a function that adds two numbers.", "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))"),
        ("How do I install it?", "```\nmake install\n```"),
        ("Which chairs do you have?", "We have:\n- red chairs at 20 euros\n- blue chairs at 30 euros\n- green chairs at 20 euros"),
        ("What is the answer to all of it?", "The answer: nobody knows it, and that is quite all right."),
        ("Which of the plans are there?", "Plan A: pay by month. Plan B: pay by year, which is cheaper."),
        ("Who are you? Say it in one line.", "I AM the shop's assistant, and I am glad to help you."),
        ("MAY I ASK YOU?", "OK. Yes, of course, you may bring it back at any time."),
        ("Sing me the refrain of a song about our lamp.", "La la lamp, la la lamp,\nlight of the night,\nla la lamp, la la lamp,\nshine so bright."),
        ("Family \N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL} tickets, do you have them?", "We do, for up to five people, at the desk in the hall."),
    ],
)  # fmt: skip
def test_these_examples_are_left_alone(prompt: str, answer: str) -> None:
    assert found(example(prompt, answer)) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda one: example(one.prompt, "Answer: " + one.response),
        lambda one: example(one.prompt.upper(), one.response.upper()),
        lambda one: example(one.prompt, f"<p>{one.response}</p>"),
        lambda one: example(one.prompt, f"{one.prompt} {one.response}"),
        lambda one: example("Где моя посылка, которую вы отправили на прошлой неделе?", one.response),
    ],
    ids=["label", "capitals", "markup", "echo", "script"],
)
def test_what_all_examples_have_is_how_they_are(change) -> None:
    others = [change(one) for one in PROSE]
    light = profile(others)
    assert {p.code for one in others for p in check_one(one, Limits(), light)} == set()


def test_nothing_is_unusual_among_a_few_or_among_unknown_examples() -> None:
    odd = example(QUESTION.upper(), "Да, пожалуйста, принесите его в любой наш магазин.")
    assert check_one(odd) == []
    assert check_one(odd, Limits(), profile([*PROSE[:10], odd])) == []


LABELS = [
    example(f"{one.prompt} ({n})", ["card_arrival", "lost_card", "top_up"][n % 3]) for n, one in enumerate(PROSE * 3)
]


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Card arrival", "label_variant"),
        ("card_arrival.", "label_variant"),
        ("CARD-ARRIVAL", "label_variant"),
        ("card_arival", "label_variant"),
        ("card_arrvial", "label_variant"),
        ("refund_wanted", "rare_label"),
        ("lost_card2", "rare_label"),
        ("The customer asks where the card is, which was sent last week.", "odd_shape"),
        ("card_arrival", None),
    ],
)
def test_a_label_is_compared_with_the_others(label: str, code: str | None) -> None:
    others = set(found(example(QUESTION, label), LABELS)) - {"too_short"}
    assert others == ({code} if code else set())


@pytest.mark.parametrize(
    "labels", [("C", "C++", "C#"), ("1.5", "15", "-15"), ("US", "UK", "EU"), ("legal", "illegal"), ("A", "B+", "B-")]
)
def test_labels_that_are_nearly_spelt_alike_are_not_one(labels: tuple[str, ...]) -> None:
    rows = [example(f"{one.prompt} {n}", labels[n % len(labels)]) for n, one in enumerate(PROSE * 2)]
    assert {p.code for problems in find_problems(rows) for p in problems} - DATASET_CODES == {"too_short"}


def test_a_slip_is_one_letter_inside_a_word() -> None:
    assert is_slip("cardarrival", "cardarival")
    assert is_slip("cardarrival", "cardarrvial")
    assert not is_slip("typical", "atypical")
    assert not is_slip("cardarrival", "cardarivel")
    assert not is_slip("level10", "level11")
    assert not is_slip("card", "cart")


def test_two_common_spellings_point_to_the_commoner_one() -> None:
    rows = [
        example(f"{one.prompt} {n}", "Refund wanted" if n % 3 else "refund_wanted") for n, one in enumerate(PROSE * 2)
    ]
    light = profile(rows)
    told = [[p.message for p in check_one(row, Limits(), light) if p.code == "label_variant"] for row in rows]
    assert [bool(messages) for messages in told] == [row.response == "refund_wanted" for row in rows]
    assert told[0] == ['This label is mostly written "Refund wanted".']


OBJECTS = [example(one.prompt, json.dumps({"topic": "parcel", "days": n})) for n, one in enumerate(PROSE)]


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ('{"topic": "lamp", "days": 3}', {}),
        ('{"days": 3, "topic": "lamp"}', {}),
        ('{"topic": "lamp"}', {"odd_shape": Severity.WARNING}),
        ('{"topic": "lamp", "days": 3, "mood": "good"}', {"odd_shape": Severity.HINT}),
        ('["lamp", 3]', {"odd_shape": Severity.WARNING}),
        ("A lamp, three days.", {"broken_json": Severity.ERROR}),
    ],
)
def test_json_answers_have_the_fields_of_the_others(answer: str, wanted: dict[str, Severity]) -> None:
    assert found(example(QUESTION, answer), OBJECTS) == wanted


def test_the_few_with_other_instructions_are_told() -> None:
    others = [example(one.prompt, one.response, "Be kind.") for one in PROSE]
    assert found(example(QUESTION, ANSWER, "Be kind."), others) == {}
    assert found(example(QUESTION, ANSWER, "Be rude."), others) == {"other_system": Severity.HINT}
    assert found(example(QUESTION, ANSWER), others) == {"other_system": Severity.HINT}
    assert found(example(QUESTION, ANSWER, "Be kind.")) == {"other_system": Severity.HINT}
    halves = [example(one.prompt, one.response, ["Be kind.", "Be quick."][n % 2]) for n, one in enumerate(PROSE)]
    assert found(halves[0], halves[1:]) == {}


def test_thresholds_decide_what_is_said() -> None:
    twice = example(QUESTION, ANSWER + " Bring the chair.\nBring the chair.\nBring the chair.\nBring the chair.")
    assert "repetition" in found(twice)
    assert "repetition" not in found(twice, limits=Limits(repetition=0.9))
    long = example(QUESTION + " I ask because of the price." * 20, ANSWER)
    assert "length_outlier" in found(long)
    assert "length_outlier" not in found(long, limits=Limits(outlier=20.0))
    several = [example(QUESTION, f"Answer: {ANSWER}"), *PROSE]
    assert "leading_label" in found(several[0], several, Limits(uncommon=0.1))


def test_what_a_project_ignores_is_not_looked_for() -> None:
    rows = [*PROSE, example(QUESTION, ANSWER + "  "), example(QUESTION, ANSWER + "  "), example("", ANSWER)]
    every = {p.code for problems in find_problems(rows) for p in problems}
    assert {"outer_spaces", "exact_duplicate", "empty"} <= every
    for code in every:
        left = {p.code for problems in find_problems(rows, Limits(off=frozenset((code,)))) for p in problems}
        assert left == every - {code}
    assert check_one(rows[-2], Limits(off=frozenset(("outer_spaces",)))) == []
    assert not any(find_problems(rows, Limits(off=CODES)))


def test_a_place_is_the_text_that_is_meant() -> None:
    def marked(one: TrainingExample, code: str) -> str:
        (problem,) = [p for p in check_one(one, Limits(), profile([*PROSE, one])) if p.code == code]
        return {"prompt": one.prompt, "response": one.response}[problem.where][problem.start : problem.end]

    assert marked(example(QUESTION, ANSWER + " \n"), "outer_spaces") == " \n"
    assert marked(example("\n" + QUESTION, ANSWER), "outer_spaces") == "\n"
    assert marked(example(QUESTION, "Bring it to Lamp &amp; Son and ask."), "html_entity") == "&amp;"
    assert marked(example(QUESTION, "Bring it, <br/>please, and ask."), "html_tag") == "<br/>"
    assert marked(example(QUESTION, "Answer: " + ANSWER), "leading_label") == "Answer: "
    assert marked(example(QUESTION, f"{QUESTION} {ANSWER}"), "echo") == QUESTION
    assert marked(example(QUESTION, ANSWER + "</s>"), "template_mark") == "</s>"


def test_the_planted_faults_of_the_sample_are_found_and_its_good_rows_need_no_look() -> None:
    rows = [
        row.training for row in read(ROOT / "data" / "samples" / "tickets" / "tickets.csv") if isinstance(row, Accepted)
    ]
    wanted = {
        125: {"contradiction"},
        150: {"contradiction"},
        174: {"broken_json", "refusal"},
        189: {"personal_data"},
        202: {"truncated"},
        216: {"placeholder"},
        227: {"encoding_damage"},
        242: {"broken_json"},
        255: {"personal_data"},
        282: {"broken_json"},
    }
    said = {
        row: {p.code for p in problems if p.severity is not Severity.HINT}
        for row, problems in enumerate(find_problems(rows))
    }
    copies = {row for row, codes in said.items() if codes & {"exact_duplicate", "near_duplicate"}}
    assert {row: codes for row, codes in said.items() if codes and row not in copies} == wanted
    assert len(copies) == 2


@pytest.mark.shared
def test_real_instructions_get_hardly_a_hint(shared_data: Path) -> None:
    for path, most in (
        (shared_data / "self-instruct" / "seed_tasks.jsonl", 1),
        (shared_data / "nlupp" / "hotels" / "fold0.json", 0),
    ):
        rows = [row.training for row in read(path) if isinstance(row, Accepted)]
        new = {code for module in MODULES for code in module.CODES} - {"too_short", "too_long", "personal_data"}
        told = [p for problems in find_problems(rows) for p in problems if p.code in new]
        assert len(told) <= most, told


def _codes_in(source: Path) -> set[str]:
    """The texts that stand where a problem's code stands."""
    calls = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    named = {"Problem", "_error", "_warning", "_hint"}
    firsts = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id in named and call.args]
    return {node.value for node in firsts if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_is_listed_and_explained() -> None:
    chat = ROOT / "ftcore" / "chat"
    assert _codes_in(chat / "validation.py") | _codes_in(chat / "tool_calls.py") == STRUCTURE_CODES
    for module in MODULES:
        assert _codes_in(Path(module.__file__)) <= set(module.CODES), module.__name__
    assert set(WORDS) == CODES
    for code in CODES:
        assert explain(code).endswith(".")
        assert len(name_of(code)) <= 26
    assert len({name_of(code) for code in CODES}) == len(CODES)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(exclude_categories=[]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)
pieces = st.sampled_from(
    [
        *(" ", "\n", "\n\n\n", "\r\n", "\x07", "\x85", "\u200b", "\u00c3\u00a9", "\ufffd", "\u0660\u0661", "Где моя лампа ", "ランプが届きました"),
        *("```", "{", "[1]", '{"a": 1}', "<br>", "&amp;", "#", "Answer: ", "User:", "<|im_end|>", "[INST]", "TODO", "Lorem ipsum", "{{x}}", "n/a"),
        *("x@lamp.co.uk", "+44 20 7946 0958", "4111 1111 1111 1111", "AKIAIOSFODNN7EXAMPLE", "078-05-1120"),
        *("I'm sorry, but I can't help", "As an AI", "Als KI-Sprachmodell", "I cannot assist", "Unfortunately I cannot help", "my training data"),
        *("THE LAMP IS NOT HERE, WHERE IS IT? ", "and the lamp, ", "say it again. ", "stop", ".", "card_arrival", "Lost card", QUESTION, ANSWER),
        "Die Lampe ist nicht da, und ich weiß nicht, wo sie ist oder wann sie mit der Post kommt. ",
    ]
)  # fmt: skip
texts_of_pieces = (
    st.lists(pieces, max_size=6).map("".join) | st.text(max_size=20) | pieces.map(lambda piece: piece * 12)
)
talk = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), texts_of_pieces), max_size=4)
odd_messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool"]) | values, "content": values},
    optional={"name": values},
)


@settings(deadline=None)
@given(st.lists(odd_messages, max_size=5), st.none() | st.lists(values, max_size=2))
def test_no_conversation_is_too_odd_to_be_profiled_checked_and_repaired(messages, tools) -> None:
    odd = TrainingExample(messages, tools)
    light = profile([*PROSE, odd])
    for problem in check_one(odd, Limits(), light):
        assert problem.code in CODES
        if problem.where in ("system", "prompt", "response") and problem.start is not None:
            assert 0 <= problem.start <= problem.end <= len(getattr(odd, problem.where))
    assert json.loads(json.dumps(light.to_json()))["rows"] == len(PROSE) + 1
    for code in FIXES:
        assert fix(odd, code, Limits(), light) != odd


@settings(deadline=None, max_examples=400)
@given(talk, st.sampled_from(["text", "labels", "json"]))
def test_a_first_look_never_hides_what_a_closer_one_would_find(turns, kind) -> None:
    odd = TrainingExample([{"role": role, "content": text} for role, text in turns])
    light = {"text": profile([*PROSE, odd]), "labels": profile([*LABELS, odd]), "json": profile([*OBJECTS, odd])}[kind]
    for module in MODULES:
        texts = Texts(odd)
        assert module.look(texts, Limits(), light) or not list(module.check(texts, Limits(), light)), module.__name__
