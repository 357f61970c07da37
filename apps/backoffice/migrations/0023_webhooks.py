"""Endpoints of webhooks: whoever serves a client sees them; duty managers switch, test and end them."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, TAMS, FINANCE = "Support agents", "TAMs", "Finance"
ADMINISTRATORS = "Administrators"

MODEL = "webhookendpoint"
MODELS = {"contracts": MODEL, "outbox": "hookattempt"}
SEES = [f"view_{model}" for model in MODELS.values()]
MAY = {
    AGENTS: SEES,
    TAMS: SEES,
    DUTY_MANAGERS: [*SEES, f"change_{MODEL}"],
    FINANCE: SEES,
    ADMINISTRATORS: [f"*_{MODEL}", *SEES],
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    for app in MODELS:
        create_permissions(installed.get_app_config(app), verbosity=0, using=alias, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    ours = [
        permission
        for app, model in MODELS.items()
        for permission in permissions.filter(
            content_type__app_label=app, content_type__model=model
        )
    ]
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
        ("backoffice", "0022_gap_and_releases"),
        ("contracts", "0014_webhooks"),
        ("outbox", "0004_webhooks"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
