"""Closing a month: in order, when it is over, with all done or known, and then nothing gets in."""

from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from apps.billing.models import (
    Allocation,
    Books,
    ClosedMonth,
    Document,
    LedgerCheck,
    OpenItem,
    Payment,
    Series,
    Transfer,
)
from apps.billing.queries.verify import verify_ledger
from apps.billing.services import BillingRefused, closing
from apps.billing.services.closing import LedgerDisagrees, check_ledger, close_month
from apps.billing.services.ledger import hold_books
from apps.contracts.models import User
from tests.billing_made import ISSUED_ON, make_charge, make_invoice, make_profile
from tests.database import unfrozen
from tests.factories import MORNING
from tests.ledger_made import make_billed, make_history, make_payment, settle

MARCH = date(2026, 3, 1)
APRIL = date(2026, 4, 1)
MARCH_ENDS = date(2026, 3, 31)
IN_APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)
IN_MAY = datetime(2026, 5, 2, 9, tzinfo=UTC)

database = pytest.mark.django_db


def person() -> User:
    return User.objects.get_or_create(username="closer")[0]


def close(month: date = MARCH, *, at: datetime = IN_APRIL, **confirmed: int) -> ClosedMonth:
    return close_month(month=month, at=at, by=person(), confirmed=confirmed)


def refused(act) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


@database
def test_a_closed_month_keeps_what_the_ledger_came_to():
    profile = make_history().account.billing
    make_invoice(profile=profile, amounts=("1000.00",), issued_on=APRIL)

    closed = close()

    assert (closed.starts_on, closed.ends_on, closed.closed_at) == (MARCH, MARCH_ENDS, IN_APRIL)
    assert closed.totals == {
        "USD": {"BANK": "70.70", "RECEIVABLE": "61.81", "REVENUE": "-110.42", "TAX": "-22.09"}
    }
    assert closed.left_over == []
    assert Books.objects.get().closed_through_on == MARCH_ENDS
    assert verify_ledger(as_of=APRIL).findings == []


@database
def test_the_next_month_carries_on_from_the_one_before():
    profile = make_profile()
    make_billed(profile=profile, amounts=("100.00",))
    close()
    make_payment(profile=profile, amount="20.00", on=APRIL)

    assert close(APRIL, at=IN_MAY).totals == {
        "USD": {"BANK": "20.00", "RECEIVABLE": "100.00", "REVENUE": "-100.00", "TAX": "-20.00"}
    }
    assert verify_ledger(as_of=APRIL).findings == []


@database
@pytest.mark.parametrize(
    ("month", "at", "words"),
    [
        (MARCH, datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), "over after 2026-03-31 in UTC"),
        (APRIL, IN_MAY, "Close March 2026 first: months are closed in order"),
        (date(2026, 2, 1), IN_MAY, "February 2026 is closed already"),
        (date(2026, 3, 2), IN_MAY, "Close March 2026 first"),
    ],
)
def test_months_are_closed_in_order_and_when_they_are_over(month, at, words):
    make_invoice()

    with pytest.raises(BillingRefused, match=words):
        close(month, at=at)
    assert not ClosedMonth.objects.exists()


@database
def test_a_month_is_over_in_the_zone_of_the_books():
    make_invoice()
    with pytest.raises(ValidationError, match="such as Europe/Berlin"):
        closing.set_time_zone(time_zone="Atlantis")
    closing.set_time_zone(time_zone="America/New_York")

    with pytest.raises(BillingRefused, match="in America/New_York"):
        close(at=datetime(2026, 4, 1, 3, 59, tzinfo=UTC))
    assert close(at=datetime(2026, 4, 1, 4, tzinfo=UTC)).ends_on == MARCH_ENDS


@database
def test_where_nothing_was_ever_posted_no_month_is_closed():
    with pytest.raises(BillingRefused, match="Nothing was ever posted"):
        close()


@database
def test_what_is_left_over_is_done_first_or_known():
    profile = make_profile()
    make_invoice(profile=profile)
    for day in (ISSUED_ON, MARCH_ENDS, APRIL):
        make_charge(account=profile.account, incurred_on=day)
    draft = {"account": profile.account, "currency": "USD", "drafted_at": MORNING}
    for ends_on in (MARCH_ENDS, APRIL, None):
        Document.objects.create(
            kind="INVOICE", series=Series.objects.get(kind="INVOICE"), ends_on=ends_on, **draft
        )

    with pytest.raises(BillingRefused) as refusal:
        close()
    assert str(refusal.value) == (
        "Not done yet: Charges that are on no invoice: 2; Drafts that are not final: 2. Do it, or"
        " confirm that it stays for a later month."
    )
    with pytest.raises(BillingRefused, match="Drafts that are not final: 2"):
        close(unbilled=2, drafts=1)
    assert close(unbilled=2, drafts=2).left_over == [
        {"key": "unbilled", "title": "Charges that are on no invoice", "count": 2},
        {"key": "drafts", "title": "Drafts that are not final", "count": 2},
    ]


@database
def test_a_ledger_that_disagrees_is_not_closed_and_the_check_stays():
    make_invoice()
    with unfrozen(connection):
        OpenItem.objects.update(open_amount=1)

    with pytest.raises(LedgerDisagrees, match="2 things do not agree"):
        close()

    check = LedgerCheck.objects.get()
    assert (check.found_count, [each["check"] for each in check.findings]) == (
        2,
        ["open_amounts", "receivable"],
    )
    assert (check.checked_by, check.as_of, check.counts["documents"]) == (person(), MARCH_ENDS, 1)
    assert not ClosedMonth.objects.exists()


@database
def test_a_check_by_night_is_nobodys():
    make_invoice()

    check = check_ledger(as_of=ISSUED_ON, at=MORNING, by=None)

    assert (check.checked_by, check.found_count, check.findings) == (None, 0, [])
    refused(lambda: LedgerCheck.objects.update(found_count=1))


@database
def test_nothing_is_dated_into_a_closed_month_any_more():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    paid = make_payment(profile=profile, amount="50.00")
    close()
    facts = {"account": profile.account, "currency": "USD"}

    refused(lambda: make_invoice(profile=profile, issued_on=MARCH_ENDS))
    refused(
        lambda: Payment.objects.create(
            **facts,
            method="BANK",
            amount=1,
            received_on=MARCH_ENDS,
            source_key="x",
            recorded_at=IN_APRIL,
        )
    )
    refused(
        lambda: OpenItem.objects.create(
            **facts, side="CREDIT", payment=paid, dated_on=MARCH_ENDS, amount=1, open_amount=1
        )
    )
    paid = Payment.objects.get(pk=paid.pk)
    refused(
        lambda: Allocation.objects.create(
            credit=paid.item, debit=invoice.item, amount=1, dated_on=MARCH_ENDS, at=IN_APRIL
        )
    )
    moved = Transfer.objects.order_by("pk")[0]
    refused(
        lambda: Transfer.objects.create(
            posting=moved.posting,
            debit=moved.debit,
            credit=moved.credit,
            amount=1,
            currency="USD",
        )
    )
    with pytest.raises(BillingRefused, match="closed through 2026-03-31"):
        settle(payment=paid, debit=invoice.item, amount="5.00", on=MARCH_ENDS)
    assert settle(payment=paid, debit=invoice.item, amount="5.00", on=APRIL).dated_on == APRIL
    assert make_invoice(profile=profile, issued_on=APRIL).issued_on == APRIL
    assert verify_ledger(as_of=APRIL).findings == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_being_booked_is_in_the_totals_and_what_comes_later_is_refused():
    """The books are held shared by who books: the closing waits, and then nobody gets in."""
    profile = make_profile()
    make_invoice(profile=profile)
    person()
    booking, may_end, said = Event(), Event(), []

    def book() -> None:
        with transaction.atomic():
            make_payment(profile=profile, amount="50.00", on=MARCH_ENDS)
            booking.set()
            may_end.wait(20)
        connection.close()

    def finish() -> None:
        said.append(close().totals["USD"]["BANK"])
        connection.close()

    first, second = Thread(target=book), Thread(target=finish)
    first.start()
    booking.wait(20)
    second.start()
    second.join(0.3)
    waited = second.is_alive() and not said
    may_end.set()
    first.join(20)
    second.join(20)

    assert (waited, said) == (True, ["50.00"])
    with pytest.raises(BillingRefused, match="closed through"), transaction.atomic():
        hold_books(dated_on=MARCH_ENDS)
    assert verify_ledger(as_of=APRIL).findings == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_comes_while_a_month_is_closed_waits_and_is_refused():
    profile = make_profile()
    make_invoice(profile=profile)
    said: list[str] = []

    def book() -> None:
        try:
            make_payment_in_transaction(profile)
        except BillingRefused as refusal:
            said.append(str(refusal)[:32])
        connection.close()

    with transaction.atomic():
        close()
        late = Thread(target=book)
        late.start()
        late.join(0.3)
        waited = late.is_alive() and not said
    late.join(20)

    assert (waited, said) == (True, ["The books are closed through 202"])
    assert not Payment.objects.exists()


def make_payment_in_transaction(profile) -> None:
    with transaction.atomic():
        hold_books(dated_on=MARCH_ENDS)
        make_payment(profile=profile, amount="50.00", on=MARCH_ENDS)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_month_that_two_close_at_once_is_closed_once():
    make_invoice()
    person()
    said: list[str] = []

    def act() -> None:
        try:
            close()
            said.append("closed")
        except BillingRefused as refusal:
            said.append(str(refusal)[:28])
        connection.close()

    threads = [Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(said) == ["March 2026 is closed already"] * 3 + ["closed"]
    assert ClosedMonth.objects.count() == 1


def test_the_last_day_of_any_month():
    ends = [closing.last_day(date(2028, month, 1)) for month in range(1, 13)]

    assert [each.day for each in ends] == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert all((each + timedelta(days=1)).day == 1 for each in ends)
