"""The seed's FineTuningDataset."""

from __future__ import annotations

from ftcore.dataset.prepare import FineTuningDataset

ANSWER = "Your parcel arrives on Friday."


def reasons(dataset):
    return {rejected.line: rejected.reason for rejected in dataset.rejected}


def test_items_become_conversations_as_the_seed_wants_them():
    (example,) = FineTuningDataset("Be kind.").prepare_examples([{"input": "Where is it?", "ideal_output": ANSWER}])
    assert example.messages == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": ANSWER},
    ]
    (example,) = FineTuningDataset().prepare_examples([{"input": "Where is it?", "ideal_output": ANSWER}])
    assert [message["role"] for message in example.messages] == ["user", "assistant"]


def test_answers_must_be_longer_than_10_and_shorter_than_2000_characters():
    items = [{"input": "q", "ideal_output": "x" * (size - 1) + "."} for size in (10, 11, 1999, 2000)]
    dataset = FineTuningDataset("s")
    assert [len(example.response) for example in dataset.prepare_examples(items)] == [11, 1999]
    assert set(reasons(dataset)) == {0, 3}
    wide = FineTuningDataset("s", min_chars=0, max_chars=3000)
    assert len(wide.prepare_examples(items)) == 4


def test_every_rejected_item_is_kept_with_its_index_and_reason():
    items = [
        {"input": "q", "ideal_output": ANSWER},
        {"input": "q"},
        "no dictionary",
        {"input": "", "ideal_output": ANSWER},
        {"input": "q", "ideal_output": "   "},
        {"input": "q", "ideal_output": None},
        {"input": "q", "ideal_output": "As an AI language model, I cannot do that."},
        {"input": "q", "ideal_output": "Dear [insert name], it is on its way."},
        {"input": "q", "ideal_output": {"category": "delivery"}},
    ]
    dataset = FineTuningDataset("s")
    accepted = dataset.prepare_examples(items)
    assert [example.response for example in accepted] == [ANSWER, '{"category":"delivery"}']
    found = reasons(dataset)
    assert list(found) == [1, 2, 3, 4, 5, 6, 7]
    assert found[1] == 'The item has no "ideal_output".'
    assert "dictionary" in found[2]
    assert dataset.rejected[0].raw == '{"input":"q"}'
    assert dataset.prepare_examples(items[:1])
    assert dataset.rejected == []


def test_keys_can_be_named_and_an_item_that_holds_itself_is_rejected():
    loop: dict[str, object] = {"question": "q"}
    loop["answer"] = loop
    dataset = FineTuningDataset("s", input_key="question", output_key="answer")
    assert len(dataset.prepare_examples([{"question": "q", "answer": ANSWER}, loop])) == 1
    assert dataset.rejected[0].line == 1
