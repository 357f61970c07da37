"""Fees: tiers without a hole, and hourly prices that somebody can charge."""

from collections.abc import Iterator, Sequence

from apps.contracts.policy_file.problems import Finding
from apps.contracts.policy_file.terms import FeePart, HourlyFee, TieredFee

A_DAY = 24 * 60  # minutes


def tiers_join(fees: Sequence[FeePart]) -> Iterator[Finding]:
    """Tiers begin at minute 0 and follow each other without a gap or an overlap."""
    for number, fee in enumerate(fees):
        if not isinstance(fee, TieredFee):
            continue
        expected = 0
        for index, tier in enumerate(fee.tiers):
            path = ("fees", number, "tiers", index)
            start, end = tier.from_minutes, tier.to_minutes
            if start > end:
                yield Finding(path, f"from_minutes {start} is more than to_minutes {end}")
            if start > expected:
                gap = f"the minutes from {expected} to {start - 1}"
                yield Finding((*path, "from_minutes"), f"a gap: {gap} have no price")
            if start < expected:
                yield Finding(
                    (*path, "from_minutes"),
                    f"an overlap: minute {start} is in an earlier tier, which ends at "
                    f"{expected - 1}",
                )
            expected = max(expected, end + 1)


def hourly_fees_make_sense(fees: Sequence[FeePart]) -> Iterator[Finding]:
    """An hourly fee costs something, and its minimum is no longer than a day."""
    for number, fee in enumerate(fees):
        if not isinstance(fee, HourlyFee):
            continue
        path = ("fees", number)
        if not fee.hourly_amount:
            yield Finding((*path, "hourly_amount"), 'must be more than nothing, or kind = "free"')
        if fee.minimum_minutes > A_DAY:
            yield Finding((*path, "minimum_minutes"), f"must be at most {A_DAY}, which is a day")
