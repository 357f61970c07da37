"""Exports stay as they were made; the accounting programs that they are made for."""

from django.db import migrations

from apps.contracts.freeze import Guard, append_only, installing, never_emptied

MADE = "{row}.state <> 'WAITING'"
STAYS = "an export stays as it was made: make another"
GUARDS = [
    Guard("billing_exportbatch", ("UPDATE",), STAYS, MADE),
    Guard("billing_exportbatch", ("DELETE",), STAYS),
    append_only("billing_exporteddocument"),
    *[never_emptied(f"billing_{table}") for table in ("exportbatch", "exporteddocument")],
]
# What the programs take at once, and how the dates of most who use them are written.
PROFILES = [("XERO", "%d/%m/%Y", 500, 10_000), ("QUICKBOOKS", "%m/%d/%Y", 100, 1_000)]


def make_profiles(apps, schema_editor):
    """Write the row of each program; codes and names of taxes are for finance to fill in."""
    alias = schema_editor.connection.alias
    profiles = apps.get_model("billing", "ExportProfile").objects.using(alias)
    for program, dates, documents, lines in PROFILES:
        profiles.get_or_create(
            program=program,
            defaults={"dates": dates, "most_documents": documents, "most_lines": lines},
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_imports_stay")]

    operations = [
        migrations.RunPython(make_profiles, migrations.RunPython.noop),
        installing(*GUARDS),
    ]
