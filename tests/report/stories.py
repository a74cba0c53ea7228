"""Stories for the tests of the report: one that could be true, one that is hostile, and ones with less in them."""

from __future__ import annotations

import random
from dataclasses import replace

from ftcore.decision import recommend
from ftcore.records import ArmResult, Comparison, Evidence, SideBySide, Story, Verdict

READY = {
    "best_base_model": "yes",
    "prompt_optimized": "yes",
    "rag_would_solve": "no",
    "high_volume_narrow": "yes",
    "quality_training_data": "yes",
}
BASE, TUNED = "acme-small-2026-05", "ft:acme-small-2026-05:shop:tickets:9fK2"
_TICKETS = (
    (
        "Hi, my kettle KT-20 leaks at the spout since yesterday. Order 88121.",
        "fault",
        "KT-20",
        "Replace leaking kettle",
    ),
    ("where is my parcel?? supposed to come friday", "delivery", "-", "Trace late parcel"),
    ("Please cancel the second toaster, I only wanted one.", "order", "TS-11", "Cancel duplicate toaster"),
    ("Invoice shows the old VAT number of our company.", "billing", "-", "Correct VAT number on invoice"),
    ("The lamp flickers when the fridge starts. Dangerous?", "fault", "LM-07", "Check flickering lamp"),
    ("Can I return an opened coffee grinder?", "return", "CG-03", "Explain return of opened grinder"),
)


def answer(kind: str, code: str, summary: str) -> str:
    return f'{{"category": "{kind}", "product": "{code}", "urgency": "normal", "summary": "{summary}"}}'


def rows(
    n: int, *, seed: int = 1, tuned: float = 0.86, other: float = 0.68, base: float = 0.41
) -> tuple[SideBySide, ...]:
    """`n` test rows with answers that are right with these chances."""
    pick = random.Random(seed)
    made = []
    for at in range(n):
        asked, kind, code, summary = _TICKETS[at % len(_TICKETS)]
        wanted = answer(kind, code, summary)
        wrong = answer(
            "order" if kind != "order" else "fault", "KT-02", "Answer the customer's question about the order"
        )
        right = {
            arm: pick.random() < chance for arm, chance in (("base", base), ("few_shot", other), ("fine_tuned", tuned))
        }
        made.append(
            SideBySide(
                case_id=f"{at:04d}",
                input=asked if at < len(_TICKETS) else f"{asked} (ticket {at})",
                expected=wanted,
                answers={arm: wanted if good else wrong for arm, good in right.items()},
                scores={arm: float(good) for arm, good in right.items()},
                private=at % 60 == 59,
            )
        )
    return tuple(made)


def comparison(**changes: object) -> Comparison:
    """Clearly better by 18 of 100 on 120 examples, unless changed."""
    usual = Comparison(
        n=120, baseline_avg=0.68, candidate_avg=0.86, mean_difference=0.18, low=0.11, high=0.25, p_value=0.0001, wins=28, ties=86,
        losses=6, missing=0, verdict=Verdict.CLEARLY_BETTER, method="Bonett-Price", detectable_difference=0.09,
    )  # fmt: skip
    return replace(usual, **changes)


def arms(models: tuple[str, str] = (BASE, TUNED)) -> tuple[ArmResult, ...]:
    base, tuned = models
    return (
        ArmResult(
            "base",
            "Base with the full prompt",
            base,
            0.41,
            0.33,
            0.50,
            120,
            0,
            642,
            41,
            1.9,
            "You sort support tickets...",
        ),
        ArmResult(
            "few_shot",
            "Base with 3 examples",
            base,
            0.68,
            0.59,
            0.76,
            120,
            0,
            958,
            40,
            2.4,
            "You sort support tickets...",
        ),
        ArmResult(
            "fine_tuned", "Fine-tuned, short prompt", tuned, 0.86, 0.79, 0.91, 120, 0, 61, 38, 1.1, "Sort the ticket."
        ),
    )


def believable() -> Story:
    """A finished project that found fine-tuning worth it."""
    evidence = [
        Evidence(
            "prompt_optimized",
            "The tuned model did better than Base with 3 examples on 120 unseen examples.",
            supports="yes",
            measured=True,
        )
    ]
    return Story(
        project="Support tickets",
        made_at="2026-11-23T10:15",
        made_by="Dana Kern",
        practice=False,
        recommendation=recommend(READY, ["format_reliability", "domain_terminology"], evidence),
        answers=dict(READY),
        reasons=("format_reliability", "domain_terminology"),
        read=300,
        accepted=289,
        rejected=11,
        train=151,
        validation=18,
        test=120,
        tokens=41_230,
        snapshot="9f2c1e0b" * 8,
        base_model=BASE,
        fine_tuned_model=TUNED,
        endpoint="Acme Cloud",
        job_id="ftjob-7Qx2",
        job_seconds=1_512,
        trained_tokens=123_690,
        hyperparameters={"n_epochs": "3", "batch_size": "8", "learning_rate_multiplier": "2.0"},
        seed=42,
        losses=tuple((step, 0.34 + 2.1 * 0.94**step + 0.05 * (step % 3)) for step in range(1, 58)),
        scorer="exact_match",
        scorer_label="Exact match",
        arms=arms(),
        comparisons=(("few_shot", comparison()), ("base", comparison(mean_difference=0.45, low=0.35, high=0.54, baseline_avg=0.41, losses=3, wins=57, ties=60))),
        rows=rows(120),
        best_chosen=True,
        comparator_why="It was the best alternative on the validation examples, chosen before the test examples were seen.",
    )  # fmt: skip


def practice() -> Story:
    """The same, measured on the embedded small model."""
    evidence = [Evidence("quality_training_data", "The examples teach.", practice=True, supports="yes", measured=True)]
    small = "smollm2-135m-instruct"
    return replace(
        believable(),
        practice=True,
        endpoint="local",
        base_model=small,
        fine_tuned_model=f"ft:{small}:tickets:1",
        recommendation=recommend({**READY, "best_base_model": "unsure"}, ["format_reliability"], evidence),
        arms=arms((small, f"ft:{small}:tickets:1")),
    )


def no_better() -> Story:
    """Examples in the prompt do as well."""
    level = comparison(
        mean_difference=0.01,
        low=-0.03,
        high=0.04,
        candidate_avg=0.69,
        wins=9,
        ties=104,
        losses=7,
        verdict=Verdict.EQUIVALENT,
    )
    evidence = [
        Evidence(
            "prompt_optimized",
            "Base with 3 examples did as well on 120 unseen examples.",
            supports="no",
            measured=True,
        )
    ]
    return replace(
        believable(),
        comparisons=(("few_shot", level),),
        arms=(*arms()[:2], replace(arms()[2], average=0.69, low=0.60, high=0.77)),
        recommendation=recommend(READY, ["format_reliability"], evidence),
        rows=rows(120, tuned=0.69, other=0.68),
    )


def unmeasured() -> Story:
    """Only the questions were answered."""
    return Story(
        project="Returns policy",
        made_at="2026-11-23T10:15",
        made_by="Dana Kern",
        practice=False,
        recommendation=recommend({**READY, "rag_would_solve": "yes"}, ["adding_knowledge"]),
        answers={**READY, "rag_would_solve": "yes"},
        reasons=("adding_knowledge",),
    )


def nothing() -> Story:
    """A project in which nobody did anything."""
    return Story(project="Empty", made_at="", made_by="", practice=False, recommendation=None)


def hostile(strings: list[str]) -> Story:
    """Every text that comes from outside is one of `strings`, with attacks on the page and the deck among them."""
    attacks = [
        "<script>window.hacked=1</script>",
        "<img src=x onerror=window.hacked=1>",
        "</script><script>window.hacked=1</script>",
        '"><svg onload=window.hacked=1>',
        "</style><script>window.hacked=1</script>",
        "<a href='javascript:window.hacked=1'>click</a>",
        "=HYPERLINK(\"http://example.invalid\",\"x\")",
        "\x00\x08\x1b[31m\ud800 \u202eevil",
        "<!--",
        "]]>",
        "{{7*7}} ${7*7}",
        "very long " * 4_000,
    ]  # fmt: skip
    texts = [*attacks, *strings]

    def take(at: int) -> str:
        return texts[at % len(texts)]

    bad_arms = tuple(
        replace(arm, label=take(at), model=take(at + 3), system_prompt=take(at + 5)) for at, arm in enumerate(arms())
    )
    bad_rows = tuple(
        replace(
            row,
            input=take(at),
            expected=take(at + 1),
            answers={arm: take(at + i) for i, arm in enumerate(row.answers)},
            private=False,
        )
        for at, row in enumerate(rows(min(len(texts), 190)))
    )
    secret = replace(bad_rows[0], case_id="secret", input="PRIVATE-ROW-TEXT", expected="PRIVATE-ROW-TEXT", private=True)
    advice = recommend(READY, (), [Evidence("prompt_optimized", take(2), supports="yes", measured=True)])
    return replace(
        believable(),
        project=take(0),
        made_by=take(1),
        made_at=take(2),
        endpoint=take(3),
        base_model=take(4),
        fine_tuned_model=take(7),
        job_id=take(1),
        scorer_label=take(0),
        hyperparameters={take(1): take(2)},
        recommendation=advice,
        arms=bad_arms,
        rows=(secret, *bad_rows),
    )
