"""Endpoints of webhooks: duty managers make them for an account too."""

from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS


def grant(apps, schema_editor):
    """Give the group what it lacks; the permission is there since the migration before."""
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    adds = permissions.filter(
        content_type__app_label="contracts", codename="add_webhookendpoint"
    )
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for group in groups.filter(name=DUTY_MANAGERS):
        group.permissions.add(*adds)


class Migration(migrations.Migration):
    dependencies = [("backoffice", "0023_webhooks")]

    operations = [Granting(grant, migrations.RunPython.noop)]
