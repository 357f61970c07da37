"""Real processes that are killed in the middle of an invoice run: no gap, no duplicate, no loss.

A process kills itself by SIGKILL behind a statement that is named, wherever in a transaction that
is; another one goes on.
"""

import json

import pytest

from tests.services.processes import Installation, installation

ACCOUNTS = 7
SEED = f"""
from tests.billing_made import make_charge, make_profile
for _ in range({ACCOUNTS}):
    profile = make_profile()
    charge = make_charge(account=profile.account, amount="100.10")
    make_charge(account=profile.account, amount="-0.05", event=charge.event)
    make_charge(account=profile.account, amount="12.34")
"""
DEADLY = """
import os
import signal
from django.db import connection
seen = 0
def deadly(execute, sql, params, many, context):
    global seen
    done = execute(sql, params, many, context)
    seen += sql.strip().startswith({words!r})
    if {words!r} and seen == {times}:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
connection.execute_wrappers.append(deadly)
"""
RUN = """
from apps.billing.services.running import draft_batch, start_run
from tests.billing_made import ISSUED_ON
from tests.factories import MORNING
run = start_run(through_on=ISSUED_ON, issued_on=ISSUED_ON, at=MORNING, by=None)
while draft_batch(run=run, at=MORNING, size=2):
    pass
"""
FINALISE = """
from apps.billing.models import InvoiceRun
from apps.billing.services.run_finalising import begin_finalising, finalise_batch
from tests.billing_made import ISSUED_ON
from tests.factories import MORNING
run = begin_finalising(run=InvoiceRun.objects.get(), issued_on=ISSUED_ON, at=MORNING)
while finalise_batch(run=run, at=MORNING, by=None, size=2):
    pass
"""
TELL = """
import json
from apps.billing.models import Charge, Document, Line, OpenItem, Posting, Series, Transfer
from apps.outbox.models import Message
told = {
    "documents": list(Document.objects.order_by("account_id").values_list("number", flat=True)),
    "accounts": Document.objects.values("account").distinct().count(),
    "totals": sorted({str(each.total_amount) for each in Document.objects.all()}),
    "lines": Line.objects.count(),
    "charges": sorted(set(Charge.objects.values_list("state", flat=True))),
    "items": OpenItem.objects.count(),
    "postings": Posting.objects.count(),
    "transfers": Transfer.objects.count(),
    "mails": Message.objects.count(),
    "next": list(Series.objects.filter(kind="INVOICE").values_list("next_number", flat=True)),
}
print(json.dumps(told))
"""


def killed(faultline: Installation, script: str, words: str, times: int) -> None:
    """Run a script that is killed behind the ``times``-th statement that begins with ``words``."""
    faultline.dies(DEADLY.format(words=words, times=times) + script)


def told(faultline: Installation) -> dict:
    return json.loads(faultline.script(TELL))


@pytest.mark.clause("V-3.4.6")
def test_killed_in_the_middle_of_a_run_and_of_its_finalisation(tmp_path, settings_of_engine):
    faultline = installation(tmp_path, **settings_of_engine)

    run = faultline.script
    run(SEED)
    killed(faultline, RUN, "INSERT INTO billing_line", 1)
    killed(faultline, RUN, "UPDATE billing_charge", 3)
    run(RUN)
    drafted = told(faultline)

    assert (drafted["documents"], drafted["accounts"]) == ([None] * ACCOUNTS, ACCOUNTS)
    assert drafted["totals"] == ["134.87"]  # 100.05 and 12.34, and 20 % of it
    assert (drafted["lines"], drafted["charges"]) == (2 * ACCOUNTS, ["BILLED"])

    killed(faultline, FINALISE, "UPDATE billing_document", 1)
    killed(faultline, FINALISE, "INSERT INTO billing_posting", 2)
    killed(faultline, FINALISE, "INSERT INTO billing_transfer", 1)
    run(FINALISE)
    final = told(faultline)

    assert final["documents"] == list(range(1, ACCOUNTS + 1))
    assert final["next"] == [ACCOUNTS + 1]
    assert [final[name] for name in ("items", "postings", "mails")] == [ACCOUNTS] * 3
    assert final["transfers"] == 2 * ACCOUNTS
    run(RUN)
    assert told(faultline) == final
