"""What was given back or waived already, when the worth of its event goes to and fro."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from apps.billing.models import Charge, Document, RatedEvent
from apps.billing.queries.verify import verify_ledger
from apps.billing.services.crediting import draft_credit_note
from apps.billing.services.drafting import discard, draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.waiving import approve_waiver, ask_waiver
from apps.tickets.models import Ticket
from tests.billing_made import make_profile
from tests.database import unfrozen
from tests.factories import make_staff
from tests.rated_made import LATER, charges, correct, found, ny, rated, work
from tests.tickets.life import wholesale

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-4", "R-8")]
TODAY = LATER.date()
NIGHT = "2026-03-04 21:00"


def d(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def night(minutes: int = 60) -> Ticket:
    """Work after hours that is charged, as the fault was not the provider's."""
    ticket = wholesale("1", at=ny(NIGHT))
    make_profile(account=ticket.account)
    work(ticket, minutes, at=NIGHT, kind="SUPPORT")
    decided(ticket, "NOT_PROVIDER")
    return ticket


def decided(ticket: Ticket, finding: str) -> None:
    found(ticket, finding)
    rated()


def final(document: Document) -> Document:
    finalise(document=document, issued_on=TODAY, at=LATER, by=None)
    document.refresh_from_db()
    return document


def invoiced(ticket: Ticket) -> Document:
    facts = {"through_on": TODAY, "at": LATER, "by": None}
    return final(draft_invoice(account=ticket.account, **facts))


def credited(invoice: Document, amount: str) -> Document:
    amounts = {invoice.lines.get().pk: Decimal(amount)}
    return draft_credit_note(
        invoice=invoice, amounts=amounts, reason="Agreed by phone", at=LATER, by=None
    )


def texts(event: RatedEvent) -> list[str]:
    return [step["text"].format_map(step["figures"]) for step in event.explanation]


def wrong() -> list[str]:
    return [each.check for each in verify_ledger(as_of=TODAY).findings]


def test_what_a_credit_note_by_hand_gave_back_is_not_given_back_again():
    ticket = night()
    final(credited(invoiced(ticket), "125.00"))

    decided(ticket, "PROVIDER")

    assert charges() == d("125.00")
    event = RatedEvent.objects.get()
    assert (event.worth_amount, texts(event)) == (
        Decimal("0.00"),
        [
            "The fault was found to be the provider's: nothing is charged.",
            "A credit note gave 125.00 USD back already: it is not given back again.",
        ],
    )
    revision = event.revision
    work(ticket, 1, at="2026-03-04 10:00")
    assert rated() == 0
    event.refresh_from_db()
    assert (event.revision, wrong()) == (revision, [])

    decided(ticket, "NOT_PROVIDER")
    assert (charges(), wrong()) == (d("125.00"), [])


def test_of_what_was_given_back_in_part_the_rest_is():
    ticket, boss = night(120), make_staff()
    boss.user_permissions.add(Permission.objects.get(codename="correct_invoiced"))
    final(credited(invoiced(ticket), "150.00"))

    correct(ticket.time_entries.get(), minutes=60, by=boss)
    rated()
    assert charges() == d("250.00", "-100.00")
    assert Charge.objects.get(number=2).explanation[-1]["figures"] == {
        "worth": "125.00",
        "charged": "250.00",
        "back": "25.00",
        "amount": "-100.00",
    }
    decided(ticket, "PROVIDER")
    assert (charges(), wrong()) == (d("250.00", "-100.00"), [])
    correct(ticket.time_entries.get(), minutes=120, by=boss)
    decided(ticket, "NOT_PROVIDER")
    assert (charges(), wrong()) == (d("250.00", "-100.00", "100.00"), [])


def test_drafts_and_the_runs_own_credit_notes_are_no_credit_by_hand():
    ticket = night()
    invoice = invoiced(ticket)
    draft = credited(invoice, "25.00")
    decided(ticket, "PROVIDER")
    assert charges() == d("125.00", "-125.00")
    discard(document=draft)
    assert invoiced(ticket).kind == "CREDIT_NOTE"
    decided(ticket, "NOT_PROVIDER")
    decided(ticket, "PROVIDER")

    assert (charges(), wrong()) == (d("125.00", "-125.00", "125.00", "-125.00"), [])


def test_more_charged_than_worth_beyond_what_was_given_back_is_a_finding():
    ticket = night()
    final(credited(invoiced(ticket), "100.00"))
    decided(ticket, "PROVIDER")
    assert (charges(), wrong()) == (d("125.00", "-25.00"), [])

    with unfrozen(connection):
        Charge.objects.filter(number=2).delete()

    assert wrong() == ["event_worth"]


def waived(amount: str) -> None:
    facts = {"amount": Decimal(amount), "reason": "A good client", "at": LATER}
    request = ask_waiver(charge=Charge.objects.latest("pk"), by=make_staff(), **facts)
    approve_waiver(request=request, by=make_staff(), at=LATER)


def rows() -> list[tuple[str, str, str]]:
    found = Charge.objects.order_by("pk").values_list("amount", "waived_amount", "state")
    return [(str(amount), str(off), state) for amount, off, state in found]


def test_what_was_waived_is_waived_again_when_it_is_charged_again():
    ticket = night()
    waived("125.00")

    for finding in ("PROVIDER", "NOT_PROVIDER", "PROVIDER", "NOT_PROVIDER"):
        decided(ticket, finding)
        assert wrong() == []

    assert rows() == [
        ("125.00", "125.00", "WAIVED"),
        *[("-125.00", "-125.00", "WAIVED"), ("125.00", "125.00", "WAIVED")] * 2,
    ]
    assert Charge.objects.get(number=3).explanation[-1]["figures"] == {
        "waived": "125.00",
        "currency": "USD",
    }


def test_of_what_was_waived_in_part_no_more_is_waived_again():
    ticket = night()
    waived("100.00")
    decided(ticket, "PROVIDER")
    decided(ticket, "NOT_PROVIDER")
    work(ticket, 60, at="2026-03-04 23:00", kind="SUPPORT")
    rated()

    assert rows() == [
        ("125.00", "100.00", "READY"),
        ("-125.00", "-100.00", "READY"),
        ("125.00", "100.00", "READY"),
        ("125.00", "0.00", "READY"),
    ]
    assert wrong() == []
    Charge.objects.filter(number=4).update(waived_amount=1)
    assert wrong() == ["waivers"]
    Charge.objects.filter(number=4).update(waived_amount=0)
    Charge.objects.filter(number=3).update(waived_amount=101)
    assert wrong() == ["waivers"]
