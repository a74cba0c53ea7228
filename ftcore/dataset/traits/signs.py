"""Which of many texts hold none of the signs that checks look for: one pattern over a portion of texts at once, in a fifth of the time
that looking for one sign after the other takes."""

from __future__ import annotations

from collections.abc import Sequence


def without_signs(texts: Sequence[str], signs: str) -> list[bool]:
    """Aligned with `texts`. `signs` is a pattern as RE2 reads it. Only of texts in ASCII anything is said: False for all others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = [text if text.isascii() else "" for text in texts]
    found = pc.match_substring_regex(pa.array(plain, pa.large_string()), signs).to_pylist()
    return [text.isascii() and not has for text, has in zip(texts, found, strict=True)]
