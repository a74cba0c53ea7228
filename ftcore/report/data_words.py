"""Sentences about the data and the training, the same on the screen, in the deck, the web page and the papers."""

from __future__ import annotations

from ftcore.records import LOCAL, Story
from ftcore.report.facts import duration


def data_sentences(story: Story) -> tuple[str, ...]:
    """What the data was. Empty when nothing was imported."""
    if not (story.read or story.train or story.test):
        return ()
    said = []
    if story.read:
        aside = f"{story.rejected:,} set aside. Each of those is listed with its reason in the app."
        aside = aside if story.rejected else "none set aside."
        said.append(f"{story.read:,} examples read: {story.accepted:,} kept, {aside}")
    unseen = " The model never saw the test examples." if story.job_id else ""
    said.append(
        f"{story.train:,} to learn from, {story.validation:,} to watch the training, {story.test:,} kept aside for the test.{unseen}{_rest(story)}"
    )
    return tuple(said)


def _rest(story: Story) -> str:
    """What was kept and stands in none of the three parts, so that the figures add up."""
    left = story.accepted - story.train - story.validation - story.test
    if left <= 0:
        return ""
    return (
        " 1 more is still to be approved, or was rejected."
        if left == 1
        else f" {left:,} more are still to be approved, or were rejected."
    )


def training_sentences(story: Story) -> tuple[str, ...]:
    """How it was trained. Empty when no job ran."""
    if not (story.job_id or story.fine_tuned_model):
        return ()
    where = (
        "on this project's own server"
        if story.endpoint == LOCAL
        else f"at {story.endpoint or 'an endpoint without a name'}"
    )
    took = f", in {duration(story.job_seconds)}" if story.job_seconds is not None else ""
    tokens = f"{story.trained_tokens:,} tokens" if story.trained_tokens is not None else "the training examples"
    said = [f"{story.base_model or 'The base model'} was trained {where} on {tokens}{took}."]
    if story.losses:
        first, last = story.losses[0], story.losses[-1]
        said.append(
            f"Its loss, the training's own measure of error, went from {first[1]:.2f} to {last[1]:.2f}. That is no measure of use: the test is."
        )
    return tuple(said)
