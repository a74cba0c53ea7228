"""Stories for the tests of the report: one that could be true, one that is hostile, and ones with less in them."""

from __future__ import annotations

import random
from dataclasses import replace

from ftcore.decision import recommend
from ftcore.decision.framework import load
from ftcore.records import (
    ArmResult,
    Brand,
    Cited,
    Comparison,
    DataSheet,
    DataSource,
    Decided,
    Evidence,
    Place,
    SideBySide,
    Story,
    Verdict,
)
from ftcore.records.pay import Origin, Outcome, PayFigure, PayLine, PayPoint, PayStory
from ftcore.report.gathering import house_words

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


def sheet() -> DataSheet:
    return DataSheet(
        frozen=True,
        taken_on="2026-11-20",
        sources=(
            DataSource("tickets-2026.csv", "4d5e" * 16, 260, 252, 8, "2026-11-18"),
            DataSource("tickets-older.xlsx", "77aa" * 16, 40, 37, 3, "2026-11-19"),
        ),
        reasons=(
            ("the answer is empty", 6),
            ("the row has no question", 3),
            ("the answer is longer than … characters", 2),
        ),
        approved=289,
        rejected=14,
        drafts=3,
        edited=31,
        private=2,
        problems=(("near_duplicate", "warning", 12), ("personal_data", "warning", 4), ("shouting", "hint", 2)),
        good_note="One JSON object. A summary begins with a verb.",
        permission="Yes: our own customers' tickets, clause 7 of our terms. Asked legal on 12 November.",
    )


def pay(**changes: object) -> PayStory:
    """It pays within the first year, at one end soon and at the other late."""
    points = tuple(
        PayPoint(at, 1_800 + 60 * at, 3_900 + 110 * at, 420.0 * at, 760.0 * at) for at in map(float, range(13))
    )
    usual = PayStory(
        outcome=Outcome.PAYS,
        sentence="Fine-tuning pays back in 3 to 13 months against “Base with 3 examples”.",
        money="$2,520 to $5,220 in the first year; pays back in 3 to 13 months",
        because="It rests most on how many tickets there are a month.",
        quality="Each further right answer costs $0.02 to $0.05.",
        other="Base with 3 examples",
        other_kind="few_shot",
        months=(3.0, 13.0),
        tuned_total=(2_520, 5_220),
        other_total=(5_040, 9_120),
        lines=(
            PayLine(
                "Training", "123,690 tokens x 3 passes x $8", "$2.97", 2.97, 2.97, "price: the provider, read 2026-11"
            ),
        ),
        by_month=points,
        figures=(
            PayFigure("calls", "Tickets a month", 40_000, 60_000, "40,000 to 60,000", Origin.YOU, "you"),
            PayFigure("tuned_in", "Tokens read by a call", 61, 61, "61", Origin.MEASURED, "measured in run 3"),
            PayFigure("hours", "People's hours to set it up", 16, 40, "16 to 40", Origin.ASSUMED, "assumed"),
        ),
        notes=("The price of the base model is 5 months old.",),
    )
    return replace(usual, **changes)


RESEARCH = (
    Cited(
        "Start small, and evaluate first.",
        "The minimum is 10 examples; gains are seen at 50 to 100.",
        "OpenAI, supervised fine-tuning guide",
        vendor=True,
    ),
    Cited(
        "Many examples in the prompt can match tuning.",
        'Tuning is "more data hungry".',
        "Bertsch",
        2024,
        "https://arxiv.org/abs/2405.00200",
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
        run_id=3,
        run_seed=7,
        measured_on="2026-11-22",
        decide_by="2026-12-11",
        places=(Place("Acme Cloud", "api.acme.example", False, 169, 474),),
        pay=pay(),
        sheet=sheet(),
        decided=Decided(review_on="2027-03-01", version=2, digest="ab12" * 16),
        research=RESEARCH,
        shutdown="2027-09-30",
        test_snapshot="9f2c1e0b" * 8,
        house_words=house_words(load()),
    )  # fmt: skip


def organised() -> Story:
    """The same of an organisation with a name, colours of its own and a word for what is asked; nine ways to answer."""
    more = tuple(
        replace(
            arms()[1], arm=f"few_shot_{at}", kind="few_shot", label=f"Base with {at} examples", average=0.5 + at / 100
        )
        for at in range(4, 10)
    )
    priced = tuple(replace(arm, usd=0.0009 if arm.arm != "fine_tuned" else 0.0002) for arm in (*arms(), *more))
    level = comparison(mean_difference=0.3, low=0.2, high=0.4, baseline_avg=0.5)
    compared = (*believable().comparisons, *((arm.arm, level) for arm in more))
    return replace(
        believable(),
        noun="tickets",
        brand=Brand("Nordlicht Camping GmbH", "#FFD400", "#7A1FA2"),
        arms=priced,
        comparisons=compared,
        p_holm={arm.arm: 0.002 for arm in more},
    )


def trial() -> Story:
    """No tuned model was asked: a better prompt was tried against the short one, on some of the examples to learn from."""
    level = comparison(
        n=30, mean_difference=0.2, low=0.05, high=0.36, wins=8, ties=20, losses=2, verdict=Verdict.BETTER
    )
    ways = (
        replace(arms()[0], arm="base", kind="base", label="Base model", n=30),
        replace(
            arms()[1],
            arm="prompt",
            kind="prompt",
            label="Your full instructions",
            average=0.61,
            low=0.43,
            high=0.77,
            n=30,
        ),
    )
    evidence = [
        Evidence(
            "prompt_optimized", "Your full instructions did better than the base model.", supports="no", measured=True
        )
    ]
    return replace(
        unmeasured(),
        project="Support tickets",
        recommendation=recommend({**READY, "prompt_optimized": "no"}, ["format_reliability"], evidence),
        trial="prompt_optimized",
        candidate="prompt",
        scorer="exact_match",
        scorer_label="Exact match",
        run_id=1,
        arms=ways,
        comparisons=(("base", level),),
        rows=tuple(
            replace(row, answers={"base": row.answers["base"], "prompt": row.answers["few_shot"]}, scores={"base": row.scores["base"], "prompt": row.scores["few_shot"]})
            for row in rows(30)
        ),
        places=(Place("Acme Cloud", "api.acme.example", False, 0, 60),),
        read=300, accepted=289, rejected=11, train=151, validation=18, test=120,
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
        places=(Place("this computer", "127.0.0.1", True, 169, 474),),
        pay=pay(
            outcome=Outcome.UNKNOWN,
            sentence="Whether it would pay is not known yet: 2 figures are missing (“Calls a month”, “Price of the tuned model”).",
            money="Not worked out: 2 figures are missing.",
            because="", quality="", by_month=(), lines=(), figures=(), tuned_total=None, other_total=None,
            missing=("Calls a month", "Price of the tuned model"),
        ),
        shutdown="",
    )  # fmt: skip


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
        pay=pay(
            outcome=Outcome.NEVER,
            sentence="Fine-tuning never pays back against “Base with 3 examples”.",
            money="$2,520 to $5,220 in the first year; it never pays back",
            because="It is no better, and what it saves a call is less than what it costs to keep.",
            quality="",
        ),
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
        house_words=house_words(load()),
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
        noun=take(11),
        brand=Brand(take(0), "red; background:url(http://evil.example)", take(1)),
        decide_by=take(6),
        places=(Place(take(2), take(3), False, 1, 2),),
        decided=Decided(take(4), take(5), take(11), take(8), take(9), 1, take(7)),
        sheet=replace(
            sheet(),
            sources=tuple(DataSource(take(at), take(at + 1), 1, 1, 0, take(at + 2)) for at in range(5)),
            reasons=tuple((take(at), 1) for at in range(5)),
            problems=tuple((take(at), "warning", 1) for at in range(20)),
            good_note=take(11),
            permission=take(11),
        ),
        research=tuple(Cited(take(at), take(11), take(at + 1), 0, take(at + 2)) for at in range(6)),
        shutdown=take(1),
        pay=pay(
            sentence=take(11), money=take(0), because=take(1), quality=take(2), other=take(6), notes=(take(11),),
            figures=tuple(PayFigure(take(at), take(at), 1, 2, take(at + 1), Origin.YOU, take(at + 2)) for at in range(12)),
        ),
        comparator_why=take(11),
        stronger=take(3),
    )  # fmt: skip
