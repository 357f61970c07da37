"""Releases: whoever may see refused requests sees what became of them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(installed.get_app_config("intake"), verbosity=0, using=alias, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    seen = permissions.filter(content_type__app_label="intake", codename="view_release")
    readers = groups.filter(
        permissions__content_type__app_label="intake",
        permissions__codename="view_refusedrequest",
    )
    for group in readers.distinct():
        group.permissions.add(*seen)


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0005_calls"),
        ("intake", "0004_mailboxes"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
