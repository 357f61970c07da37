"""How old what is owed is: boundaries, disputes, credit, and the ledger on each day."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.billing.models import BillingDispute, Seller
from apps.billing.queries.reports.aging import BUCKETS, aging
from apps.billing.queries.reports.ledger import receivable
from apps.billing.services import BillingRefused
from apps.billing.services.allocating import take_back
from apps.contracts.models import Standing
from tests.billing_made import ISSUED_ON, make_invoice, make_profile
from tests.exports_made import make_billing_dispute, make_credit_note, make_receipt, settle
from tests.factories import MORNING

pytestmark = pytest.mark.django_db
DUE = date(2026, 4, 3)


def ages(profile, as_of: date) -> dict[str, Decimal]:
    rows = aging(as_of=as_of, account=profile.account)
    return {
        name: getattr(row, name)
        for row in rows
        for name in (*BUCKETS, "disputed", "credit")
        if getattr(row, name)
    }


@pytest.mark.clause("S-12")
@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-30, "current"),
        (0, "current"),
        (1, "days_1_30"),
        (30, "days_1_30"),
        (31, "days_31_60"),
        (60, "days_31_60"),
        (61, "days_61_90"),
        (90, "days_61_90"),
        (91, "days_91"),
        (400, "days_91"),
    ],
)
def test_an_invoice_is_as_old_as_days_have_passed_since_it_fell_due(days, bucket):
    profile = make_profile()
    make_invoice(profile=profile)

    assert ages(profile, DUE + timedelta(days=days)) == {bucket: Decimal(120)}


def test_a_past_day_is_told_as_it_was():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    credit = make_receipt(profile=profile, received_on=ISSUED_ON + timedelta(days=5))
    kept = settle(credit, invoice.item, "30.00", dated_on=ISSUED_ON + timedelta(days=7))
    take_back(allocation=kept, dated_on=ISSUED_ON + timedelta(days=9), at=MORNING, by=None)

    def on(days):
        return ages(profile, ISSUED_ON + timedelta(days=days))

    assert on(-1) == {}
    assert on(0) == {"current": Decimal(120)}
    assert on(5) == on(6) == {"current": Decimal(120), "credit": Decimal(50)}
    assert on(7) == on(8) == {"current": Decimal(90), "credit": Decimal(20)}
    assert on(9) == {"current": Decimal(120), "credit": Decimal(50)}


@pytest.mark.clause("R-5")
def test_what_is_disputed_shows_from_the_day_it_was_raised_to_the_day_it_was_decided():
    profile = make_profile()
    dispute = make_billing_dispute(
        invoice=make_invoice(profile=profile), total="60.00", raised_days=2
    )
    BillingDispute.objects.filter(pk=dispute.pk).update(
        state="REJECTED", decided_at=MORNING + timedelta(days=5)
    )

    found = {
        days: ages(profile, ISSUED_ON + timedelta(days=days)).get("disputed")
        for days in (1, 2, 4, 5)
    }

    assert found == {1: None, 2: Decimal(60), 4: Decimal(60), 5: None}


@pytest.mark.clause("R-5")
@pytest.mark.parametrize(
    ("zone", "midnight"),
    [("America/New_York", "2026-03-05T05:00"), ("Pacific/Kiritimati", "2026-03-04T10:00")],
)
def test_a_dispute_begins_and_ends_on_the_day_of_the_seller(zone, midnight):
    """The day is ISSUED_ON; the clocks of New York change on 8 March."""
    profile = make_profile()
    Seller.objects.update(time_zone=zone)
    midnight, moment = datetime.fromisoformat(f"{midnight}+00:00"), timedelta(microseconds=1)
    begins = make_billing_dispute(invoice=make_invoice(profile=profile), total="60.00")
    rows = BillingDispute.objects.filter(pk=begins.pk)

    def disputed(**given) -> list[Decimal]:
        rows.update(**given)
        days = [ISSUED_ON, ISSUED_ON + timedelta(days=1)]
        return [aging(as_of=on, account=profile.account)[0].disputed for on in days]

    both = [Decimal(60), Decimal(60)]
    assert disputed(raised_at=midnight - moment) == both
    assert disputed(raised_at=midnight) == [0, Decimal(60)]
    ended = {"raised_at": MORNING - timedelta(days=3), "state": "REJECTED"}
    assert disputed(decided_at=midnight + timedelta(days=1), **ended) == both
    assert disputed(decided_at=midnight, **ended) == [Decimal(60), 0]
    assert disputed(decided_at=midnight - moment, **ended) == [0, 0]


@pytest.mark.clause("R-5")
def test_no_more_is_disputed_than_is_open():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    make_billing_dispute(invoice=invoice, total="100.00")
    settle(make_receipt(profile=profile, amount="90.00"), invoice.item, "90.00")

    assert ages(profile, ISSUED_ON) == {"current": Decimal(30), "disputed": Decimal(30)}


def test_what_went_back_is_owed_and_a_credit_note_is_credit():
    profile = make_profile()
    invoice = make_invoice(profile=profile)
    make_credit_note(invoice=invoice)
    make_receipt(profile=profile, amount="10.00", kind="REFUND")

    assert ages(profile, ISSUED_ON) == {"current": Decimal(130), "credit": Decimal(48)}


def test_a_row_says_all_of_an_account_and_its_standing():
    profile = make_profile()
    make_invoice(profile=profile)
    make_invoice(profile=make_profile(currency="EUR"))
    Standing.objects.create(
        account=profile.account, state="SUPPORT_SUSPENDED", since_at=MORNING, why="Late"
    )
    zero = Decimal(0)

    rows = aging(as_of=DUE + timedelta(days=1))

    assert [row.currency for row in rows] == ["USD", "EUR"]
    assert tuple(rows[0]) == (
        profile.account.name,
        "USD",
        *(zero, Decimal(120), zero, zero, zero),
        *(Decimal(120), zero, zero, Decimal(120)),
        "SUPPORT_SUSPENDED",
    )


DAYS = st.integers(0, 12)
# Amounts whose tax is exact in SQLite's floats too.
CENTS = st.integers(1, 90).map(lambda quarters: f"{quarters * 1.25:.2f}")
KINDS = st.sampled_from(["invoice", "credit", "receipt", "refund", "settle", "undo"])
ACTS = st.lists(st.tuples(KINDS, DAYS, CENTS), min_size=1, max_size=10)


@given(acts=ACTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.clause("S-12")
def test_on_each_day_of_any_history_the_ages_sum_up_to_the_ledgers_receivable(acts):
    profile = make_profile()
    made = {"invoices": [], "credits": [], "kept": []}
    for act, day, amount in acts:
        _act(act, profile, made, ISSUED_ON + timedelta(days=day), amount)

    for day in range(-1, 14):
        on = ISSUED_ON + timedelta(days=day)
        rows = aging(as_of=on, account=profile.account)
        ours = {row.currency: row.balance for row in rows if row.balance}
        assert ours == receivable(as_of=on, account_id=profile.account_id)


def _act(act, profile, made, on, amount):
    match act:
        case "invoice":
            made["invoices"].append(make_invoice(profile=profile, amounts=(amount,), issued_on=on))
        case "credit" if made["invoices"]:
            note = make_credit_note(invoice=made["invoices"][-1], amount=amount, issued_on=on)
            made["credits"].append(note.item)
        case "receipt":
            made["credits"].append(make_receipt(profile=profile, amount=amount, received_on=on))
        case "refund":
            make_receipt(profile=profile, amount=amount, received_on=on, kind="REFUND")
        case "settle" if made["invoices"] and made["credits"]:
            try:
                kept = settle(made["credits"][-1], made["invoices"][-1].item, amount, dated_on=on)
            except BillingRefused:
                return
            made["kept"].append(kept)
        case "undo" if made["kept"]:
            kept = made["kept"].pop()
            take_back(allocation=kept, dated_on=max(on, kept.dated_on), at=MORNING, by=None)
