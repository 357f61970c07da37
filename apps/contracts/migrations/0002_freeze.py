"""Published terms do not change: the database sees to it."""

from django.db import migrations

from apps.contracts.freeze import (
    frozen_revision,
    frozen_version,
    frozen_with_revision,
    frozen_with_version,
    installing,
)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        installing(
            frozen_version("contracts_policyversion"),
            frozen_with_version("contracts_clause"),
            frozen_with_version("contracts_calendar"),
            frozen_with_version("contracts_severity"),
            frozen_with_version("contracts_plan"),
            frozen_with_version("contracts_target"),
            frozen_with_version("contracts_fee"),
            frozen_with_version("contracts_rule"),
            frozen_with_version("contracts_reason"),
            frozen_revision("contracts_calendarrevision"),
            frozen_with_revision("contracts_window"),
            frozen_with_revision("contracts_holiday"),
        )
    ]
