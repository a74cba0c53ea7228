"""Research as it is cited, and the hashes by which evidence is known again."""

from __future__ import annotations

from ftcore.records import Cited, Story


def cite(one: Cited) -> str:
    """A card as it is cited: what it says, its figure, its source, and whether a seller says so."""
    year = f" {one.year}" if one.year and str(one.year) not in one.source else ""
    vendor = ", a seller's own figure" if one.vendor else ""
    link = f", {one.url.removeprefix('https://')}" if one.url else ""
    return f"{one.claim} {one.figure} ({one.source}{year}{vendor}{link})".replace("  ", " ")


def evidence_lines(story: Story) -> list[str]:
    """The run, the snapshots and the decision record with their hashes."""
    taken = story.decided
    lines = [
        f"Comparison: run {story.run_id}, seed {story.run_seed}" if story.run_id else "",
        f"Training examples: sha256 {story.snapshot}" if story.snapshot else "",
        f"Test examples: sha256 {story.test_snapshot}" if story.test_snapshot not in ("", story.snapshot) else "",
        f"Decision record: version {taken.version}, sha256 {taken.digest}" if taken and taken.digest else "",
    ]
    return [line for line in lines if line]
