"""Exports: finance makes them and codes them; duty managers read them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

FINANCE, ADMINISTRATORS = "Finance", "Administrators"
SEEN = [
    "view_exportbatch",
    "view_exporteddocument",
    "view_exportprofile",
    "view_revenuecode",
    "view_taxname",
]
KEPT = [
    "export_document",
    "change_exportprofile",
    *(f"{act}_{model}" for act in ("add", "change", "delete") for model in ("revenuecode", "taxname")),
]
MAY = {
    DUTY_MANAGERS: SEEN,
    FINANCE: SEEN + KEPT,
    ADMINISTRATORS: SEEN + KEPT,
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("billing"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    ours = list(permissions.filter(content_type__app_label="billing"))
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for group in groups.filter(name__in=MAY):
        group.permissions.add(
            *(permission for permission in ours if permission.codename in MAY[group.name])
        )


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0014_standing"),
        ("billing", "0005_closed_months"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
