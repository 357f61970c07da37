"""Runs and finalisations at the same time: PostgreSQL lets one after the other through."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.billing.models import Charge, Document, InvoiceRun, OpenItem, Posting
from apps.billing.services.drafting import draft_invoice
from apps.billing.services.finalising import finalise
from apps.billing.services.run_finalising import begin_finalising, finalise_batch
from apps.billing.services.running import draft_batch, start_run
from apps.outbox.models import Message
from tests.billing_made import ISSUED_ON, make_charge, make_profile
from tests.factories import MORNING

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts) -> list[object]:
    """Do all acts in threads of their own; return what each returned."""

    def run(act):
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return list(threads.map(run, acts))


def charged(accounts: int) -> None:
    for _ in range(accounts):
        profile = make_profile()
        for _ in range(2):
            make_charge(account=profile.account)


def pressed() -> int:
    run = start_run(through_on=ISSUED_ON, issued_on=ISSUED_ON, at=MORNING, by=None)
    while draft_batch(run=run, at=MORNING, size=2):
        pass
    return run.pk


def finished(run: InvoiceRun) -> None:
    while finalise_batch(run=run, at=MORNING, by=None, size=2):
        pass


def test_two_runs_at_once_are_one():
    charged(9)

    runs = at_once(pressed, pressed, pressed)

    run = InvoiceRun.objects.get()
    assert runs == [run.pk] * 3
    assert (run.state, run.accounts_done, run.accounts_total) == ("DONE", 9, 9)
    accounts = Document.objects.values_list("account", flat=True)
    assert len(set(accounts)) == len(accounts) == 9
    assert set(Charge.objects.values_list("state", flat=True)) == {"BILLED"}


def test_two_finalisations_of_a_run_at_once_number_once_without_a_gap():
    charged(9)
    run = InvoiceRun.objects.get(pk=pressed())
    begin_finalising(run=run, issued_on=ISSUED_ON, at=MORNING)

    at_once(*[lambda: finished(run)] * 3)

    numbers = Document.objects.order_by("account_id").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 10))
    assert [rows.count() for rows in (OpenItem.objects, Posting.objects, Message.objects)] == [
        9
    ] * 3


def test_eight_finalisations_at_once_on_one_series():
    profiles = [make_profile() for _ in range(8)]
    for profile in profiles:
        make_charge(account=profile.account)
    facts = {"at": MORNING, "by": None}
    drafts = [
        draft_invoice(account=profile.account, through_on=ISSUED_ON, **facts)
        for profile in profiles
    ]

    made = at_once(
        *(
            lambda draft=draft: finalise(document=draft, issued_on=ISSUED_ON, **facts).number
            for draft in drafts
        )
    )

    assert sorted(made) == list(range(1, 9))


def test_eight_times_the_same_draft_is_one_invoice():
    profile = make_profile()
    make_charge(account=profile.account)
    facts = {"at": MORNING, "by": None}
    draft = draft_invoice(account=profile.account, through_on=ISSUED_ON, **facts)

    made = at_once(*[lambda: finalise(document=draft, issued_on=ISSUED_ON, **facts).reference] * 8)

    assert made == ["INV-000001"] * 8
    assert (OpenItem.objects.count(), Posting.objects.count()) == (1, 1)
