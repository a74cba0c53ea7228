"""What the hints say: on each page what is to be seen and what to do, a sentence each. One set for the samples, one for
one's own projects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    see: str
    do: str


OWN = {
    "overview": Hint(
        "This page says where the project stands, and the one thing to do next.",
        "Press the button under the sentence; the six steps show what is left.",
    ),
    "decide": Hint(
        "Five questions tell whether fine-tuning is the way at all, and the advice follows as you answer.",
        "Answer what you know; “not sure” is a good answer.",
    ),
    "curate": Hint(
        "Your examples belong here: in each, what people write and the answer you would want.",
        "Import a spreadsheet, then approve what is right and mend what is not.",
    ),
    "train": Hint(
        "Here a model learns from the examples that you approved.",
        "Look at the price and the time, then start; it goes on when you close the tab.",
    ),
    "evaluate": Hint(
        "Here the trained model is compared with the cheaper ways, on examples that none of them has seen.",
        "Run the comparison, and read the verdict before the details.",
    ),
    "report": Hint(
        "This is what you show to others: slide one, the evidence, and the files to take away.",
        "Read slide one as somebody who was not there, then download the deck.",
    ),
}
SAMPLES = {
    "overview": Hint(
        "A project from beginning to end: it is decided, curated, trained, compared and reported already.",
        "Walk through the six pages in their order, and change what you like.",
    ),
    "decide": Hint(
        "The shop's manager has answered the five questions; above them stands the advice, and what it rests on.",
        "Give another answer to one of them, and see whether the advice changes.",
    ),
    "curate": Hint(
        "These are the shop's examples: most are approved, and the checks have marked the doubtful ones.",
        "Look at a few, and decide on one that needs a look; Undo takes it back.",
    ),
    "train": Hint(
        "A training that has ended: the curve shows how its error fell, step by step.",
        "Read the curve, or train here yourself: how long that takes stands below.",
    ),
    "evaluate": Hint(
        "The trained model beside the cheaper ways, on examples that none of them has seen.",
        "Read the verdict, then the worst regressions: where the trained model lost most.",
    ),
    "report": Hint(
        "The story for those who decide, with the same figures as on the pages before.",
        "Download the deck, and see whether slide one can stand alone.",
    ),
}
ABOUT = {
    ("tickets", "curate"): Hint(
        "A shop's support e-mails, each filed as the same small form: most are approved, and the checks have marked the "
        "doubtful ones.",
        "Look at a few, and decide on one that needs a look; Undo takes it back.",
    ),
    ("returns", "curate"): Hint(
        "Questions about a shop's returns policy, each with the fact that its handbook gives; all of them are approved.",
        "Look at a few: could somebody know this without the handbook?",
    ),
}


def hint(name: str, sample: str = "") -> Hint:
    """The hint of a page; of a sample (by its name), once its finished run is there."""
    if not sample:
        return OWN[name]
    return ABOUT.get((sample, name), SAMPLES[name])
