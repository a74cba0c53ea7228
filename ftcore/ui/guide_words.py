"""The words of the product, each with its meaning, and on which page it first stands: one hover away, at the page's title."""

from __future__ import annotations

MEANINGS = {
    "Project": "one question that you want answered: its examples, models, comparisons and decision.",
    "Base model": "a model as its maker offers it, before anybody trains it further.",
    "Prompt": "the written instructions that a model is given with each question.",
    "Looking it up (RAG)": "before it answers, the model is shown the parts of your documents that fit the question.",
    "Fine-tuning": "training a base model further on your own examples.",
    "Decision record": "what was asked, answered, recommended and decided, by whom and on what evidence; versions are kept.",
    "Example": "one conversation to learn from: the system message (its instructions), the prompt (what somebody writes) "
    "and the response (the answer that you would want).",
    "Status": "draft (nobody has decided), approved (it is learnt from or tested on) or rejected (it is left out).",
    "Problem": "what a check found in an example: an error, a warning or a hint.",
    "Split": "which side an example is on: train (learnt from), validation (watched meanwhile) or test (kept aside, to measure).",
    "Snapshot": "a copy of the approved examples that never changes, with a fingerprint: what was learnt from and tested on.",
    "Endpoint": "a server that trains and answers; a connection on this page leads to one.",
    "Job": "one fine-tuning at an endpoint, here called a training.",
    "Run": "one comparison: every way to answer is asked every test example.",
    "Arm": "one way to answer: the base model, a prompt, examples in the prompt, looking it up, or the tuned model.",
    "Score": "how good one answer is, from 0 to 1, by a measure that was chosen before.",
    "Comparison": "two ways to answer, example by example.",
    "Interval": "the range in which the difference lies, as far as so many examples can tell.",
    "Verdict": "what the comparison says in words, from “clearly better” to “not enough evidence”.",
    "Regression": "an example on which the tuned model did worse than the other way.",
    "Practice model": "the small model on this computer. It shows that examples can teach, not that a large model needs it.",
}
ON = {
    "overview": ("Project", "Example", "Fine-tuning"),
    "decide": ("Base model", "Prompt", "Looking it up (RAG)", "Fine-tuning", "Decision record"),
    "curate": ("Example", "Status", "Problem", "Split"),
    "train": ("Job", "Endpoint", "Snapshot", "Base model", "Practice model"),
    "evaluate": ("Run", "Arm", "Score", "Comparison", "Interval", "Verdict"),
    "report": ("Verdict", "Interval", "Regression", "Practice model", "Decision record"),
}


def of_page(name: str) -> str:
    """The words of a page with their meanings, as Markdown for a `help=`."""
    return "\n\n".join(f"**{word}**: {MEANINGS[word]}" for word in ON[name])
