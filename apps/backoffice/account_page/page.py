"""The page that somebody opens when the phone rings: all that is so of an account now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from apps.backoffice.account_page.happened import Happened, latest_events
from apps.backoffice.account_page.money import Money
from apps.backoffice.account_page.orders import Orders
from apps.backoffice.account_page.people import People, Rung, rungs_of
from apps.backoffice.account_page.tickets import OpenTickets
from apps.changes.models import MaintenanceNotice
from apps.changes.queries import coming_to
from apps.contracts import queries as contracts
from apps.contracts.models import Account, Appointment, Standing, User
from apps.intake.models import Call, RefusedRequest

SHOWN = 5  # appointments, windows of maintenance, calls, and refused requests


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The account at an instant, as far as a person may see it; None: not for them."""

    account: Account
    standing: Standing | None
    orders: Orders | None
    money: Money | None
    people: People | None
    rungs: Sequence[Rung] | None
    tickets: OpenTickets | None
    appointments: Sequence[Appointment] | None
    maintenance: Sequence[MaintenanceNotice] | None
    calls: Sequence[Call] | None
    refused: Sequence[RefusedRequest] | None
    events: Sequence[Happened] | None
    charges: str | None  # the address of the list of them

    @classmethod
    def of(cls, account: Account, *, at: datetime, user: User | AnonymousUser) -> Self:
        """Read the page: at most some twenty-five queries, none longer for a larger account.

        Clause: V-1.2, V-3.4.6, V-3.5, V-6.3, V-9.2, S-7, S-11, S-12.
        """
        may = user.has_perm
        tickets = OpenTickets.of(account, at=at) if may("tickets.view_ticket") else None
        return cls(
            account=account,
            standing=standing_of(account) if may("contracts.view_standing") else None,
            orders=Orders.of(account, at=at, user=user) if may("contracts.view_order") else None,
            money=Money.of(account) if may("billing.view_openitem") else None,
            people=People.of(account) if may("contracts.view_authoriseduser") else None,
            rungs=rungs_of(account) if may("contracts.view_escalationrung") else None,
            tickets=tickets,
            appointments=coming(account, at=at) if may("contracts.view_appointment") else None,
            maintenance=_maintenance(account, at=at, user=user),
            calls=calls(account) if may("intake.view_call") else None,
            refused=refused(account) if may("intake.view_refusedrequest") else None,
            events=latest_events(account, tickets=tickets) if tickets else None,
            charges=charges_of(account) if may("billing.view_charge") else None,
        )


def standing_of(account: Account) -> Standing:
    """Return the account's standing; one without a row is in good standing."""
    found = contracts.standing_of(account)
    return found or Standing(account=account, state=Standing.State.GOOD)


def charges_of(account: Account) -> str:
    """Return the address of the account's charges; counting them here would cost a query."""
    address = reverse("admin:billing_charge_changelist")
    return f"{address}?account__id__exact={account.pk}"


def coming(account: Account, *, at: datetime) -> Sequence[Appointment]:
    """Return the next appointments that are not over: confirmed, or still to be decided."""
    state = Appointment.State
    rows = Appointment.objects.filter(
        order__account=account, state__in=[state.ASKED, state.CONFIRMED], ends_at__gt=at
    )
    related = rows.select_related("order__version", "requester", "staff")
    return list(related.defer("order__version__source").order_by("starts_at", "pk")[:SHOWN])


def _maintenance(
    account: Account, *, at: datetime, user: User | AnonymousUser
) -> Sequence[MaintenanceNotice] | None:
    if not user.has_perm("changes.view_maintenance"):
        return None
    if not vars(account).get("has_maintenance", True):
        return []
    return coming_to(account.pk, at=at, most=SHOWN)


def calls(account: Account) -> Sequence[Call]:
    """Return the calls for this account that were taken last."""
    rows = Call.objects.filter(account=account).select_related("taken_by", "ticket")
    return list(rows.order_by("-pk")[:SHOWN])


def refused(account: Account) -> Sequence[RefusedRequest]:
    """Return the requests of this account that were refused last."""
    return list(RefusedRequest.objects.filter(account=account).order_by("-pk")[:SHOWN])
