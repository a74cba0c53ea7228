"""README.md of what is taken away: a head that hubs read, then what the model was made from, for people."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ftcore.trainer.takeaway.facts import Data, Facts

LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
NAMES = {
    "train_loss": "training loss",
    "train_mean_token_accuracy": "training token accuracy",
    "full_valid_loss": "validation loss",
    "full_valid_mean_token_accuracy": "validation token accuracy",
    "n_epochs": "epochs",
    "batch_size": "batch size",
    "learning_rate_multiplier": "learning rate multiplier",
    "too_long": "over-long examples",
}
PAIRS = {
    "train_mean_token_accuracy": "training pairs whose preferred answer gained more",
    "full_valid_mean_token_accuracy": "validation pairs whose preferred answer gained more",
}
"""What the protocol's names mean after a training on preferences."""
USES = {
    "adapter": """An adapter: it is put on top of its base.

    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = AutoModelForCausalLM.from_pretrained("{base}")
    model = PeftModel.from_pretrained(base, ".")
    tokenizer = AutoTokenizer.from_pretrained(".")""",
    "merged": """A whole model, ready to load.

    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(".")
    tokenizer = AutoTokenizer.from_pretrained(".")""",
    "ollama": """A whole model with a `Modelfile` beside it. In this folder:

    ollama create my-model
    ollama run my-model""",
}


def write(facts: Facts, form: str) -> str:
    """`form` is adapter, merged or ollama."""
    use = USES[form].replace("{base}", facts.base_name)
    parts = [_head(facts, form), f"# {facts.name}", _intro(facts), "## Use", use, "## Data", _data(facts)]
    parts += ["## Training", _table(_settings(facts)), "## Scores", _scores(facts), "## Limits", _limits(facts, form)]
    return "\n\n".join(parts) + "\n"


def _head(facts: Facts, form: str) -> str:
    lora = ["lora"] if facts.is_adapter else []
    known = facts.licence is not None and LICENCE.fullmatch(facts.licence)
    head = {
        "base_model": facts.base_name,
        "base_model_relation": "adapter" if form == "adapter" else "finetune",
        "library_name": "peft" if form == "adapter" else "transformers",
        "license": facts.licence if known else "other",
        "pipeline_tag": "text-generation",
        "tags": ["fine-tuning", *lora, "tuneworthy"],
    }
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---"


def _intro(facts: Facts) -> str:
    count = f"{facts.training.examples:,} examples" if facts.training.examples else "examples"
    return (
        f"`{facts.base_name}`, fine-tuned on {count} ({facts.method}) on {facts.trained_at} with Tuneworthy {facts.version}."
        f" The licence of the base applies ({facts.licence or 'its papers here do not state it: look it up'})."
    )


def _data(facts: Facts) -> str:
    rows = {"training": _file(facts.training)}
    rows["validation"] = _file(facts.validation) if facts.validation else "none"
    return _table(rows)


def _file(data: Data) -> str:
    if data.sha256 is None:
        return "its file is no longer in the workspace"
    return f"{data.examples or 0:,} examples, sha256 `{data.sha256}`"


def _settings(facts: Facts) -> dict[str, Any]:
    rows = {"method": facts.method, **{NAMES.get(name, name): value for name, value in facts.settings.items()}}
    rows |= {"adapter rank" if name == "r" else "adapter alpha": value for name, value in facts.adapter.items()}
    return {**rows, "precision": facts.precision or "not known"}


def _scores(facts: Facts) -> str:
    names = {**NAMES, **PAIRS} if facts.method.startswith("dpo") else NAMES
    rows: dict[str, Any] = {names[name]: f"{value:.4f}" for name, value in facts.scores.items()}
    if facts.step is not None:
        rows["step"] = f"{facts.step} of {facts.steps}" if facts.steps else facts.step
    rows["best checkpoint by validation loss"] = facts.best or "not known: there was no validation file"
    return _table(rows)


def _limits(facts: Facts, form: str) -> str:
    lines = [
        "- The scores are those of the training; how it does on questions it has never seen is for an evaluation to say."
    ]
    if facts.unpacked_base and form == "adapter":
        lines.append(
            "- The base that it was trained on was unpacked from a 4-bit file. On other copies of these weights answers may"
            " differ a little; the merged form holds the weights that it was trained on."
        )
    return "\n".join(lines)


def _table(rows: dict[str, Any]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])
