"""Tokens of the API: whoever serves a client sees them; duty managers make and end them."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, TAMS, FINANCE = "Support agents", "TAMs", "Finance"
ADMINISTRATORS = "Administrators"

MODEL = "apitoken"
SEES = [f"view_{MODEL}"]
MAY = {
    AGENTS: SEES,
    TAMS: SEES,
    DUTY_MANAGERS: [*SEES, f"change_{MODEL}", f"add_{MODEL}"],
    FINANCE: SEES,
    ADMINISTRATORS: ["*"],
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("contracts"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    ours = list(
        permissions.filter(content_type__app_label="contracts", content_type__model=MODEL)
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
        ("backoffice", "0020_monitoring"),
        ("contracts", "0011_api_tokens"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
