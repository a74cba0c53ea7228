"""Copies of a content file with the mistakes that people make when they edit, and what is said of them."""

import re

from hypothesis import strategies as st

from ftcore.content import ContentError


@st.composite
def spoilt(draw, text):
    """A copy of the text with one to three mistakes that people make when they edit."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        match draw(st.sampled_from(["gone", "twice", "renamed", "other value", "moved", "cut", "typed"])):
            case "gone":
                del lines[at]
            case "twice":
                lines.insert(at, line)
            case "renamed":
                lines[at] = re.sub(
                    r"(\w+):", draw(st.sampled_from([r"\1s:", r"x\1:", ":", "null:", "[a]:"])), line, count=1
                )
            case "other value":
                value = draw(
                    st.sampled_from(
                        ["1", "yes", "", "[a, b]", "{a: b}", "2026-01-01", "~", "'", "&a", "*a", ".inf", "!!int 3", "|"]
                    )
                )
                lines[at] = re.sub(r":.*", f": {value}", line, count=1)
            case "moved":
                lines[at] = draw(st.sampled_from(["", " ", "    ", "\t"])) + line.strip()
            case "cut":
                lines[at] = line[: draw(st.integers(0, len(line)))]
            case _:
                lines[at] = line + draw(st.text(max_size=5))
        lines = lines or [""]
    return "\n".join(lines) + "\n"


def told(reader, path, text):
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        reader(path)
    except ContentError as error:
        return str(error)
    return f"{path.name}, line 1: read"
