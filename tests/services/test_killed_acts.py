"""Acts on money whose process is killed behind one statement after the other.

After each death the ledger agrees, and the act, done again, is done once.
"""

import json

import pytest

from tests.services.processes import installation

SCRIPT = """
import json, os, signal, traceback
from datetime import date, datetime, UTC
from decimal import Decimal
from django.db import connection, connections
from apps.billing.models import (
    BillingDispute, Books, ClosedMonth, Document, Payment, Posting, Series, Transfer,
)
from apps.billing.queries.verify import verify_ledger
from apps.billing.services import BillingRefused
from apps.billing.services.closing import close_month
from apps.billing.services.dispute_decisions import uphold_dispute
from apps.billing.services.disputes import raise_dispute
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.giving_back import refund_credit, reverse_receipt
from apps.billing.services.payments import record_payment
from tests.billing_made import ISSUED_ON, make_charge, make_profile
from tests.factories import MORNING, make_staff

kim, profile = make_staff(name="kim"), make_profile()
account = profile.account
for amount in ("100.10", "0.33"):
    make_charge(account=account, amount=amount)
now = {"at": MORNING, "by": kim}
draft = draft_invoice(account=account, through_on=ISSUED_ON, **now)

def issue():
    finalise(document=draft, issued_on=ISSUED_ON, **now)

def pay(amount="200.00", key="paid"):
    return record_payment(
        account=account, amount=Decimal(amount), currency="USD", received_on=ISSUED_ON,
        method="BANK", reference="INV-000001", source_key=key, **now,
    )

def refund():
    refund_credit(
        account=account, amount=Decimal("10.00"), paid_on=ISSUED_ON, method="BANK", reference="",
        source_key="refunded", **now,
    )

def reverse():
    pay("20.00", key="second")
    reverse_receipt(receipt=pay("20.00", key="second"), on=ISSUED_ON, reason="Bounced", **now)

def uphold():
    line = Document.objects.get(kind="INVOICE").lines.order_by("pk")[0]
    dispute = raise_dispute(
        line=line, amount=Decimal("33.33"), reason="No", source_key="disputed", client=None, **now
    )
    if dispute.state in BillingDispute.OPEN:
        uphold_dispute(dispute=dispute, seen=dispute.revision, answer="Right", **now)

def close():
    if not ClosedMonth.objects.exists():
        close_month(month=date(2026, 3, 1), at=datetime(2026, 4, 2, tzinfo=UTC), by=kim)

def dies(act, behind):
    # Neither the parent's connection nor its transaction is the child's.
    connections.close_all()
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True
        assert os.WEXITSTATUS(status) == 0, act.__name__
        return False
    seen = 0
    def deadly(execute, sql, params, many, context):
        nonlocal seen
        done = execute(sql, params, many, context)
        seen += 1
        if seen == behind:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    try:
        connection.execute_wrappers.append(deadly)
        act()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)

def rows():
    return [
        each.objects.count()
        for each in (Document, Payment, Posting, Transfer, BillingDispute, ClosedMonth)
    ]

told = {}
for act in (issue, pay, refund, reverse, uphold, close):
    deaths = 0
    # Every third statement, from the first: each kind of them comes by in one act or the other.
    while dies(act, 3 * deaths + 1):
        deaths += 1
        found = [each.words for each in verify_ledger(as_of=ISSUED_ON).findings]
        assert found == [], (act.__name__, deaths, found)
    there = rows()
    act()
    assert rows() == there, act.__name__
    assert verify_ledger(as_of=ISSUED_ON).is_clean
    told[act.__name__] = [deaths, there]
print(json.dumps(told))
"""


@pytest.mark.clause("V-3.4.6", "S-12", "S-13")
def test_whichever_statement_a_process_dies_behind_the_ledger_agrees(tmp_path, settings_of_engine):
    faultline = installation(tmp_path, **settings_of_engine)

    told = json.loads(faultline.script(SCRIPT))

    # Documents, payments, postings, transfers, disputes, closed months.
    assert {act: rows for act, (_, rows) in told.items()} == {
        "issue": [1, 0, 1, 2, 0, 0],
        "pay": [1, 1, 2, 3, 0, 0],
        "refund": [1, 2, 3, 4, 0, 0],
        "reverse": [1, 4, 5, 6, 0, 0],
        "uphold": [2, 4, 6, 8, 1, 0],
        "close": [2, 4, 6, 8, 1, 1],
    }
    assert all(deaths > 9 for deaths, _ in told.values())
