"""Nothing is dated into a closed month; what a check of the ledger found stays."""

from django.db import migrations

from apps.contracts.freeze import Guard, append_only, installing, never_emptied, removing

LATE = "that month is closed: use a later date"
CLOSED = "EXISTS (SELECT 1 FROM billing_books b WHERE b.closed_through_on >= {day})"
# One more transfer of a posting that is there counts for the posting's day.
POSTING = (
    "EXISTS (SELECT 1 FROM billing_posting p JOIN billing_books b "
    "ON b.closed_through_on >= p.dated_on WHERE p.id = NEW.posting_id)"
)


def closed(table, event, condition):
    """Return the guard that lets nothing be dated into a closed month."""
    return Guard(f"billing_{table}", (event,), LATE, condition, prefix="closed")


MONTHS = [
    closed("allocation", "INSERT", CLOSED.format(day="NEW.dated_on")),
    closed("payment", "INSERT", CLOSED.format(day="NEW.received_on")),
    closed("openitem", "INSERT", CLOSED.format(day="NEW.dated_on")),
    closed("transfer", "INSERT", POSTING),
    *[
        closed(
            "document", event, "NEW.state = 'FINAL' AND " + CLOSED.format(day="NEW.issued_on")
        )
        for event in ("INSERT", "UPDATE")
    ],
]
CHECKS = [append_only("billing_ledgercheck"), never_emptied("billing_ledgercheck")]


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_programs")]

    operations = [
        installing(*CHECKS, *MONTHS),
    ]
