"""Escalations: who may see tickets sees them, and who works tickets raises them.

Duty managers have them in hand and answer: who raised one, or works its ticket, does not stop it.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

ADMINISTRATORS = "Administrators"
# A right on tickets brings these on escalations.
BRINGS = [
    ("view_ticket", ["view_escalation"]),
    ("change_ticket", ["add_escalation"]),
]


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("escalation"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    ours = permissions.filter(content_type__app_label="escalation")
    for right, brings in BRINGS:
        holders = groups.filter(
            permissions__content_type__app_label="tickets", permissions__codename=right
        )
        for group in holders.distinct():
            group.permissions.add(*ours.filter(codename__in=brings))
    for group in groups.filter(name=DUTY_MANAGERS):
        group.permissions.add(*ours.filter(codename="change_escalation"))
    of_it = ours.filter(content_type__model__in=["escalation", "escalationnotice"])
    for group in groups.filter(name=ADMINISTRATORS):
        group.permissions.add(*of_it)


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0006_releases"),
        ("escalation", "0003_escalations"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
