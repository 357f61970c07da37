"""What policy versions say of prices, as the rules take it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from apps.billing.models import BillingProfile
from apps.billing.rules.fees import Fee, Hours
from apps.billing.rules.periods import Terms
from apps.billing.rules.sharing import Installs, Policy
from apps.contracts import models as contracts
from apps.contracts.queries.hours import hours_of_version
from apps.contracts.queries.kept import Kept
from apps.contracts.rules.terms import RuleTerm

RULES = ("installs", "fault_review")


@dataclass(frozen=True, slots=True)
class Prices:
    """What a version says: to the rules, and of its rule for reviews of fault, if it has one.

    ``calendars``: key -> (key of the row, title). ``plan``: the fee that each order agrees.
    """

    zone: ZoneInfo
    policy: Policy
    review: RuleTerm | None
    calendars: Mapping[str, tuple[int, str]]
    plan: Fee | None

    @property
    def plan_terms(self) -> Terms | None:
        """How plan fees are billed; a version of before we asked has the defaults."""
        if self.plan is None:
            return None
        given = self.plan.terms
        names = ("billed", "periods", "pro_rata")
        said = {name: given[name] for name in names if given.get(name)}
        return Terms(**said, cites=self.plan.cites)


def prices_of(version_ids: Collection[int]) -> dict[int, Prices]:
    """Return version -> its prices, with the hours that are in force now.

    Published terms are read once a process; the hours are asked for each time, in one query.

    Clause: S-2.1, S-4, S-13, V-3.4.6.
    """
    found = _published.of(version_ids)
    missing = set(version_ids) - found.keys()
    if missing:
        found |= _read(missing, contracts.PolicyVersion.State.DRAFT)
    hours = hours_of_version(*found) if found else {}
    return {
        pk: replace(prices, policy=replace(prices.policy, hours=_hours(prices, hours)))
        for pk, prices in found.items()
    }


def currencies_of(account_ids: Collection[int]) -> dict[int, str]:
    """Return account -> the currency that it is billed in; those without a profile are left out."""
    rows = BillingProfile.objects.filter(account__in=account_ids).order_by()
    return dict(rows.values_list("account_id", "currency"))


def billing_of(account_ids: Collection[int]) -> dict[int, tuple[str, date]]:
    """Return account -> its currency, and the day from which plan fees are charged."""
    rows = BillingProfile.objects.filter(account__in=account_ids).order_by()
    found = rows.values_list("account_id", "currency", "plans_from_on")
    return {pk: (currency, since or date.min) for pk, currency, since in found}


def _hours(prices: Prices, hours: Mapping[int, Any]) -> dict[str, Hours]:
    named = prices.calendars.items()
    return {key: Hours(title, hours[pk]) for key, (pk, title) in named if pk in hours}


def _read(
    pks: Collection[int], state: str = contracts.PolicyVersion.State.PUBLISHED
) -> dict[int, Prices]:
    """Read fees, rules and calendars of versions in a state: in four queries."""
    versions = contracts.PolicyVersion.objects.filter(pk__in=pks, state=state)
    rows = {version.pk: version for version in versions}
    fees = _fees(rows)
    rules: dict[int, dict[str, RuleTerm]] = defaultdict(dict)
    of_rules = contracts.Rule.objects.filter(version__in=rows, key__in=RULES)
    for rule in of_rules.select_related("clause", "reading"):
        rules[rule.version_id][rule.key] = RuleTerm(rule.clause.ref, _ref(rule), rule.terms)
    calendars: dict[int, dict[str, tuple[int, str]]] = defaultdict(dict)
    for row in contracts.Calendar.objects.filter(version__in=rows):
        calendars[row.version_id][row.key] = (row.pk, row.title)
    return {
        pk: Prices(
            zone=ZoneInfo(version.time_zone),
            policy=Policy(
                currency=version.currency,
                fees=fees[pk],
                hours={},
                installs=_installs(rules[pk].get("installs")),
                allowance=_first(fees[pk], "allowance"),
            ),
            review=rules[pk].get("fault_review"),
            calendars=calendars[pk],
            plan=fees[pk].get(_first(fees[pk], "per_order")),
        )
        for pk, version in rows.items()
    }


def _fees(versions: Collection[int]) -> dict[int, dict[str, Fee]]:
    fees: dict[int, dict[str, Fee]] = defaultdict(dict)
    rows = contracts.Fee.objects.filter(version__in=versions).select_related("clause", "reading")
    for row in rows.order_by("pk"):
        fees[row.version_id][row.key] = Fee(
            *(row.pk, row.key, row.kind, row.title, row.clause.ref, _ref(row), row.terms)
        )
    return fees


def _ref(row: Any) -> str:
    return row.reading.ref if row.reading else ""


def _first(fees: Mapping[str, Fee], kind: str) -> str:
    return next((key for key, fee in fees.items() if fee.kind == kind), "")


def _installs(rule: RuleTerm | None) -> Installs | None:
    if rule is None:
        return None
    return Installs(rule.clause, rule.settings["fee"], rule.settings["calendar"])


_published: Kept[int, Prices] = Kept(most=256, read=_read)
