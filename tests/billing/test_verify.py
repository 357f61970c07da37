"""verify_ledger: silent on what the services leave, and each corruption is found as what it is."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.billing.models import (
    Posting,
    RatedEvent,
)
from apps.billing.queries.verify import checks, verify_ledger
from tests.billing_made import make_charge, make_invoice
from tests.database import unfrozen
from tests.factories import MORNING
from tests.ledger_corrupted import (
    CORRUPTIONS,
    SECOND,
    changed,
    close_march,
    credited,
    exported,
    first,
    found,
    numbers,
)
from tests.ledger_made import NEXT_DAY, make_history

pytestmark = pytest.mark.django_db


@pytest.fixture
def history():
    return make_history()


def test_what_the_services_leave_is_clean(history):
    assert found() == {}


def test_what_is_credited_in_parts_is_clean_to_the_cent(history):
    credited()

    assert found() == {}


def test_a_month_that_was_closed_stays_clean(history):
    close_march()

    assert found() == {}


def test_what_is_posted_while_or_after_an_export_is_made_is_no_finding(history):
    batch = exported(at=MORNING + SECOND)
    later = make_invoice(profile=first().account.billing, amounts=("7.00",), issued_on=NEXT_DAY)
    with unfrozen(connection):
        changed(Posting.objects.filter(document=later), posted_at=batch.made_at + SECOND)
    assert found() == {}

    with unfrozen(connection):  # it began before the export, and was there after it
        changed(Posting.objects.filter(document=later), posted_at=batch.made_at)
    assert found() == {}


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda each: each.__name__)
def test_a_corruption_is_found_as_what_it_is(history, corrupt):
    with unfrozen(connection):
        corrupt()

    assert found() == CORRUPTIONS[corrupt]


def test_every_check_has_a_corruption():
    shown = {key for keys in CORRUPTIONS.values() for key in keys}

    assert shown - {"totals"} == {check.key for check in checks}


def test_the_command_says_what_it_checked_and_ends_well(history):
    out = StringIO()

    call_command("verify_ledger", "--as-of", "2026-03-04", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0] == (
        "Checked: 2 documents, 3 payments, 5 postings, 7 transfers, 5 open items, 4 allocations,"
        " 3 charges."
    )
    assert lines[-3:] == [
        "At the end of 2026-03-04:",
        "  USD: bank 83.04, receivable 37.48, revenue -100.43, tax -20.09; open: 49.82 owed, 12.34"
        " in credit.",
        f"{len(checks)} checks, nothing found.",
    ]


def test_the_command_names_each_finding_and_fails(history):
    with unfrozen(connection):
        numbers()
    out = StringIO()

    with pytest.raises(CommandError, match=r"^1 finding\. Close no month until"):
        call_command("verify_ledger", stdout=out)

    assert out.getvalue().splitlines()[-1] == (
        "numbers: Series INV- has 2 documents up to number 2, and would give 4 next."
    )


def test_of_very_many_findings_the_first_are_shown_and_all_are_counted(history):
    profile = first().account.billing
    with unfrozen(connection):
        for _ in range(103):
            charge = make_charge(account=profile.account)
            RatedEvent.objects.filter(pk=charge.event_id).update(worth_amount=1)

    verified = verify_ledger(as_of=NEXT_DAY)

    assert (verified.found, len(verified.findings)) == (103, 101)
    assert verified.findings[-1].words == "And 3 more."


def test_what_checks_cost_does_not_grow_with_the_rows(history, django_assert_num_queries):
    # The closed months are read thrice; then come totals and counts.
    room = 0 if connection.vendor == "sqlite" else 3  # a savepoint, its end, a setting
    with django_assert_num_queries(len(checks) + 2 + 2 + 7 + room):
        verify_ledger(as_of=NEXT_DAY)
