"""What the database itself refuses: to change what is final, charged, posted or allocated."""

from django.db import migrations

from apps.contracts.freeze import Guard, append_only, installing, never_emptied

FINAL = "{row}.state = 'FINAL'"
STAYS = "a final document stays as it was issued: give a credit note"
DOCUMENT = "billing_document"

CHARGE = "billing_charge"
CHANGED = " OR ".join(
    f"OLD.{column} <> NEW.{column}"
    for column in [
        "event_id",
        "number",
        "account_id",
        "currency",
        "amount",
        "incurred_on",
        "rated_at",
        "explanation",
    ]
)
# What an invoice bills is fixed with it. The first condition spares a run the look at the document.
BILLED = (
    "OLD.line_id IS NOT NULL AND "
    "(NEW.line_id IS NULL OR OLD.line_id <> NEW.line_id OR OLD.waived_amount <> NEW.waived_amount) "
    "AND EXISTS (SELECT 1 FROM billing_line l "
    "JOIN billing_document d ON d.id = l.document_id "
    "WHERE l.id = OLD.line_id AND d.state = 'FINAL')"
)

# A document's lines and taxes are fixed with it; a draft's come and go.
LINES = ("INSERT", "UPDATE", "DELETE")
CLOSED = "EXISTS (SELECT 1 FROM billing_books b WHERE b.closed_through_on >= {row}.dated_on)"
OTHER_CURRENCY = (
    "EXISTS (SELECT 1 FROM billing_ledgeraccount a WHERE a.id IN ({row}.debit_id, {row}.credit_id) "
    "AND a.currency <> {row}.currency)"
)

OPEN_ITEM = " OR ".join(
    f"OLD.{column} <> NEW.{column}"
    for column in ["account_id", "side", "currency", "dated_on", "amount"]
) + "".join(
    f" OR (OLD.{column} IS NULL) <> (NEW.{column} IS NULL) OR OLD.{column} <> NEW.{column}"
    for column in ["document_id", "payment_id", "due_on"]
)

GUARDS = [
    Guard(DOCUMENT, ("UPDATE", "DELETE"), STAYS, FINAL),
    *[
        Guard(table, LINES, STAYS, FINAL, DOCUMENT, "document_id")
        for table in ["billing_line", "billing_taxtotal"]
    ],
    Guard(CHARGE, ("UPDATE",), "a charge stays as it was rated: rate the difference", f"{CHANGED} OR ({BILLED})"),
    Guard(CHARGE, ("DELETE",), "a charge stays: rate the difference"),
    append_only("billing_waiver"),
    append_only("billing_quote"),
    append_only("billing_standingreview"),
    append_only("billing_standingnotice"),
    append_only("billing_payment"),
    append_only("billing_allocation"),
    append_only("billing_closedmonth"),
    append_only("billing_transfer"),
    append_only("billing_ledgeraccount"),
    Guard("billing_openitem", ("UPDATE",), "an open item keeps what it is of", OPEN_ITEM),
    Guard("billing_openitem", ("DELETE",), "an open item stays"),
    Guard(
        "billing_books",
        ("UPDATE",),
        "a closed month stays closed",
        "NEW.id <> OLD.id OR NEW.closed_through_on < OLD.closed_through_on",
    ),
    Guard("billing_books", ("DELETE",), "the books stay"),
]

# Tables with a guard on UPDATE and DELETE as well as one on INSERT carry different messages.
ENTRIES = [
    append_only("billing_posting"),
    Guard("billing_posting", ("INSERT",), "that month is closed: use a later date", CLOSED),
    Guard("billing_transfer", ("INSERT",), "both ledger accounts are of one currency", OTHER_CURRENCY),
]
EMPTIED = [
    never_emptied(f"billing_{table}")
    for table in [
        "document",
        "line",
        "taxtotal",
        "charge",
        "waiver",
        "quote",
        "standingreview",
        "standingnotice",
        "payment",
        "allocation",
        "openitem",
        "posting",
        "transfer",
        "ledgeraccount",
        "closedmonth",
        "books",
    ]
]


def open_books(apps, schema_editor):
    """Write the one row of the books, with no month closed."""
    books = apps.get_model("billing", "Books").objects.using(schema_editor.connection.alias)
    books.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunPython(open_books, migrations.RunPython.noop),
        installing(*GUARDS, *ENTRIES, *EMPTIED),
    ]
