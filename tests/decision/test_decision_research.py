"""The research cards: every one of them bears its source, and no figure that the source's notes don't have."""

import re

import pytest
from hypothesis import given, settings

from ftcore.app_files import data_dir
from ftcore.decision import FrameworkError, load_cards
from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS
from ftcore.decision.research import cards_of, read_cards
from tests.content.spoiling import spoilt, told

NOTED = {
    ("quality_training_data", "OpenAI, supervised fine-tuning guide", None, ""): "10 50 100 50",
    ("quality_training_data", "LIMA", 2023, "2305.11206"): "1,000 4 43",
    ("quality_training_data", "Vieira", 2024, "2409.03454"): "1,000 2,000 13",
    ("high_volume_narrow", "Pecher", 2024, "2402.12819"): "100 100 200",
    ("high_volume_narrow", "LoRA Land", 2024, "2405.00732"): "310 34 10 4",
    ("high_volume_narrow", "Liu", 2022, "2205.05638"): "1,000 3",
    ("prompt_optimized", "GEPA", 2025, "2507.19457"): "6 35",
    ("prompt_optimized", "Bertsch", 2024, "2405.00200"): "",
    ("prompt_optimized", "BetterTogether", 2024, "2407.10930"): "60 6",
    ("rag_would_solve", "Ovadia", 2023, "2312.05934"): "",
    ("rag_would_solve", "Soudani", 2024, "2403.01432"): "12",
    ("rag_would_solve", "Balaguer", 2024, "2401.08406"): "6 5",
    ("adding_knowledge", "Gekhman", 2024, "2405.05904"): "",
    ("risks", "Biderman", 2024, "2405.09673"): "",
    ("risks", "Qi", 2023, "2310.03693"): "10 0.20",
    ("format_reliability", "OpenAI, structured outputs", 2024, ""): "100 40 4",
}
"""What was noted of each source when it was read: what it is about, the source, its year, its arXiv number, its figures."""
CARD = "version: 1\nread_on: 2026-11-28\ncards:\n  - about: risks\n    claim: It can go wrong.\n    source: Us\n"


def test_every_source_that_was_read_has_its_card_with_its_figures_and_no_others():
    cards = {(c.about, c.source, c.year, c.link): c for c in load_cards()}
    assert len(cards) == len(load_cards())
    assert {key: " ".join(re.findall(r"\d[\d,.]*\d|\d", card.figure)) for key, card in cards.items()} == NOTED


def test_a_card_s_link_has_words_of_its_own_and_a_seller_is_marked():
    for card in load_cards():
        assert bool(card.url) is bool(card.link_text)
        if card.link:
            assert card.url == f"https://arxiv.org/abs/{card.link}"
            assert card.link in card.link_text
            assert str(card.year) in card.link_text
    assert {card.source for card in load_cards() if card.vendor} == {
        "OpenAI, supervised fine-tuning guide",
        "OpenAI, structured outputs",
        "LoRA Land",
    }


def test_every_card_is_about_something_that_the_framework_asks():
    assert {card.about for card in load_cards()} <= {*QUESTIONS, *GOOD_REASONS, *BAD_REASONS, "risks"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    link: 2305.11206", "line 4, cards, entry 1: 'link' and 'link_text'"),
        ("    link_text: here", "'link' and 'link_text' (the words that are the link) belong together"),
        ("    link: javascript:alert(1)\n    link_text: here", "line 7, cards, entry 1, link: an arXiv number"),
        ('    link: "https://x.example/) [a](b"\n    link_text: here', "an address that begins with https://"),
        ("    year: last", "line 7, cards, entry 1, year: a whole number from 1900 to 2100 is expected"),
        ("    vendor: perhaps", "yes or no is expected here"),
        ("    figures: 3", "did you mean 'figure'?"),
        ("  - about: risk\n    claim: a\n    source: b", "line 7, cards, entry 2, about: 'risk' is not one of"),
    ],
)
def test_a_card_that_can_t_be_used_is_told_with_its_line(tmp_path, more, said):
    path = tmp_path / "evidence.yaml"
    path.write_text(CARD + more + "\n")
    with pytest.raises(FrameworkError, match=r"evidence\.yaml, line \d+, cards, entry \d") as raised:
        read_cards(path)
    assert said in str(raised.value)


def test_an_organisation_s_own_cards_stand_for_the_shipped_ones(tmp_path):
    (tmp_path / "evidence.yaml").write_text(CARD + "    link: https://example.com/a?b=1\n    link_text: our study\n")
    cards, faults = cards_of(tmp_path)
    assert [(card.claim, card.url, card.year) for card in cards] == [
        ("It can go wrong.", "https://example.com/a?b=1", None)
    ]
    assert faults == ()


@settings(deadline=None)
@given(spoilt((data_dir() / "evidence.yaml").read_text(encoding="utf-8")))
def test_however_the_cards_are_spoilt_they_load_or_one_sentence_names_the_line(tmp_path_factory, text):
    said = told(read_cards, tmp_path_factory.getbasetemp() / "evidence.yaml", text)
    assert re.match(r"evidence\.yaml, line [1-9]\d*", said)
    assert "\n" not in said
