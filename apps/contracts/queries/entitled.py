"""Who is owed support: from a mail address to an order, with the answer and its clause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from apps.contracts.models import AuthorisedUser, Order, PolicyVersion, Rule, Service
from apps.contracts.rules.entitlement import Answer, Clauses, OrderFacts, entitlement


@dataclass(frozen=True, slots=True)
class Found:
    """The best answer for a sender, and the user it is about; None: nobody knows them."""

    answer: Answer
    user: AuthorisedUser | None


def entitled(
    *, sender: str, mailboxes: Sequence[str], at: datetime, service: Service | None = None
) -> Found:
    """Answer whether a sender may open a ticket now, and under which order.

    A person may be a user of several orders. An order that says yes wins; then one that still
    names them; then the one whose policy has the mailbox that was written to; then the oldest.
    ``service`` None: what the request is about is not known, as with a mail.

    Clause: V-1.2, V-2-order, V-3.1, V-3.5.
    """
    users = (
        _users_at(sender)
        .select_related("order__version", "order__plan", "order__account")
        .defer("order__version__source")
    )
    written_to = {address.lower() for address in mailboxes}
    known = sorted(
        ((user, _answer(user, at, service)) for user in users),
        key=lambda pair: _preference(pair[0], pair[1], written_to),
    )
    if not known:
        return Found(_unknown(sender, written_to), None)
    user, answer = known[0]
    return Found(answer, user)


def user_of_order(order: Order, address: str) -> AuthorisedUser | None:
    """Return the active user of the order with that address, if there is one.

    Clause: V-3.5.
    """
    return _users_at(address).filter(order=order, is_active=True).first()


def support_addresses() -> set[str]:
    """Return the mailboxes of all policies, in lower case: mail from them is our own."""
    found = PolicyVersion.objects.values_list(Lower("support_address"), flat=True)
    return set(found.distinct().order_by())


def _users_at(address: str) -> QuerySet[AuthorisedUser]:
    """Users with that address, whatever its case, found by the index on the lower one."""
    return AuthorisedUser.objects.alias(lower=Lower("email")).filter(lower=Lower(Value(address)))


def _preference(
    user: AuthorisedUser, answer: Answer, written_to: set[str]
) -> tuple[bool, bool, bool, int]:
    at_home = user.order.version.support_address.lower() in written_to
    return not answer.entitled, not user.is_active, not at_home, user.order_id


def _answer(user: AuthorisedUser, at: datetime, service: Service | None) -> Answer:
    order = user.order
    facts = OrderFacts(
        number=order.number,
        is_executed=order.state == Order.State.EXECUTED,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        sender_is_authorised=user.is_active,
        sender_may_open=user.may_open,
        service=str(service or ""),
        covers_service=service is None or _covers(order, service),
    )
    on = at.astimezone(ZoneInfo(order.version.time_zone)).date()
    return entitlement(order=facts, on=on, clauses=_clauses(order.version))


def _covers(order: Order, service: Service) -> bool:
    """An order that lists no services covers everything (V-2-order)."""
    listed = set(order.services.values_list("pk", flat=True))
    return not listed or service.pk in listed


def _unknown(sender: str, written_to: set[str]) -> Answer:
    """Nobody knows the address; the policy whose mailbox was written to says why that matters."""
    versions = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED)
    homes = [
        version
        for version in versions.defer("source").order_by("-published_at", "pk")
        if version.support_address.lower() in written_to
    ]
    clause = _clauses(homes[0]).users if homes else ""
    return Answer(False, clause, f"{sender} is not an authorised user of any order.")


def _clauses(version: PolicyVersion) -> Clauses:
    rule = Rule.objects.select_related("clause").get(version=version, key="entitlement")
    users = rule.clause.ref
    return Clauses(
        order=rule.terms.get("order_clause") or users,
        term=rule.terms.get("term_clause") or users,
        users=users,
    )
