"""Is it enough to train on? In words, each with where it is from."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST, FIRST_GAINS, GAINS = 10, 50, 100
FEW_OF_A_LABEL = 10
GUIDE = "OpenAI, supervised fine-tuning guide"
OURS = "our rule of thumb, not measured"
SMALL_MODELS = "Pecher 2024, arXiv 2402.12819"


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence, and its source."""

    sentence: str
    source: str


def advise(rows: int, *, labels: int = 0, thin_labels: int = 0) -> tuple[Advice, ...]:
    """Whether `rows` training examples are enough. `labels` is how many different labels they have (0: they are no labels),
    `thin_labels` how many of these have fewer than 10 examples."""
    said = [Advice(_by_number(rows), GUIDE)]
    if labels and rows >= FEWEST:
        if thin_labels:
            have = "1 label has" if thin_labels == 1 else f"{thin_labels:,} labels have"
            sentence = f"{have} fewer than {FEW_OF_A_LABEL} examples, of {labels:,} labels. Add examples there first."
        else:
            sentence = f"Each of the {labels:,} labels has at least {FEW_OF_A_LABEL} examples: enough to begin with."
        said.append(Advice(sentence, OURS))
        said.append(
            Advice(
                "At sorting texts, small tuned models came level with large general ones after about 100 labelled examples on "
                "average, and after two to three times as many when chance is allowed for.",
                SMALL_MODELS,
            )
        )
    return tuple(said)


def _by_number(rows: int) -> str:
    have = "1 training example" if rows == 1 else f"{rows:,} training examples"
    if rows < FEWEST:
        return f"{have}: too few to train on. At least {FEWEST} are needed; gains are usually seen from 50 to 100 on."
    if rows < FIRST_GAINS:
        return f"{have}: enough to try it, not to expect much. Gains are usually seen from 50 to 100 on."
    if rows < GAINS:
        return f"{have}: a sensible start. Gains are usually seen from 50 to 100 on."
    return f"{have}: enough to see whether it helps. Gains are usually seen from 50 to 100 on."
