"""The two presets, read once, and small questions that tests ask of them."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.contracts.policy_file.shape import PolicyFile
from apps.contracts.policy_file.terms import ReasonPart

POLICIES = Path(__file__).parents[2] / "policies"


def read_preset(slug: str) -> PolicyFile:
    return PolicyFile.model_validate(tomllib.loads((POLICIES / f"{slug}.toml").read_text("utf-8")))


V = read_preset("voximplant-premium-2023")
S = read_preset("skyswitch-support-2017")


def target(file: PolicyFile, kind: str, plan: str, severity: str) -> tuple[Any, Any]:
    """Return (hours, calendar) of the one target that is owed; (None, None) for best effort."""
    (row,) = (
        row
        for row in file.targets
        if row.kind == kind and plan in row.plans and severity in row.severities
    )
    assert (row.channel, row.arrival) == ("", "")
    assert row.best_effort == (row.within is None)
    if row.within is None:
        return None, None
    return row.within.duration.total_seconds() / 3600, row.calendar


def fee(file: PolicyFile, key: str) -> Any:
    (found,) = (fee for fee in file.fees if fee.key == key)
    return found


def rule(file: PolicyFile, key: str) -> Any:
    return file.rules.stated()[key]


def keys(entries: Sequence[ReasonPart], *, where: str = "") -> list[str]:
    return [entry.key for entry in entries if not where or getattr(entry, where)]
