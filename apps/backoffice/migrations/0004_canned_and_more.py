"""What the roles may do with canned replies, and that staff see all that belongs to a ticket."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

READ = ["tickets.view_*"]
MAY = {
    "Support agents": READ,
    "TAMs": READ,
    "Finance": READ,
    DUTY_MANAGERS: [*READ, "tickets.add_cannedreply", "tickets.change_cannedreply"],
    "Administrators": ["tickets.*"],
}


def grant(apps, schema_editor):
    """Give the groups that are there what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(installed.get_app_config("tickets"), verbosity=0, using=alias, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, patterns in MAY.items():
        group = groups.filter(name=name).first()
        if group is not None:
            group.permissions.add(*_permissions(apps, alias, patterns))


def _permissions(apps, alias, patterns):
    found = apps.get_model("auth", "Permission").objects.using(alias)
    return [
        permission
        for permission in found.select_related("content_type").filter(
            content_type__app_label="tickets"
        )
        if not permission.content_type.model.startswith("historical")
        and any(fnmatchcase(f"tickets.{permission.codename}", pattern) for pattern in patterns)
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0003_tams_and_finance"),
        ("tickets", "0006_whole_life"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
