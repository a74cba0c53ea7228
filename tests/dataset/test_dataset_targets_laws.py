"""Any conversation is left out by a target or comes back with its words."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.chat import validate
from ftcore.dataset.sources import read
from ftcore.dataset.targets import (
    TARGETS,
    ExportRow,
    Fate,
    Kind,
    export_rows,
)
from ftcore.records import Accepted, Severity, TrainingExample
from tests.dataset.target_lines import (
    CALLING,
    TRAINERS,
    texts,
    turn,
)

# The importer takes NULs out, and says so: no row of a project holds one.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
turns_of_talk = st.lists(st.tuples(words, words, st.sampled_from([None, 0, 1])), min_size=1, max_size=4)


@st.composite
def conversations(draw: st.DrawFn) -> TrainingExample:
    messages: list[dict[str, Any]] = []
    if draw(st.booleans()):
        messages.append(turn("system", draw(words)))
    for number, (question, answer, weight) in enumerate(draw(turns_of_talk)):
        messages.append(turn("user", question))
        if draw(st.booleans()):
            arguments = json.dumps({draw(words): draw(words)}, ensure_ascii=False)
            call = {"id": f"c{number}", "type": "function", "function": {"name": "clock", "arguments": arguments}}
            messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
            messages.append(turn("tool", draw(words), tool_call_id=f"c{number}"))
        messages.append(turn("assistant", answer) | ({} if weight is None else {"weight": weight}))
    return TrainingExample(messages, draw(st.sampled_from([None, CALLING.tools])))


@settings(deadline=None, max_examples=150)
@given(conversations(), words)
def test_any_conversation_is_left_out_or_read_back_with_its_words(training, worse):
    row = ExportRow(1, training, rejected=worse)
    fatal = [problem for problem in validate(training) if problem.severity is Severity.ERROR]
    for target in TRAINERS:
        line, text = target._line(row)
        if line.left_out:
            continue
        assert target.kind is Kind.PREFERENCE or not fatal
        back = list(target.read(json.loads(text)))
        said = [message["content"] for message in training.messages if message["role"] in ("user", "assistant")]
        for example in back[:1]:
            again = [message.get("content") for message in example.messages if message["role"] in ("user", "assistant")]
            assert [words for words in again if words] == [words for words in said if words]
            assert example.system == training.system
        if target.kind is Kind.PREFERENCE:
            assert back[1].response == worse


@settings(deadline=None, max_examples=60)
@given(st.lists(conversations(), min_size=1, max_size=6))
def test_what_our_importer_reads_comes_back_as_it_was(tmp_path_factory, trainings):
    """Shapes that hold everything that is in a row without tools and weights; OpenAI's holds those too."""
    plain = [
        TrainingExample([m for m in texts(t.messages) if m["role"] != "tool" and m["content"] is not None])
        for t in trainings
    ]
    for target, given_rows in [
        ("openai", trainings),
        *((name, plain) for name in ("alpaca", "sharegpt", "trl", "trl-completion", "mlx", "together", "axolotl")),
    ]:
        rows = [ExportRow(n, training) for n, training in enumerate(given_rows)]
        fit = [
            row.training
            for row in rows
            if not any(loss.fate is Fate.LEFT_OUT for loss in TARGETS[target].losses([row]))
        ]
        if not fit:
            continue
        export = export_rows(TARGETS[target], rows, tmp_path_factory.mktemp("law"), name="x")
        records = list(read(export.files[0].path))
        assert [record.training for record in records if isinstance(record, Accepted)] == fit
        assert len(records) == len(fit)
