"""Who is owed support: from a mail address to an order, with the answer and its clause."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Lower

from apps.contracts.models import (
    Account,
    AgreedTarget,
    AuthorisedUser,
    Order,
    PolicyVersion,
    Reason,
    Rule,
    Service,
    Severity,
    Standing,
)
from apps.contracts.queries.entitled_facts import Request, hour_facts, standing_facts, standing_of
from apps.contracts.queries.hours import InForce, hours_beside, in_force, in_force_beside
from apps.contracts.queries.terms import agreed_in, terms
from apps.contracts.rules.entitlement import (
    Answer,
    Clauses,
    OrderFacts,
    Step,
    Wanted,
    entitlement,
    order_holds,
)
from apps.contracts.rules.terms import RuleTerm
from apps.outbox.compiled import Compiled


@dataclass(frozen=True, slots=True)
class OrderNow:
    """What else was read of the user's order, so that who registers need not ask again.

    ``counts`` are the hours in force, by calendar; ``agreed`` the targets that it sets itself.
    """

    counts: Mapping[int, InForce]
    agreed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """The best answer for a sender, and the user it is about; None: nobody knows them."""

    answer: Answer
    user: AuthorisedUser | None
    order: OrderNow | None = None


def entitled(
    *,
    sender: str,
    mailboxes: Sequence[str],
    at: datetime,
    service: Service | None = None,
    wants: Wanted = Wanted.TICKET,
    severity: Severity | None = None,
    category: Reason | None = None,
    is_disconnection: bool = False,
) -> Found:
    """Answer whether a sender may have what they want now, and under which order.

    A person may be a user of several orders. An order that says yes wins, and among those one of
    an account in good standing; then one that still names them; then the one whose policy has the
    mailbox that was written to; then the oldest.
    ``service`` and ``category`` None: what the request is about is not known, as with a mail;
    ``severity`` None: the policy's default.

    Clause: V-1.2, V-2-order, V-3.1, V-3.5, S-2.1, S-3, S-12, R-6.
    """
    request = Request(at, wants, severity, category, service, is_disconnection)
    written_to = {address.lower() for address in mailboxes}
    known = sorted(
        ((user, _answer(user, request)) for user in _known.objects(address=sender)),
        key=lambda pair: _preference(pair[0], pair[1], written_to),
    )
    if not known:
        return Found(_unknown(sender, written_to), None)
    user, answer = known[0]
    return Found(answer, user, _order_now(user, request) if answer.entitled else None)


def entitled_user(
    *,
    user: AuthorisedUser,
    at: datetime,
    service: Service | None = None,
    wants: Wanted = Wanted.TICKET,
    severity: Severity | None = None,
    category: Reason | None = None,
    is_disconnection: bool = False,
) -> Answer:
    """Answer the same for a known user of an order, as both are in the database now.

    Clause: V-1.2, V-2-order, V-3.1, V-3.5, S-2.1, S-3, S-12, R-6.
    """
    now = _with_order(AuthorisedUser.objects.filter(pk=user.pk)).get()
    return _answer(now, Request(at, wants, severity, category, service, is_disconnection))


def entitled_stranger(
    *, sender: str, account: Account | None, at: datetime
) -> tuple[Answer, Order | None]:
    """Answer who is no authorised user: no; and the order of the account that they name, if any.

    Of several orders it is the one of which most holds, then the oldest. ``sender`` is an address
    or a name.

    Clause: V-1.2, V-3.1, V-3.5.
    """
    orders = Order.objects.select_related("version").defer("version__source")
    of_account = orders.filter(account=account).order_by("pk") if account else ()
    answered = [(_of_stranger(order, at), order) for order in of_account]
    if not answered:
        return _unknown(sender, set()), None
    return max(answered, key=lambda pair: len(pair[0].steps))


def holding(orders: Iterable[Order], *, at: datetime) -> Answer | None:
    """Answer whether one of the orders holds at an instant: the first that does; None: no order.

    Where none does, the answer is that of the first of which most holds. Versions are with them.

    Clause: V-1.2, V-3.1.
    """
    best: Answer | None = None
    for order in orders:
        answer = order_holds(**_whoever_asks(order, at))
        if answer.entitled:
            return answer
        if best is None or len(answer.steps) > len(best.steps):
            best = answer
    return best


def user_at(address: str, *, account: Account | None) -> AuthorisedUser | None:
    """Return an active user with that address: of an order of the account, if there is one named.

    Clause: V-3.5.
    """
    users = _users_at(address).filter(is_active=True).select_related("order")
    return (users.filter(order__account=account) if account else users).order_by("order").first()


def user_of_order(order: Order, address: str) -> AuthorisedUser | None:
    """Return the active user of the order with that address, if there is one.

    Clause: V-3.5.
    """
    return _users_at(address).filter(order=order, is_active=True).first()


def support_addresses() -> set[str]:
    """Return the mailboxes of all policies, in lower case: mail from them is our own."""
    found = PolicyVersion.objects.values_list(Lower("support_address"), flat=True)
    return set(found.distinct().order_by())


def order_now(order: Order) -> OrderNow:
    """Return what a ticket pins of an order, and the hours that its clocks run in.

    Clause: V-2-order, S-2.
    """
    return OrderNow(in_force(order.version_id), agreed_in(order))


def _order_now(user: AuthorisedUser, request: Request) -> OrderNow:
    order = user.order
    agreed = agreed_in(order) if user.sets_targets else []  # type: ignore[attr-defined]
    return OrderNow(request.in_force(order.version_id), agreed)


def versions_writing_from(address: str) -> QuerySet[PolicyVersion]:
    """Return the policy versions whose mailbox that is, whatever its case."""
    versions = PolicyVersion.objects.alias(lower=Lower("support_address")).order_by()
    return versions.filter(lower=address.lower())


def _users_at(address: str) -> QuerySet[AuthorisedUser]:
    """Users with that address, whatever its case, found by the index on the lower one."""
    return AuthorisedUser.objects.alias(lower=Lower("email")).filter(lower=Lower(Value(address)))


def _preference(
    user: AuthorisedUser, answer: Answer, written_to: set[str]
) -> tuple[bool, bool, bool, bool, int]:
    at_home = user.order.version.support_address.lower() in written_to
    standing = standing_of(user.order.account)
    is_suspended = standing is not None and standing.state != Standing.State.GOOD
    return (
        not answer.entitled,
        answer.entitled and is_suspended,
        not user.is_active,
        not at_home,
        user.order_id,
    )


def _with_order(users: QuerySet[AuthorisedUser]) -> QuerySet[AuthorisedUser]:
    """Users with all that an answer is made from, in one query."""
    agreed = AgreedTarget.objects.filter(order=OuterRef("order")).order_by()
    hours = hours_beside(OuterRef("order__version"))
    full = users.annotate(sets_targets=Exists(agreed), hours_now=hours).order_by("order_id", "pk")
    related = ["order__version", "order__plan", "order__account__standing"]
    return full.select_related(*related).defer("order__version__source")


_known = Compiled(lambda address: _with_order(_users_at(address)))


def _answer(user: AuthorisedUser, request: Request) -> Answer:
    order, service = user.order, request.service
    request.counts[order.version_id] = in_force_beside(user.hours_now)  # type: ignore[attr-defined]
    on = request.at.astimezone(ZoneInfo(order.version.time_zone)).date()
    promised = terms(version_id=order.version_id, plan_id=order.plan_id)
    rules = promised.rules
    facts = OrderFacts(
        number=order.number,
        is_executed=_was_executed(order, on),
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        sender_is_authorised=user.is_active,
        sender_may_open=user.may_open,
        service=str(service or ""),
        covers_service=service is None or _covers(order, service),
    )
    return entitlement(
        order=facts,
        on=on,
        clauses=_clauses(rules["entitlement"]),
        standing=standing_facts(order, rules, request),
        hour=hour_facts(order, promised, request),
        wants=request.wants,
    )


def _of_stranger(order: Order, at: datetime) -> Answer:
    return entitlement(**_whoever_asks(order, at))


def _whoever_asks(order: Order, at: datetime) -> dict[str, Any]:
    """Return what a rule asks of an order at an instant, of nobody in particular."""
    on = at.astimezone(ZoneInfo(order.version.time_zone)).date()
    rules = terms(version_id=order.version_id, plan_id=order.plan_id).rules
    facts = OrderFacts(
        number=order.number,
        is_executed=_was_executed(order, on),
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        sender_is_authorised=False,
    )
    return {"order": facts, "on": on, "clauses": _clauses(rules["entitlement"])}


def _was_executed(order: Order, on: date) -> bool:
    """Tell whether the term has the last word: it is executed, or was until its term was over.

    One that has ended never says yes. If its last day is still to come, it did not end by it.

    Clause: V-1.2, V-3.1.
    """
    if order.state == Order.State.ENDED:
        return order.ends_on is not None and order.ends_on < on
    return order.state == Order.State.EXECUTED


def _covers(order: Order, service: Service) -> bool:
    """An order that lists no services covers everything (V-2-order)."""
    listed = set(order.services.values_list("pk", flat=True))
    return not listed or service.pk in listed


def _unknown(sender: str, written_to: set[str]) -> Answer:
    """Nobody knows the address; the policy whose mailbox was written to says why that matters."""
    rules = Rule.objects.filter(key="entitlement", version__state=PolicyVersion.State.PUBLISHED)
    known = rules.order_by("-version__published_at", "version_id").values_list(
        "version__support_address", "clause__ref"
    )
    clause = next((ref for mailbox, ref in known if mailbox.lower() in written_to), "")
    why = f"{sender} is not an authorised user of any order."
    return Answer(False, clause, why, (Step(clause, False, why),))


def _clauses(rule: RuleTerm) -> Clauses:
    return Clauses(
        order=rule.settings.get("order_clause") or rule.clause,
        term=rule.settings.get("term_clause") or rule.clause,
        users=rule.clause,
    )
