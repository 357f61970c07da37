"""Published terms do not change: the database sees to it."""

from django.db import migrations

from apps.contracts.freeze import (
    frozen_revision,
    frozen_version,
    frozen_with_revision,
    frozen_with_version,
    installing,
    never_emptied,
)

TERMS = ["clause", "calendar", "severity", "plan", "target", "fee", "rule", "reason"]
HOURS = ["window", "holiday"]
# TRUNCATE asks no row: these refuse it as a whole.
KEPT = ["policyversion", *TERMS, "calendarrevision", *HOURS]


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        installing(
            frozen_version("contracts_policyversion"),
            *(frozen_with_version(f"contracts_{table}") for table in TERMS),
            frozen_revision("contracts_calendarrevision"),
            *(frozen_with_revision(f"contracts_{table}") for table in HOURS),
            *(never_emptied(f"contracts_{table}") for table in KEPT),
        )
    ]
