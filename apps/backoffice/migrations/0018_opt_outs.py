"""What mails people do not want: all of staff who see people see it; people choose it themselves."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, TAMS, FINANCE = "Support agents", "TAMs", "Finance"
ADMINISTRATORS = "Administrators"

MODEL = "optout"
MAY = {
    AGENTS: [f"view_{MODEL}"],
    TAMS: [f"view_{MODEL}"],
    DUTY_MANAGERS: [f"view_{MODEL}"],
    FINANCE: [f"view_{MODEL}"],
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
        ("backoffice", "0017_service_requests"),
        ("contracts", "0013_opt_outs"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
