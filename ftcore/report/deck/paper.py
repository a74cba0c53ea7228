"""What every slide of a deck is drawn on: the deck, the story, the look, and the method in the notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftcore.records import Story
from ftcore.report import slides, words
from ftcore.report.slides import Look


@dataclass(frozen=True, slots=True)
class Paper:
    deck: Any
    story: Story
    look: Look

    def slide(self, title: str, about: Sequence[str] = (), **more: Any) -> tuple[Any, float]:
        """A new slide, and the height in inches at which its content begins. `about` says in the notes what it shows and how it
        came about; the method of the whole follows."""
        story = self.story
        foot = " · ".join(
            part for part in (self.look.name, story.project, words.day(story.made_at), story.made_by) if part
        )
        notes = "\n".join(part for part in (*about, *method(story)) if part)
        return slides.new_slide(self.deck, self.look, title, stamp=words.stamp(story), foot=foot, notes=notes, **more)


def method(story: Story) -> tuple[str, ...]:
    """For whoever presents and is asked: what was found, how, on what, and what it does not show."""
    found = words.primary(story)
    models = " / ".join(dict.fromkeys(arm.model for arm in story.arms if arm.model))
    trained = " from ".join(part for part in (story.fine_tuned_model, story.base_model) if part)
    return (
        "Method",
        words.finding(story),
        words.how(story) if found else words.nothing_compared(story),
        f"Models asked: {models}." if models else "",
        f"Trained model: {trained}." if trained else "",
        f"Measure: {words.scorer_name(story)}." if story.scorer else "",
        f"Run {story.run_id}, ended {words.day(story.measured_on)}." if story.run_id and story.measured_on else "",
        f"Training data, snapshot sha256 {story.snapshot}; seed {story.seed}." if story.snapshot else "",
        *words.limits(story),
    )
