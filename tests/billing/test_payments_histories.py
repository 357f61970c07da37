"""Random histories of payments, in any order and with any days: the ledger agrees on every day."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.billing.models import BillingDispute, Document, OpenItem, Payment
from apps.billing.services import BillingRefused
from apps.billing.services.dispute_decisions import reject_dispute, uphold_in_part
from apps.billing.services.disputes import raise_dispute
from apps.billing.services.giving_back import refund_credit, reverse_receipt
from apps.billing.services.matching import apply_credit
from apps.billing.services.payments import record_payment
from apps.billing.services.reallocating import reallocate
from tests.billing.test_payments import balanced
from tests.billing_made import ISSUED_ON, make_invoice, make_profile
from tests.factories import MORNING, make_staff

pytestmark = pytest.mark.django_db
KINDS = ["invoice", "pay", "name", "refund", "reverse", "reallocate", "apply", "dispute", "decide"]
ACTS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 200), st.integers(0, 9)),
    min_size=3,
    max_size=14,
)
AT = MORNING + timedelta(days=10)


class History:
    """Acts of one account, each with an amount in dollars and a day."""

    def __init__(self) -> None:
        self.profile, self.by = make_profile(), make_staff()
        self.account, self.number = self.profile.account, 0
        make_invoice(profile=self.profile)

    def do(self, kind: str, amount: int, day: int) -> None:
        """Do an act, or be told why not; nothing of a refused one may stay."""
        self.number += 1
        self.on, self.sum, self.day = ISSUED_ON + timedelta(days=day), Decimal(amount), day
        try:
            with transaction.atomic():
                getattr(self, kind)()
        except BillingRefused:
            pass

    def invoice(self) -> None:
        issued_on = max(self.on, self.profile.series.last_issued_on or self.on)
        self.profile.series.refresh_from_db()
        make_invoice(
            profile=self.profile, amounts=(str(self.sum),), issued_on=max(issued_on, self._last())
        )

    def _last(self):
        last = Document.objects.filter(kind="INVOICE").order_by("-issued_on").first()
        return last.issued_on if last else self.on

    def pay(self, reference: str = "") -> None:
        record_payment(
            account=self.account,
            amount=self.sum,
            currency="USD",
            received_on=self.on,
            method="BANK",
            reference=reference,
            source_key=f"h{self.number}",
            at=AT,
            by=None,
        )

    def name(self) -> None:
        documents = Document.objects.filter(account=self.account, kind="INVOICE").order_by("pk")
        self.pay(reference=str(documents[self.day % len(documents)]))

    def refund(self) -> None:
        refund_credit(
            account=self.account,
            amount=self.sum,
            paid_on=self.on,
            method="BANK",
            reference="",
            source_key=f"h{self.number}",
            at=AT,
            by=None,
        )

    def reverse(self) -> None:
        receipts = Payment.objects.filter(kind="RECEIPT").order_by("pk")
        if receipts:
            receipt = receipts[self.day % len(receipts)]
            reverse_receipt(receipt=receipt, on=self.on, reason="Bounced", at=AT, by=None)

    def reallocate(self) -> None:
        credit = OpenItem.objects.filter(side="CREDIT", payment__isnull=False).order_by("?").first()
        documents = list(Document.objects.filter(kind="INVOICE").order_by("-pk")[:1])
        if credit:
            wanted = dict.fromkeys(documents, min(self.sum, credit.amount))
            reallocate(credit=credit, allocations=wanted, on=self.on, at=AT, by=None)

    def apply(self) -> None:
        apply_credit(account=self.account, at=AT, by=None)

    def dispute(self) -> None:
        line = Document.objects.filter(kind="INVOICE").order_by("pk")[0].lines.get()
        raise_dispute(
            line=line,
            amount=self.sum / 4,
            reason="No",
            source_key=f"h{self.number}",
            client=None,
            by=self.by,
            at=AT,
        )

    def decide(self) -> None:
        row = BillingDispute.objects.filter(state="RAISED").first()
        if row is None:
            return
        facts = {"dispute": row, "seen": 1, "answer": "So it is", "by": self.by, "at": AT}
        if self.day % 2:
            reject_dispute(**facts)
        else:
            uphold_in_part(amount=row.amount / 2, **facts)


@pytest.mark.clause("S-12", "R-5")
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
@example(acts=[("pay", 121, 0), ("refund", 1, 0), ("reverse", 1, 0)])
def test_whatever_happens_the_ledger_agrees_on_every_day(acts):
    with transaction.atomic():
        history = History()
        for kind, amount, day in acts:
            history.do(kind, amount, day)
        assert balanced()
        items = OpenItem.objects.filter(account=history.account)
        refunds = items.filter(side="DEBIT", payment__kind="REFUND")
        assert [item.open_amount for item in refunds] == [Decimal("0.00")] * len(refunds)
        # What was given back of a receipt that bounces later is owed again, and no more than that.
        bounced = items.filter(side="DEBIT", payment__kind="REVERSAL")
        owed = sum((item.open_amount for item in bounced), Decimal(0))
        assert owed <= sum((item.amount for item in refunds), Decimal(0))
        for item in items.filter(document__isnull=False, side="DEBIT"):
            rows = BillingDispute.objects.filter(document=item.document_id, state="RAISED")
            total = sum(rows.values_list("total_amount", flat=True), Decimal(0))
            assert item.disputed_amount == min(total, item.open_amount)
        transaction.set_rollback(True)
