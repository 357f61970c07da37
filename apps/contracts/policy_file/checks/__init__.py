"""What the shape of a policy file cannot say: that its parts fit together.

A check asks for the parts of the file that it reads by their names, and waits while one of them is
broken. It yields what it finds; it never raises.
"""

from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any

from apps.contracts.policy_file.checks import calendars, fees, lists, rules, targets
from apps.contracts.policy_file.problems import Finding

CHECKS: list[Callable[..., Iterator[Finding]]] = [
    lists.keys_are_unique,
    lists.reasons_are_unique,
    lists.one_reason_upholds_a_dispute,
    lists.ranks_run_from_one,
    lists.one_severity_is_the_default,
    calendars.zones_exist,
    calendars.hours_are_stated_once,
    calendars.windows_close_later_than_they_open,
    calendars.windows_do_not_overlap,
    calendars.public_holidays_are_known,
    calendars.holiday_years_are_in_order,
    calendars.own_holidays_are_clear,
    targets.time_runs_in_a_calendar,
    targets.promises_are_made_once,
    targets.every_plan_promises_for_every_severity,
    fees.tiers_join,
    fees.hourly_fees_make_sense,
    rules.percentages_ascend,
    rules.waits_are_longer_than_nothing,
    rules.outage_reports_are_owed_once,
    rules.steps_lead_down,
    rules.rungs_ascend,
]


def findings(parts: dict[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong between the parts of a file, of which the broken ones are left out."""
    for check in CHECKS:
        wanted = signature(check).parameters
        if wanted.keys() <= parts.keys():
            yield from check(**{name: parts[name] for name in wanted})
