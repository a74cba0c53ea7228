"""Personal data and secrets. Says which kind and where, never the value: reports and logs repeat what a check says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ftcore.dataset.checks.texts import holds_any, in_text, rewrite
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

CODES = ("personal_data",)

# Looks that cost nearly nothing decide for most texts that no pattern is needed: a card or a phone number has at least nine digits,
# an account begins with two letters and two digits, and keys begin with what their makers chose. What is rare in a text is looked
# for first.
LONG_NUMBER = re.compile(r"\d[\d ().\-/]{6,}\d")
OTHER_DIGITS = re.compile(r"[^\W\D_0-9]")
SHORTEST_NUMBER = 9
RARE_NUMBER = re.compile(r"[0-9][0-9()/+]{8}|[A-Z]{2}[0-9]{2}[A-Z0-9]{8}")
"""What a number leaves in `Texts.rare`, where nothing is between its digits but brackets and slashes."""
UNDERSCORED_MARKS = ("k_live_", "k_test_", "gh", "github_pat_", "hf_")
DASHED_MARKS = ("sk-", "xox", "glpat-")
CAPITAL_MARKS = ("AKIA", "ASIA", "PRIVATE")
SIGNS = r"[@_]|sk-|xox|glpat-|AIza|eyJ|AKIA|ASIA|PRIVATE|[0-9][0-9 ().\-/]{6,}[0-9]"
KEYS = re.compile(
    r"\b(?:sk-(?:proj-|ant-|svcacct-)?[\w-]{20,}|[srp]k_(?:live|test)_\w{16,}|A(?:KIA|SIA)[0-9A-Z]{16}|gh[opsur]_\w{30,}|"
    r"github_pat_\w{30,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|hf_[A-Za-z0-9]{30,}|glpat-[\w-]{20,}|"
    r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?![\w-])", re.IGNORECASE)
# RFC 2606: names that belong to nobody.
NOBODY = re.compile(
    r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|[\w-]+\.(?:example|test|invalid|localhost))$", re.IGNORECASE
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
CARD = re.compile(
    r"(?<![\d.,-])(?:[2-6]\d{3})(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\d-])|(?<![\d.,-])3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?!\d)"
)
PHONE = re.compile(
    r"(?<![\w.+/-])(?:\+|00)[1-9]\d{0,2}[ .\-/]?(?:\(0?\d{1,4}\)[ .\-/]?)?\d{1,4}(?:[ .\-/]?\d{2,4}){1,4}(?![\w-])|"
    r"(?<![\w.+/-])\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}(?![\w-])|"
    r"(?<![\w.+/-])\(?0[1-9]\d{1,4}\)?[ /-]\d{3,4}(?:[ -]?\d{2,4}){1,2}(?![\w-])"
)
# Numbers that films use, and dates, are nobody's.
FICTION = re.compile(r"555.?01\d\d$|^\d{4}-\d\d-\d\d|^0\d[-/ ]\d\d[-/ ]\d{4}$")
NUMBER = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    if texts.is_dull:
        return False
    rare = texts.rare
    if "@" in rare or _has_mark(texts.joined, rare) or (len(rare) >= SHORTEST_NUMBER and RARE_NUMBER.search(rare)):
        return True
    return not texts.is_western and OTHER_DIGITS.search(texts.joined) is not None


def check(texts: Texts, _limits: Limits, _light: Profile) -> Iterator[Problem]:
    """One problem a place found; a place counts for the first kind that it is."""
    for where, _, text in texts.every:
        for kind, start, end in find_personal_data(text):
            message = f"There is {kind} in {in_text(where)}: take it out, or replace it with one that is made up."
            yield Problem("personal_data", Severity.WARNING, message, where, start, end)


def fix(example: TrainingExample, _limits: Limits, _light: Profile) -> TrainingExample:
    """Each place found becomes the name of its kind in brackets."""
    return rewrite(example, without_personal_data)


def without_personal_data(text: str) -> str:
    """Again and again: what two finds shared is a find of its own when the first is gone."""
    while found := find_personal_data(text):
        for kind, start, end in reversed(found):
            text = text[:start] + REPLACEMENTS[kind] + text[end:]
    return text


def find_personal_data(text: str) -> list[tuple[str, int, int]]:
    """(kind in words, start, end) of what is found, in the order of the text."""
    found: list[tuple[str, int, int]] = []
    gates = {
        "key": _has_mark(text, text),
        "@": "@" in text,
        "number": LONG_NUMBER.search(text) is not None,
    }
    for kind, gate, pattern, is_real in KINDS:
        for match in pattern.finditer(text) if gates[gate] else ():
            start, end = match.span()
            overlaps = any(start < other_end and other_start < end for _, other_start, other_end in found)
            if not overlaps and is_real(match.group()):
                found.append((kind, start, end))
    return sorted(found, key=lambda item: item[1])


def _has_mark(text: str, rare: str) -> bool:
    """`rare` is what is rare in the text, or all of it."""
    if ("_" in rare and holds_any(text, UNDERSCORED_MARKS)) or ("-" in text and holds_any(text, DASHED_MARKS)):
        return True
    return ("AI" in rare and "AIza" in text) or ("J" in rare and "eyJ" in text) or holds_any(rare, CAPITAL_MARKS)


def is_iban(text: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as numbers, remainder 1 by 97."""
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """ISO/IEC 7812: 13 to 19 digits whose Luhn sum ends in 0."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = (d if at % 2 == 0 else d * 2 - 9 * (d > 4) for at, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def _is_phone(text: str) -> bool:
    return 9 <= sum(c.isdigit() for c in text) <= 15 and not FICTION.search(text)


KINDS: tuple[tuple[str, str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("a secret key", "key", KEYS, lambda _: True),
    ("an e-mail address", "@", EMAIL, lambda text: not NOBODY.search(text)),
    ("a bank account number (IBAN)", "number", IBAN, is_iban),
    ("a card number", "number", CARD, is_card),
    ("a phone number", "number", PHONE, _is_phone),
    ("a social security number", "number", NUMBER, lambda _: True),
)
REPLACEMENTS = {
    "a secret key": "[secret key]",
    "an e-mail address": "[e-mail address]",
    "a bank account number (IBAN)": "[bank account number]",
    "a card number": "[card number]",
    "a phone number": "[phone number]",
    "a social security number": "[social security number]",
}
