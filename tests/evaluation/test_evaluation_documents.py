"""Documents become text, text becomes parts, and the right part is found; hostile files are refused in a sentence."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile

import docx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from ftcore.dataset.sample import RETURNS, load_sample
from ftcore.evaluation.documents import Ranking, chunks_of, retriever
from ftcore.evaluation.documents.leaks import questions_inside, warning
from ftcore.evaluation.documents.reading import LONGEST_NAME, MAX_BYTES, read_document, safe_name
from ftcore.evaluation.errors import EvaluationError
from ftcore.records import TestCase
from ftcore.store.documents import Document


def document(text: str, kind: str = "md", name: str = "a.md") -> Document:
    return Document(1, 1, name, text, kind)


def pdf(*pages: str, password: str = "", owner: str = "") -> bytes:
    writer = pypdf.PdfWriter()
    for text in pages:
        page = writer.add_blank_page(300, 300)
        font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
        fonts = DictionaryObject({NameObject("/F1"): named})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = StreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    if password or owner:
        writer.encrypt(password, owner or None, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word_file() -> bytes:
    made = docx.Document()
    made.add_heading("Returns", 1)
    made.add_paragraph("A tent may come back within 45 days.")
    made.add_heading("Money", 2)
    table = made.add_table(rows=2, cols=2)
    for at, text in enumerate(("Goods", "Days", "Stove", "20")):
        table.cell(at // 2, at % 2).text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


# Reading


def test_a_pdf_is_read_page_by_page_and_its_parts_name_the_page():
    read = read_document("rules.pdf", pdf("Tents come back in 45 days.", "Stoves come back in 20 days."))
    assert read.text.split("\f") == ["Tents come back in 45 days.", "Stoves come back in 20 days."]
    chunks = chunks_of(document(read.text, read.kind, read.name))
    assert [chunk.source for chunk in chunks] == ["rules.pdf, page 1", "rules.pdf, page 2"]


def test_a_pdf_with_one_picture_page_says_so_and_a_scan_is_refused():
    assert read_document("a.pdf", pdf("Text.", "")).notes == (
        "1 of 2 pages holds no text (a picture?): nothing is found there.",
    )
    with pytest.raises(EvaluationError, match=r"a scan.*Nothing was added"):
        read_document("scan.pdf", pdf("", ""))


def test_a_locked_pdf_is_refused_and_one_that_opens_without_a_password_is_read():
    with pytest.raises(EvaluationError, match="locked with a password"):
        read_document("locked.pdf", pdf("Secret.", password="x"))
    assert read_document("no_printing.pdf", pdf("Open.", owner="x")).text == "Open."


def test_a_word_file_keeps_its_headings_and_tables():
    read = read_document("rules.docx", word_file())
    assert "# Returns" in read.text
    assert "Stove | 20" in read.text
    sources = [chunk.source for chunk in chunks_of(document(read.text, read.kind, read.name))]
    assert sources == ["rules.docx, Returns", "rules.docx, Returns > Money"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (archive(word__document=b"0" * 300_000_000), "unpacks to 286 MB"),
        (archive(word__document=b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'), "declarations"),
        (archive(xl__workbook=b"<a/>"), "no DOCX file, despite its name"),
        (word_file()[:-400], "damaged"),
        (b"%PDF-1.4", "no DOCX file, despite its name"),
        (b"", "no DOCX file"),
    ],
    ids=["bomb", "entities", "workbook", "cut", "pdf", "empty"],
)
def test_a_hostile_word_file_is_refused_in_a_sentence(content: bytes, says: str):
    with pytest.raises(EvaluationError, match=says) as caught:
        read_document("x.docx", content)
    assert "Nothing was added" in str(caught.value)


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"%PDF-1.7\n" + b"\0" * 5000, pdf("Hello.")[:300]])
def test_a_damaged_pdf_is_refused_in_a_sentence(content: bytes):
    with pytest.raises(EvaluationError, match="Nothing was added"):
        read_document("x.pdf", content)


def test_what_is_too_large_or_of_another_kind_is_refused():
    with pytest.raises(EvaluationError, match="at most 20 MB"):
        read_document("a.txt", b"a" * (MAX_BYTES + 1))
    with pytest.raises(EvaluationError, match="none of PDF, DOCX, MD, TXT and CSV"):
        read_document("a.exe", b"MZ")
    with pytest.raises(EvaluationError, match="holds no text"):
        read_document("a.md", b" \n\t ")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Zurück in 45 Tagen für 8 €".encode(), "Zurück in 45 Tagen für 8 €"),
        ("Zurück".encode("utf-8-sig"), "Zurück"),
        ("Zurück".encode("utf-16"), "Zurück"),
        ("Zurück in 45 Tagen für die Größe".encode("cp1252"), "Zurück in 45 Tagen für die Größe"),
    ],
)
def test_text_is_read_in_whatever_encoding_it_came(content: bytes, text: str):
    assert read_document("a.txt", content).text == text


def test_a_guessed_encoding_is_said():
    assert any("guessed" in note for note in read_document("a.txt", "für die Größe".encode("cp1252")).notes)


def test_a_row_of_a_table_is_a_part_of_its_own():
    table = 'question;answer\n"May I\nreturn gas?";never\n\n# Lids;11 pounds;more\n'
    chunks = chunks_of(document(read_document("faq.csv", table.encode()).text, "csv", "faq.csv"))
    assert [chunk.source for chunk in chunks] == ["faq.csv, Row 2", "faq.csv, Row 4"]
    assert chunks[0].text == "question: May I return gas?\nanswer: never"
    assert chunks[1].text == "question: # Lids\nanswer: 11 pounds\nalso: more"


@pytest.mark.parametrize("name", ["../../etc/passwd.md", "C:\\x\\a.md", "a\nb\x00.md", "é" * 500 + ".md", ".md", ""])
def test_a_files_name_is_no_path_and_stands_on_one_line(name: str):
    shown = safe_name(name)
    assert shown
    assert not set(shown) & set("/\\\n\x00")
    assert len(shown) <= LONGEST_NAME


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.md", "a.txt", "a.csv"]))
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes, name: str):
    said, read = "Nothing was added", None
    try:
        read = read_document(name, content)
    except EvaluationError as error:
        said = str(error)
    assert "Nothing was added" in said
    if read is not None:
        assert "\0" not in read.text.encode().decode()
        chunks_of(document(read.text, read.kind))


# Parts

TEXTS = st.text(st.sampled_from("ab.!# \n\f\r\té€"), max_size=400)


@settings(deadline=None)
@given(TEXTS, st.integers(5, 80), st.sampled_from(["md", "txt", "pdf", "csv"]))
def test_no_part_is_too_long_and_nothing_but_headings_and_blanks_is_lost(text: str, size: int, kind: str):
    chunks = chunks_of(document(text, kind), size)
    assert chunks == chunks_of(document(text, kind), size)
    assert all(0 < len(chunk.text) <= size for chunk in chunks)
    if kind in ("txt", "pdf"):
        said = "".join("".join(chunk.text.split()) for chunk in chunks)
        assert len(said) >= len("".join(text.split()))
        assert set(said) == set("".join(text.split()))


@settings(deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=60), st.integers(20, 90))
def test_every_sentence_stands_whole_in_some_part(words: list[str], size: int):
    sentences = [f"{word} {at}." for at, word in enumerate(words)]
    chunks = chunks_of(document(" ".join(sentences), "txt"), size)
    assert all(any(sentence in chunk.text for chunk in chunks) for sentence in sentences)


def test_a_part_repeats_the_end_of_the_one_before():
    text = " ".join(f"This is sentence number {at}." for at in range(40))
    chunks = chunks_of(document(text, "txt"), 200)
    assert len(chunks) > 3
    for before, after in itertools.pairwise(chunks):
        assert after.text.split(". ")[0] in before.text


def test_parts_keep_to_headings_and_a_comment_in_code_is_none():
    text = "Lead.\n\n# One\n\nFirst.\n\n## Two\n\n```\n# no heading\n```\n\n# Three\n\nLast."
    sources = [chunk.part for chunk in chunks_of(document(text))]
    assert sources == ["", "One", "One > Two", "Three"]


# Searching


def test_the_handbooks_right_page_is_found_for_nearly_every_question():
    sample = load_sample(RETURNS)
    pages = [document(page.read_text(encoding="utf-8"), "md", page.name) for page in sample.pages()]
    search = retriever(pages, 600)
    with sample.file.open(encoding="utf-8", newline="") as file:
        asked = list(csv.DictReader(file))
    found = [any(chunk.document[3:-3] == row["tags"] for chunk in search.nearest(row["question"], 3)) for row in asked]
    assert sum(found) >= 0.9 * len(asked)


def test_a_refund_is_found_by_refunds_and_the_earlier_of_two_equal_ones_comes_first():
    ranking = Ranking(["a refund is paid", "stoves", "a refund is paid", ""])
    assert ranking.nearest("Refunds?", 5) == (0, 2)
    assert ranking.nearest("the of", 5) == ()
    assert ranking.nearest("", 5) == ()
    assert Ranking([]).nearest("refund", 3) == ()
    assert Ranking(["", "the"]).nearest("refund", 3) == ()


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12), st.text(max_size=40), st.integers(1, 5))
def test_whatever_is_asked_at_most_so_many_are_found_and_always_the_same(texts: list[str], asked: str, top: int):
    found = Ranking(texts).nearest(asked, top)
    assert len(found) <= top
    assert len(set(found)) == len(found)
    assert found == Ranking(texts).nearest(asked, top)


# The test itself in a document


def test_a_document_that_holds_test_questions_word_for_word_is_warned_about():
    cases = [
        TestCase("How long may I keep  the tent?", "45 days"),
        TestCase("What does it cost to dry?", "£18"),
        TestCase("And now?", "-"),
    ]
    text = "FAQ\n\n*How long may I keep the tent?*\n45 days. And now? What does it cost, to have a tent dried?"
    found = questions_inside(text, cases)
    assert [case.expected for case in found] == ["45 days"]
    assert "1 of the test questions stands in “faq.md”" in warning("faq.md", len(found), 3)
    assert warning("faq.md", 0, 3) == ""


WORDS = st.lists(st.sampled_from(["how", "Long?", "may", "I", "(keep)", "it"]), min_size=4, max_size=8).map(" ".join)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=6), WORDS, st.text(max_size=20))
def test_a_question_that_stands_in_a_text_is_always_found_whatever_stands_around_it(
    others: list[str], question: str, around: str
):
    cases = [TestCase(one, "") for one in [*others, question]]
    found = questions_inside(f"{around}\n{question}\n{around}", cases)
    assert cases[-1] in found
