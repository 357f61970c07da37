"""An import of payments whose process is killed: no row twice, none lost, no cent astray."""

import pytest

from apps.billing.services.imports import BATCH
from tests.services.processes import Installation, installation

SEED = """
from tests.billing_made import make_invoice, make_profile
from tests.factories import make_staff
profile = make_profile()
for _ in range(3):
    make_invoice(profile=profile, amounts=("1000.00",))
make_staff(name="frida")
"""
FILE = """
from apps.billing.bank_files.choices import Choices
from apps.billing.bank_files.read import read_bank_file
from apps.billing.services.import_plan import plan_of
from apps.billing.services.imports import book_pending, start_import
from apps.contracts.models import User
from tests.factories import MORNING
lines = [f"2026-03-04,{n % 90 + 1}.25,INV-{n % 3 + 1} no {n}" for n in range(120)]
text = "\\n".join(["Date,Amount,Reference", *lines])
choices = Choices(day_form="ISO", method="BANK", currency="USD")
file = read_bank_file(data=text.encode(), name="march.csv", choices=choices)
def start():
    seen = plan_of(file=file, at=MORNING).digest
    by = User.objects.get(username="frida")
    start_import(file=file, choices=choices, seen=seen, by=by, at=MORNING)
"""
# The kernel ends the process just before one of its statements, in whichever transaction it is.
KILLED = """
import os, signal
from django.db import connection
left = {statements}
def count(execute, *given):
    global left
    left -= 1
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*given)
with connection.execute_wrapper(count):
    {act}
"""
COUNTS = """
from apps.billing.models import Payment, PaymentImport, PaymentImportRow, Posting
from tests.billing.test_payments import balanced
booked = PaymentImportRow.objects.filter(state="BOOKED").count()
keys = set(Payment.objects.values_list("source_key", flat=True))
print(PaymentImport.objects.count(), PaymentImportRow.objects.count(), booked, len(keys),
      Posting.objects.filter(payment__isnull=False).count(),
      balanced())
"""
DONE = """
from apps.billing.models import OpenItem, PaymentImport
items = OpenItem.objects.values_list("side", "open_amount")
print(PaymentImport.objects.get().state,
      sum(a for side, a in items if side == "DEBIT"),
      sum(a for side, a in items if side == "CREDIT"))
"""


def shell(faultline: Installation, script: str) -> str:
    return faultline.script(script).strip()


def killed(faultline: Installation, act: str, *, statements: int) -> None:
    """Run an act in a process that is killed before so many statements."""
    faultline.dies(FILE + KILLED.format(statements=statements, act=act))


@pytest.mark.clause("V-3.4.6")
def test_an_import_that_is_killed_in_its_middle_books_each_row_once(tmp_path, settings_of_engine):
    faultline = installation(tmp_path, **settings_of_engine)
    shell(faultline, SEED)

    killed(faultline, "start()", statements=12)
    assert shell(faultline, COUNTS) == "0 0 0 0 0 True"
    shell(faultline, FILE + "start()")
    assert shell(faultline, COUNTS) == "1 120 0 0 0 True"

    before = 0
    for statements in (700, 2800, 5):
        killed(faultline, "book_pending(at=MORNING)", statements=statements)
        imports, rows, booked, *same, is_balanced = shell(faultline, COUNTS).split()
        assert (imports, rows, same, is_balanced) == ("1", "120", [booked, booked], "True")
        assert int(booked) % BATCH == 0
        assert int(booked) >= before
        before = int(booked)
    assert 0 < before < 120, "none of the kills came between two batches: move them"

    shell(faultline, FILE + "book_pending(at=MORNING)\nbook_pending(at=MORNING)")
    assert shell(faultline, COUNTS) == "1 120 120 120 120 True"
    # 3 invoices of 1,200.00 with tax; 90 rows of 1.25 to 90.25, and 30 of 1.25 to 30.25.
    assert shell(faultline, DONE) == "DONE 0.00 990.00"
