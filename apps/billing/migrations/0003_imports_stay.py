"""What a bank wrote stays as it was read, and so do the steps of a dispute."""

from django.db import migrations

from apps.contracts.freeze import Guard, append_only, installing, never_emptied


# What a row of a bank's file says stays; what became of it may be added.
ROW = " OR ".join(
    f"OLD.{column} <> NEW.{column}"
    for column in [
        "payment_import_id",
        "number",
        "bank_key",
        "received_on",
        "amount",
        "currency",
        "method",
        "reference",
        "payer",
    ]
)
FILE = " OR ".join(
    f"OLD.{column} <> NEW.{column}"
    for column in ["digest", "row_count", "outgoing_count", "imported_at", "imported_by_id"]
)
GUARDS = [
    Guard(
        "billing_paymentimportrow",
        ("UPDATE",),
        "a row stays as the bank wrote it, and booked once it is",
        f"OLD.state = 'BOOKED' OR {ROW}",
    ),
    Guard("billing_paymentimportrow", ("DELETE",), "a row of a bank stays: set it aside"),
    Guard("billing_paymentimport", ("UPDATE",), "an import stays as it was read", FILE),
    Guard("billing_paymentimport", ("DELETE",), "an import stays"),
    append_only("billing_billingdisputestep"),
    *[
        never_emptied(f"billing_{table}")
        for table in ["paymentimport", "paymentimportrow", "billingdisputestep"]
    ],
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_records_stay")]

    operations = [
        installing(*GUARDS),
    ]
