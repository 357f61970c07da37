"""One order as its people read it: what was bought, for how long, and all that it promises.

Clause: V-2-order, V-3.1, V-3.7, V-4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise as Text
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from apps.contracts import queries as contracts
from apps.contracts.models import Fee, Order
from apps.contracts.queries.catalogue import catalogue
from apps.contracts.queries.weeks import weeks_of
from apps.contracts.rules.terms import Terms
from apps.contracts.wording import fee
from apps.escalation import queries as escalation
from apps.portal.queries.account import reached
from apps.portal.queries.account.hours import Hours, hours_of
from apps.portal.queries.account.promised import (
    OffHours,
    Promised,
    off_hours_in,
    promised_in,
    refs_of,
)
from apps.portal.queries.seats import Seat
from apps.portal.queries.tickets.asked import titles_of
from apps.portal.queries.whys import Titles, cited

Clauses = Sequence[tuple[str, str]]
# What plans of many policies have. Others are called what their policy calls them.
FEATURES = {
    "gap_analysis": _("GAP analysis"),
    "proactive_monitoring": _("Proactive monitoring"),
    "support_email": _("Support by e-mail"),
}
# The order itself has the last word on these; they are shown with the TAM.
OF_TAM = ("tam", "tam_reachable")
RIGHTS = {
    "open": _("open tickets"),
    "escalate": _("escalate"),
    "confirm": _("confirm closures"),
    "money": _("see invoices"),
    "users": _("manage users"),
}
PLAN_FEE = "per_order"  # the kind of the fee whose amount is on the order


@dataclass(frozen=True, slots=True)
class Cost:
    """What help of a kind costs, a sentence or a price a line."""

    title: str
    says: Sequence[str]
    clauses: Clauses


@dataclass(frozen=True, slots=True)
class Language:
    name: str
    clauses: Clauses


@dataclass(frozen=True, slots=True)
class Agreed:
    """An order and what it promises. ``term``: "", "not begun" or "over".

    ``features`` are (name, what is promised: yes, no or words). ``plan_fee`` None: not for who may
    not see money, or the policy has none.
    """

    order: Order
    term: str
    rights: Sequence[Text]
    language: Language
    features: Sequence[tuple[Text | str, bool | str]]
    plan_clauses: Clauses
    promised: Sequence[Promised]
    has_reports: bool
    off_hours: OffHours | None
    hours: Sequence[Hours]
    ways: reached.Ways
    tam: reached.Tam | None
    path: escalation.Terms | None
    path_clauses: Clauses
    costs: Sequence[Cost]
    plan_fee: Cost | None


def term_of(order: Order, *, at: datetime) -> str:
    """Return how an order stands to its term: "" in force, "not begun" or "over".

    Both ends belong to the term, as days of its policy. An order that was ended is over.

    Clause: V-3.1.
    """
    on = at.astimezone(ZoneInfo(order.version.time_zone)).date()
    if order.state != Order.State.EXECUTED or (order.ends_on is not None and order.ends_on < on):
        return "over"
    return "not begun" if order.starts_on > on else ""


def orders_of(seat: Seat, *, at: datetime) -> list[Order]:
    """Return the orders that a person speaks for: those in force first, of each the newest first.

    Clause: V-3.1, V-3.5.
    """
    return sorted(seat.orders, key=lambda order: term_of(order, at=at) != "")


def agreed_of(order: Order, seat: Seat, *, at: datetime, reader: ZoneInfo) -> Agreed:
    """Return all that an order of a seat promises, as of an instant.

    Clause: V-2-order, V-3.1, V-3.7, V-4.
    """
    version = order.version_id
    titles = titles_of(version)
    agreed = contracts.agreed_in(order)
    terms = contracts.terms(version_id=version, plan_id=order.plan_id, agreed=agreed)
    promised = promised_in(terms, version_id=version, titles=titles)
    weeks = weeks_of(version, at=at)
    hours = {pk: hours_of(week, at=at, reader=reader, titles=titles) for pk, week in weeks.items()}
    fees = [
        (row.kind, _cost(row, order, terms, titles))
        for row in Fee.objects.filter(version=version).select_related("clause", "reading")
    ]
    own = [cost for kind, cost in fees if kind == PLAN_FEE]
    path = escalation.escalation_terms(order, ticket=None)
    return Agreed(
        order=order,
        term=term_of(order, at=at),
        rights=[words for right, words in RIGHTS.items() if seat.may_under(right, order.pk)],
        language=_language(order, terms, titles),
        features=list(_features(order)),
        plan_clauses=_of_plan(order),
        promised=promised,
        has_reports=any(each.report for each in promised),
        off_hours=off_hours_in(terms, titles=titles),
        hours=list(hours.values()),
        ways=reached.ways_in(order, terms, titles=titles),
        tam=reached.tam_in(order, hours=hours, at=at, titles=titles),
        path=path,
        path_clauses=cited(path.path.clause, titles) if path else [],
        costs=[cost for kind, cost in fees if kind != PLAN_FEE],
        plan_fee=own[0] if own and seat.may_under("money", order.pk) else None,
    )


def _cost(row: Fee, order: Order, terms: Terms, titles: Titles) -> Cost:
    calendars = {key: calendar.title for key, calendar in terms.calendars.items()}
    refs = [row.clause.ref, *([row.reading.ref] if row.reading else [])]
    return Cost(
        title=row.title,
        says=fee(row, currency=order.version.currency, calendars=calendars),
        clauses=cited(", ".join(refs), titles),
    )


def _language(order: Order, terms: Terms, titles: Titles) -> Language:
    rule = terms.rules.get("language")
    tag = order.version.language
    try:
        name = str(get_language_info(tag)["name_translated"])
    except KeyError:
        name = tag
    return Language(name, refs_of(rule, titles) if rule else [])


def _of_plan(order: Order) -> list[tuple[str, str]]:
    cites = (order.plan.clause_id, order.plan.reading_id)
    rows = catalogue(order.version_id).clauses.values()
    return [(row.ref, row.title) for row in rows if row.pk in cites]


def _features(order: Order) -> Iterator[tuple[Text | str, bool | str]]:
    for key, promised in sorted(order.plan.features.items()):
        if key not in OF_TAM:
            yield FEATURES.get(key, key.replace("_", " ").capitalize()), promised
