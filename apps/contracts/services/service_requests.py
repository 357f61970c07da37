"""Services that a client wants added, changed or removed: asked for, then done or declined.

While the dashboard is suspended nothing can be asked. The client hears of each step by mail.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.contracts.models import (
    Account,
    AuthorisedUser,
    OptOut,
    Order,
    Service,
    ServiceRequest,
    User,
)
from apps.contracts.queries.people import wants
from apps.contracts.services.orders import sign
from apps.contracts.services.self_service import check_dashboard
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

State, Kind = ServiceRequest.State, ServiceRequest.Kind
ASKED, SETTLED = "service.asked", "service.settled"
LONGEST_TEXT = 20_000  # characters


class ServiceRefused(Exception):
    """It cannot be asked for or decided; the message says why. ``clause`` is what it rests on."""

    def __init__(self, why: str, *, clause: str = "") -> None:
        super().__init__(why)
        self.clause = clause


@transaction.atomic
def ask_service(
    *,
    requester: AuthorisedUser,
    kind: str,
    service: Service | None,
    details: str,
    source_key: str,
    at: datetime,
) -> ServiceRequest:
    """Take down that a client wants a service added, changed or removed; staff decide on it.

    ``service`` None: none of our list. The same ``source_key`` again is the same request.

    Clause: S-12, V-1.2, V-2-order, V-3.5.

    :raises DashboardSuspended: the account's dashboard is suspended.
    :raises ServiceRefused: the requester may not ask, the order does not hold, the service does
        not fit what is wanted, or nobody says what is.
    """
    order = Order.objects.select_related("version").get(pk=requester.order_id)
    # Of a suspension and a request one waits for the other, and the second knows of the first.
    account = Account.objects.select_for_update(no_key=True).get(pk=order.account_id)
    there = ServiceRequest.objects.filter(source_key=source_key).first()
    if there is not None:
        return there
    check_dashboard(account=account)
    person = AuthorisedUser.objects.get(pk=requester.pk)
    _check(person, order, kind, service, at)
    request = ServiceRequest(
        order=order,
        service=service,
        kind=kind,
        details=_words(details, "Say what is wanted."),
        requester=person,
        asked_at=at,
        source_key=source_key,
    )
    sign(request, reason="Asked for", by=person.user, at=at)
    request.save()
    if wants(person, OptOut.Kind.RECEIPTS):
        _tell(request, ASKED, at=at)
    return request


@transaction.atomic
def settle_service(
    *, request: ServiceRequest, state: str, answer: str, by: User, at: datetime
) -> ServiceRequest:
    """Say that a request is DONE, or DECLINED and why. The client is told the answer.

    It changes nothing of the order: whoever does it amends that first.

    Clause: V-2-order.

    :raises ServiceRefused: it is decided already, or is declined without a reason.
    """
    rows = ServiceRequest.objects.select_for_update(of=("self",))
    now = rows.select_related("order__version", "requester").get(pk=request.pk)
    if now.state != State.ASKED:
        raise ServiceRefused(
            f"It was decided meanwhile: {now.get_state_display().lower()}. Look at it again."
        )
    if state not in (State.DONE, State.DECLINED):
        raise ServiceRefused(f"“{state}” is no decision. Say {State.DONE} or {State.DECLINED}.")
    empty = "Say why it is declined: the client is told." if state == State.DECLINED else ""
    now.state, now.answer = state, _words(answer, empty)
    now.decided_at, now.decided_by = at, by
    sign(now, reason=now.answer or State(state).label, by=by, at=at)
    now.save()
    _tell(now, SETTLED, at=at)
    return now


def _check(
    person: AuthorisedUser, order: Order, kind: str, service: Service | None, at: datetime
) -> None:
    if not (person.is_active and person.may_open):
        raise ServiceRefused(f"{person.email} may not ask under {order}.", clause="V-3.5")
    today = at.astimezone(ZoneInfo(order.version.time_zone)).date()
    is_over = order.ends_on is not None and order.ends_on < today
    if order.state != Order.State.EXECUTED or is_over or today < order.starts_on:
        raise ServiceRefused(
            f"{order} is not in force today: nothing of it can be changed.", clause="V-1.2"
        )
    if kind not in Kind.values:
        raise ServiceRefused("Say whether it is to be added, changed or removed.")
    if service is not None:
        _check_fits(service, order, kind)


def _check_fits(service: Service, order: Order, kind: str) -> None:
    listed = set(order.services.values_list("pk", flat=True))
    if kind != Kind.ADD:
        # Where no service is listed, everything is covered.
        if listed and service.pk not in listed:
            raise ServiceRefused(
                f"{order} does not cover {service}. Choose a service that it covers."
            )
    elif service.pk in listed:
        raise ServiceRefused(f"{order} covers {service} already. Ask for a change of it instead.")
    elif not service.is_active:
        raise ServiceRefused(f"{service} is not on offer any more. Choose another service.")


def _words(text: str, empty: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if empty and not words:
        raise ServiceRefused(empty)
    if len(words) > LONGEST_TEXT:
        raise ServiceRefused(f"The text is longer than {LONGEST_TEXT:,} characters.")
    if "\0" in words:
        raise ServiceRefused("The text holds a character that cannot be kept. Type it anew.")
    return words


def _tell(request: ServiceRequest, topic: str, *, at: datetime) -> None:
    """Queue the mail on what has just been saved, to who asked."""
    if is_plain_address(request.requester.email):
        enqueue(
            topic=topic,
            key=f"service-request:{request.pk}:{topic}",
            recipient=request.requester.email,
            payload={"request_id": request.pk},
            at=at,
        )
