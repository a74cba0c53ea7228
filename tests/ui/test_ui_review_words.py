"""What the review says of its steps, of progress and of pace."""

from ftcore.dataset.triage import STAGES, Queue
from ftcore.store.reviews import Place
from ftcore.ui.review import review_words


def test_the_three_steps_say_what_comes_after_them() -> None:
    said = [review_words.lead(queue, None, 1_982) for queue in STAGES]
    assert [line.split(":")[0] for line in said] == ["Step 1 of 3", "Step 2 of 3", "Step 3 of 3"]
    assert "duplicates" in said[0]
    assert all("200 at random" in line and "approve the rest together" in line for line in said)
    assert "12 at random" in review_words.lead(Queue.SAMPLE, None, 12)


def test_progress_and_pace_are_told_in_words() -> None:
    assert (
        review_words.progress(41, 159, False, Place(1, 41, 246.0))
        == "41 of 200 decided, 6 seconds each, about 16 minutes left"
    )
    assert review_words.progress(2, 10, False, Place(1, 2, 8.0)) == "2 of 12 decided"
    assert review_words.progress(0, 0, False, Place()) == ""
    assert review_words.progress(5, 0, False, Place(1, 5, 2.0)) == "5 of 5 decided, 0.4 seconds each"
    assert review_words.progress(5, 10_000, True, Place(1, 5, 5.0)) == "5 of 10,005+ decided, 1 second each"
