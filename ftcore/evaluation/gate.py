"""What a finished run means for a script: passed, worse, or not known."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ftcore.records import Verdict

NOT_WORSE, BETTER = "not worse", "better"
REQUIRED = (NOT_WORSE, BETTER)
"""What may be asked for: that the candidate has not become worse, or that it is better."""


class Exit(IntEnum):
    PASSED = 0
    ERROR = 1
    REGRESSION = 2
    NOT_ENOUGH_EVIDENCE = 3


@dataclass(frozen=True, slots=True)
class Gate:
    """`sentence` says why."""

    exit: Exit
    sentence: str


def judge(result: Mapping[str, Any], require: str = NOT_WORSE) -> Gate:
    """By the comparison with the arm that the candidate must beat; the others are told and decide nothing."""
    compared = result.get("comparisons") or []
    if not compared:
        return Gate(Exit.ERROR, "This run compared nothing.")
    first = compared[0]
    verdict = Verdict(first["verdict"])
    said = f"{result.get('candidate', 'fine_tuned')} against {first['against']}: {verdict.value}"
    if verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        return Gate(Exit.NOT_ENOUGH_EVIDENCE, f"{said}. Add test examples, or ask for what is missing.")
    if verdict is Verdict.WORSE:
        return Gate(Exit.REGRESSION, f"{said}.")
    if require == BETTER and verdict not in (Verdict.BETTER, Verdict.CLEARLY_BETTER):
        return Gate(Exit.REGRESSION, f"{said}, and better was required.")
    return Gate(Exit.PASSED, f"{said}.")


def junit(result: Mapping[str, Any], gate: Gate, *, name: str, seconds: float = 0.0) -> str:
    """The run as JUnit XML: a test case for each comparison, of which the first alone can fail or be skipped."""
    compared = result.get("comparisons") or []
    failed, skipped = gate.exit is Exit.REGRESSION, gate.exit is Exit.NOT_ENOUGH_EVIDENCE
    numbers = {"tests": str(len(compared)), "failures": str(int(failed)), "skipped": str(int(skipped)), "errors": "0"}
    suite = ET.Element("testsuite", {"name": _plain(name), "time": f"{seconds:.1f}", **numbers})
    for at, one in enumerate(compared):
        candidate = _plain(str(result.get("candidate", "fine_tuned")))
        case = ET.SubElement(
            suite, "testcase", classname=f"{candidate}", name=_plain(f"against {one['against']}"), time="0"
        )
        if at == 0 and failed:
            ET.SubElement(case, "failure", message=_plain(gate.sentence), type="regression")
        elif at == 0 and skipped:
            ET.SubElement(case, "skipped", message=_plain(gate.sentence))
        told = (
            f"{one['verdict']}: difference {one['mean_difference']:+.4f} ({one['low']:+.4f} to {one['high']:+.4f}), "
            f"p {one['p_value']:.4f}, n {one['n']}, {one['wins']} better, {one['ties']} the same, {one['losses']} worse"
        )
        ET.SubElement(case, "system-out").text = _plain(told)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    """XML knows no control characters."""
    return "".join(sign for sign in text if sign.isprintable())
