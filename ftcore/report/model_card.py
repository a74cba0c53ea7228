"""The model card: what the model is for, how it was trained, how it did with intervals, its limits, and until when it is there.

The headings follow "Model Cards for Model Reporting" (arXiv 1810.03993).
"""

from __future__ import annotations

from ftcore.records import LOCAL, Story
from ftcore.report import facts, markdown, ways, words
from ftcore.report.markdown import bullets, code, plain, section, table

NONE = "No model has been trained in this project, so there is nothing to describe but what was compared."


def as_markdown(story: Story) -> str:
    """The whole card."""
    name = story.fine_tuned_model or "no tuned model yet"
    stamp = words.stamp(story)
    lines = [
        f"# Model card: {plain(name)}",
        "",
        f"Written by Tuneworthy on {plain(facts.day(story.made_at)) or 'a day that is not known'} for “{plain(story.project)}”.",
        "",
        *([f"**{plain(stamp)}**", ""] if stamp else []),
        *section("In short", bullets((words.headline(story), words.second_sentence(story)))),
        *section("The model", _model(story)),
        *section("What it is meant for", _intended(story)),
        *section("Training", _training(story)),
        *section("Evaluation", _evaluation(story)),
        *section("Limits", bullets(words.limits(story))),
        *section("Risks", bullets(_risks(story))),
        *section("Until when", bullets((_until(story),))),
    ]
    return markdown.page(lines)


def _model(story: Story) -> list[str]:
    if not story.fine_tuned_model:
        return bullets((NONE,))
    where = "this project's own server" if story.endpoint == LOCAL else story.endpoint or "an endpoint without a name"
    return [
        f"- Name: {code(story.fine_tuned_model)}",
        f"- Base model: {code(story.base_model) if story.base_model else 'not known'}",
        f"- Trained at: {plain(where)}",
        f"- Job: {code(story.job_id) if story.job_id else 'not known'}",
        "- Licence of the base model: not known to this app. Look it up where the base is from; it holds for the tuned model too.",
        "",
    ]


def _intended(story: Story) -> list[str]:
    ours = words.tuned_arm(story)
    prompt = ours.system_prompt if ours else ""
    return bullets(
        (
            f"Answering {story.noun} like those in the test set of “{story.project}”, with a person reading the answers.",
            f"It is asked with these instructions: {prompt}" if prompt else "",
            "Not meant for other tasks, other languages, or decisions about people that nobody checks. None of that was measured.",
        )
    )


def _training(story: Story) -> list[str]:
    if not story.job_id:
        return bullets((NONE,))
    settings = [(name, value) for name, value in sorted(story.hyperparameters.items())]
    said = (
        *words.training_sentences(story),
        f"Seed {story.seed}.",
        f"Training examples: snapshot sha256 {story.snapshot}.",
    )
    return [*bullets(said), *table(("Setting", "Value"), settings)]


def _evaluation(story: Story) -> list[str]:
    if not story.comparisons:
        return bullets(("Not measured.",))
    said = (
        words.asked_sentence(story),
        f"Measured by “{words.scorer_name(story)}”." if words.scorer_name(story) else "",
        words.finding(story),
    )
    return [
        *bullets(said),
        *table(ways.head(story), ways.rows(story)),
        *table(ways.DIFFERENCES, ways.differences(story)),
        *bullets((words.how(story),)),
    ]


def _risks(story: Story) -> list[str]:
    advised = list(story.recommendation.risks) if story.recommendation else []
    return list(dict.fromkeys([words.risk(story), *advised]))


def _until(story: Story) -> str:
    if story.shutdown:
        return f"The model or its base is shut down on {facts.day(story.shutdown)}, as its server says."
    if story.endpoint == LOCAL:
        return "It is a file on a server of your own: it stays until somebody deletes it."
    return "No shutdown date is known. Ask the provider, and write it down."
