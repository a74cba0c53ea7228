"""Content files are read with the line of every value, and whatever is wrong is one sentence that names the line."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.content import ContentError, parse, read
from ftcore.content.reading import DEEPEST, LARGEST, LONGEST

TEXT = """\
name: a word
switch: yes
day: 2026-11-28
list:
  - one
  - {two: 2}
"""
yaml_like = st.lists(
    st.sampled_from(["a", "key", ":", ": ", "- ", "\n", "\n  ", "{", "}", "[", "]", "'", '"', "#", "|", ">", "&a ", "*a", "!!x ", "%", "---\n",
                     "...\n", "? ", "\t", "\\", "\\x00", '"\\Uffffffff"', '"\\ud800"', "~", "1e999", "2026-13-45", "<<", "\x00", "\ufeff", "\x85"])
).map("".join)  # fmt: skip


def refusal(text):
    with pytest.raises(ContentError) as raised:
        parse("words.yaml", text)
    return str(raised.value)


def test_values_are_taken_as_they_are_written_and_know_their_line():
    found = parse("words.yaml", TEXT).mapping(("name", "switch", "day", "list"))
    assert found["switch"].text() == "yes"
    assert found["switch"].switch() is True
    assert found["day"].day() == date(2026, 11, 28)
    assert [one.line for one in found["list"].items()] == [5, 6]
    assert found["list"].items()[1].where == ("list", "entry 2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the file is empty"),
        ("a: 1\nb: [\n", "line 3: this is not valid YAML"),
        ("a: b: c", "line 1: this is not valid YAML (mapping values are not allowed here). A text with a colon"),
        ("a: 1\nb: 2\na: 3\n", "line 3: 'a' stands here twice, first in line 1"),
        ("a: &x 1\nb: *x\n", "line 1, a: anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]", "line 1, a: tags (!) are not used here"),
        ("a: 1\n---\nb: 2\n", "line 2: a second document begins here"),
        ("a: x\nb: \x00\n", "line 2: a character that no text can hold"),
        ('a: "\\0"', "line 1, a: the character U+0000 can't stand in a text"),
        ('a: "\\ud800"', "line 1, a: the character U+D800 can't stand in a text"),
        ('a: 1\nb: "\\Uffffffff"', "an escape of no character"),
        ("[" * (DEEPEST + 2), f"nested more than {DEEPEST} levels deep"),
        ("? [a, b]\n: c", "line 1: a text is expected here"),
    ],
)
def test_a_text_that_can_t_be_used_says_where_and_why(text, said):
    assert said in refusal(text)


def test_a_key_that_is_not_known_is_named_with_the_one_that_was_meant():
    node = parse("words.yaml", "question: Why?\nexmple: so\n")
    with pytest.raises(ContentError, match=r"line 2, exmple: 'exmple' is not known here; did you mean 'example'\?"):
        node.mapping(("question",), ("example",))
    with pytest.raises(ContentError, match=r"words\.yaml, line 1: 'answer' is missing\."):
        node.mapping(("question", "answer"), ("exmple",))


@pytest.mark.parametrize(
    ("value", "ask", "said"),
    [
        ("[1]", lambda n: n.text(), "a text is expected here"),
        ("", lambda n: n.text(), "and there is none"),
        ("x" * (LONGEST + 1), lambda n: n.text(), "at most 2,000 fit"),
        ("maybe", lambda n: n.switch(), "yes or no is expected here, not 'maybe'"),
        ("0", lambda n: n.whole(1, 9), "a whole number from 1 to 9 is expected here, not '0'"),
        ("1e3", lambda n: n.whole(1, 9), "not '1e3'"),
        ("2026-02-30", lambda n: n.day(), "a date is expected here, as in 2026-11-28, not '2026-02-30'"),
        ("basse", lambda n: n.one_of(("base", "rag")), "'basse' is not one of base, rag; did you mean 'base'?"),
        ("{a: 1}", lambda n: n.items(), "a list is expected here"),
        ("[1]", lambda n: n.mapping(), "lines of the form 'name: value' are expected here"),
    ],
)
def test_a_value_of_another_kind_is_told_with_what_is_expected(value, ask, said):
    node = parse("words.yaml", f"# first\nkey: {value}\n").mapping(("key",))["key"]
    with pytest.raises(ContentError, match=r"words\.yaml, line 2, key") as raised:
        ask(node)
    assert said in str(raised.value)


def test_files_that_are_none_are_told_and_not_read(tmp_path):
    with pytest.raises(ContentError, match=r"nowhere\.yaml can't be read \(No such file or directory\)"):
        read(tmp_path / "nowhere.yaml")
    with pytest.raises(ContentError, match="a folder or a device"):
        read(tmp_path)
    large, latin = tmp_path / "large.yaml", tmp_path / "latin.yaml"
    large.write_bytes(b"#" * (LARGEST + 1))
    latin.write_bytes("a: 1\nb: für\n".encode("latin-1"))
    with pytest.raises(ContentError, match="at most 150,000 fit"):
        read(large)
    with pytest.raises(ContentError, match=r"latin\.yaml, line 2: this is not UTF-8"):
        read(latin)


def test_a_mark_of_the_byte_order_is_no_fault(tmp_path):
    path = tmp_path / "words.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read(path).mapping(("a", "b"))["b"].line == 2


def told(text):
    try:
        parse("words.yaml", text)
    except ContentError as error:
        return str(error)
    return "words.yaml, line 1: read"


@settings(deadline=None)
@given(st.one_of(st.text(), yaml_like))
def test_any_text_whatever_is_read_or_refused_in_one_sentence_with_its_line(text):
    said = told(text)
    assert re.match(r"words\.yaml, line [1-9]\d*", said)
    assert "\n" not in said
    assert len(said) < 600
