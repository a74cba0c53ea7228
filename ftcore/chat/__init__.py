"""A conversation as a value: reading, writing, checking its structure, counting its tokens. Pure."""

from ftcore.chat.cleaning import clean, clean_value
from ftcore.chat.parsing import ChatError, decode, explain, parse_line, to_line
from ftcore.chat.tokens import Tokens, count_tokens, tokens_of
from ftcore.chat.validation import KNOWN_KEYS, ROLES, validate

__all__ = [
    "KNOWN_KEYS",
    "ROLES",
    "ChatError",
    "Tokens",
    "clean",
    "clean_value",
    "count_tokens",
    "decode",
    "explain",
    "parse_line",
    "to_line",
    "tokens_of",
    "validate",
]
