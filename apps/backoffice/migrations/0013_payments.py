"""Imports of payments and the steps of disputes: finance keeps them, duty managers see them."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

FINANCE, ADMINISTRATORS = "Finance", "Administrators"
MODELS = ["paymentimport", "paymentimportrow", "billingdisputestep"]
MAY = {
    FINANCE: ["view_*", "add_*", "change_*"],
    DUTY_MANAGERS: ["view_*"],
    ADMINISTRATORS: ["*"],
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("billing"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    ours = list(
        permissions.filter(content_type__app_label="billing", content_type__model__in=MODELS)
    )
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for group in groups.filter(name__in=MAY):
        group.permissions.add(
            *(
                permission
                for permission in ours
                if any(fnmatchcase(permission.codename, wanted) for wanted in MAY[group.name])
            )
        )


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0012_invoicing"),
        ("billing", "0005_closed_months"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
