"""Calls: whoever may see refused requests may see them, and administrators all."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting

ADMINISTRATORS = "Administrators"


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("intake"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    ours = permissions.filter(content_type__app_label="intake", content_type__model="call")
    readers = groups.filter(
        permissions__content_type__app_label="intake",
        permissions__codename="view_refusedrequest",
    )
    for group in readers.distinct():
        group.permissions.add(*ours.filter(codename="view_call"))
    for group in groups.filter(name=ADMINISTRATORS):
        group.permissions.add(*ours)


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0004_canned_and_more"),
        ("intake", "0003_calls"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
