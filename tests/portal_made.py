"""People of the portal: somebody with a seat, and whoever must be kept out."""

from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.test import Client

from apps.billing.models import BillingDispute, BillingProfile, Document
from apps.billing.services.disputes import raise_dispute
from apps.contracts.models import AuthorisedUser, Order, User
from apps.tickets.models import Attachment
from apps.tickets.services import Upload
from tests.billing_made import make_invoice, make_profile
from tests.factories import MORNING, make_order, make_ticket

_serial = count(1)


def make_person(
    *, order: Order | None = None, at: datetime = MORNING, **rights: bool
) -> AuthorisedUser:
    """Create an authorised user who has taken up their invitation: with all rights but those."""
    serial = next(_serial)
    email = f"person{serial}@client.example.com"
    every = {name: True for name in RIGHTS} | rights
    return AuthorisedUser.objects.create(
        order=order or make_order(),
        name=f"Person {serial}",
        email=email,
        user=User.objects.create(username=email, email=email, first_name=f"Person {serial}"),
        invited_at=at,
        joined_at=at,
        joined_address=email,
        **every,
    )


def signed_in(person: AuthorisedUser) -> Client:
    """Return a browser in which that person is signed in."""
    client = Client()
    client.force_login(person.user)
    return client


def invoiced(person: AuthorisedUser, **facts: Any) -> Document:
    """Issue an invoice to the account of a person, which is billed from then on."""
    account = person.order.account
    profile = BillingProfile.objects.filter(account=account).first()
    return make_invoice(profile=profile or make_profile(account=account), **facts)


def disputed(person: AuthorisedUser, *, amount: str = "40.00") -> BillingDispute:
    """Let a person dispute a part of an invoice of their own."""
    return raise_dispute(
        line=invoiced(person).lines.get(),
        amount=Decimal(amount),
        reason="Not ordered.",
        source_key=f"made:{next(_serial)}",
        client=person,
        by=None,
        at=MORNING,
    )


def file_of(
    person: AuthorisedUser, *, name: str = "trace.txt", content: bytes = b"INVITE"
) -> Attachment:
    """Let a person open a ticket with a file; return the file."""
    upload = Upload(name, "text/plain", content)
    ticket = make_ticket(requester=person, uploads=[upload])
    return Attachment.objects.get(message__ticket=ticket)


RIGHTS = (
    "may_open",
    "may_escalate",
    "may_confirm_closure",
    "may_see_invoices",
    "may_manage_users",
)
