"""Asks a judge: each verdict is kept before it is used, and none is paid for twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ftcore.evaluation.judge.items import Item, Judge, same, tie
from ftcore.evaluation.judge.sheet import Judged, KeepJudgements, Sheet
from ftcore.evaluation.line import Patience
from ftcore.evaluation.runner import Allow
from ftcore.store.judgements import Judgement

CONCURRENCY = 16


async def ask_judge(
    judge: Judge,
    items: Sequence[Item],
    *,
    known: Mapping[str, Judgement] | None = None,
    keep: KeepJudgements | None = None,
    allow: Allow | None = None,
    cancelled: Callable[[], bool] | None = None,
    patience: Patience | None = None,
    concurrency: int = CONCURRENCY,
    timeout: float = 600.0,
    api_key: str | None = None,
) -> Judged:
    """Asks the judge about every item.

    `known` are the kept judgements of earlier by key (`store.judgements.finished`): what has a text is not asked again.
    `keep` is given every judgement before anything is made of it. Where a server refuses a form for the reply, it is
    asked without one. Pairs whose answers are the same are ties without a call. Raises EndpointError when the endpoint
    cannot be used, and whatever `keep` raises.
    """
    known = known or {}
    kept = set(known)

    def keep_new(came: Sequence[Judgement]) -> None:
        new = [one for one in came if one.key not in kept]
        if keep is not None and new:
            keep(new)
        kept.update(one.key for one in new)

    different = [item for item in items if not same(item)]
    settings: dict[str, Any] = {
        "allow": allow,
        "cancelled": cancelled,
        "patience": patience,
        "concurrency": concurrency,
        "timeout": timeout,
        "api_key": api_key,
    }
    sheet, calls = Sheet(judge, different, formed=True), 0
    if different and not sheet.anything_of(known):
        plain = Sheet(judge, different, formed=False)
        if plain.anything_of(known):
            sheet = plain
        else:  # one question tells whether the server knows forms; its answer is kept like any other
            first = Sheet(judge, different[:1], formed=True)
            tried = await first.ask({}, keep_new, settings)
            calls += tried.calls
            came = {one.key: one for one in tried.judgements if one.text is not None}
            known = {**known, **came}
            if not came and not tried.stopped and not tried.cancelled:
                sheet = plain
    found = await sheet.ask(known, keep_new, settings)
    ties = [tie(judge, item) for item in items if same(item)]
    # Ties without a call, and items whose call had been made for another one.
    came_without = [*(one for one in found.judgements if one.text is not None), *ties]
    await asyncio.to_thread(keep_new, came_without)
    by_place = {(one.case_id, one.arm, one.other_arm): one for one in (*found.judgements, *ties)}
    ordered = [by_place[place] for item in items if (place := (item.case_id, item.arm, item.other_arm)) in by_place]
    return replace(found, judgements=tuple(ordered), calls=found.calls + calls)
