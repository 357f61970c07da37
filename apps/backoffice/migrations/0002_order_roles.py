"""What the roles may do with the new parts of an order: staff see them, administrators keep them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

PARTS = ["service", "agreedtarget", "escalationrung", "orderrevision"]
ACTS = ["add", "change", "delete"]


def grant(apps, schema_editor):
    """Add the permissions to the groups that are there."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("contracts"), verbosity=0, using=alias, apps=apps
    )
    viewing = [f"view_{part}" for part in PARTS]
    keeping = viewing + [f"{act}_{part}" for act in ACTS for part in PARTS]
    for name, codenames in [
        ("Support agents", viewing),
        (DUTY_MANAGERS, viewing),
        ("Administrators", keeping),
    ]:
        group = apps.get_model("auth", "Group").objects.using(alias).filter(name=name).first()
        if group is not None:
            group.permissions.add(*_permissions(apps, alias, codenames))


def _permissions(apps, alias, codenames):
    found = apps.get_model("auth", "Permission").objects.using(alias)
    return found.filter(content_type__app_label="contracts", codename__in=codenames)


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0001_roles"),
        ("contracts", "0003_orders"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
