"""Maintenance: all staff see it; duty managers and administrators plan and announce it."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, TAMS, FINANCE = "Support agents", "TAMs", "Finance"
ADMINISTRATORS = "Administrators"

MODELS = [
    "maintenance",
    "maintenanceobject",
    "maintenanceupdate",
    "maintenancenotice",
    "maintenancecalendar",
]
READ = ["view_*"]
MAY = {
    AGENTS: READ,
    TAMS: READ,
    FINANCE: READ,
    DUTY_MANAGERS: [*READ, "change_maintenance", "change_maintenancecalendar"],
    ADMINISTRATORS: ["*"],
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("changes"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    ours = list(
        permissions.filter(content_type__app_label="changes", content_type__model__in=MODELS)
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
        ("backoffice", "0018_opt_outs"),
        ("changes", "0001_maintenance"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
