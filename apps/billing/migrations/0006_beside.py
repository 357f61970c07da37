"""A run gives an account an invoice and a credit note: what goes back has a document of its own."""

from importlib import import_module

from django.db import migrations, models

from apps.contracts.freeze import Guard, installing, removing

_stay = import_module("apps.billing.migrations.0002_records_stay")
_months = import_module("apps.billing.migrations.0005_closed_months")


def _reads_documents(guard: Guard) -> bool:
    """Tell which guards SQLite loses, or trips over, while it builds the table anew."""
    return (
        guard.table == "billing_document"
        or guard.parent == "billing_document"
        or "billing_document" in guard.frozen
    )


GUARDS = [
    guard
    for guard in [*_stay.GUARDS, *_stay.EMPTIED, *_months.MONTHS]
    if _reads_documents(guard)
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_closed_months")]

    operations = [
        removing(*GUARDS),
        migrations.RemoveConstraint(model_name="document", name="document_one_a_run"),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("run", "account", "kind"), name="document_one_of_a_kind_a_run"
            ),
        ),
        installing(*GUARDS),
    ]
