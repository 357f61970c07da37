"""On-call: who works tickets sees it, agrees on hours, takes pages in hand and voice messages.

Duty managers keep rotations and ladders, administrators all.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

ADMINISTRATORS = "Administrators"
SEEN = ["rotation", "rotationoverride", "pageladder", "coveragegap", "page", "staffcontact"]
WORK = ["add_rotationoverride", "change_page"]
KEPT = [
    *(f"{act}_{model}" for act in ("add", "change") for model in ("rotation", "pageladder")),
    *(f"{act}_{model}" for act in ("add", "change", "delete") for model in ("rotationmember", "ladderrung")),
]
MODELS = [*SEEN, "rotationmember", "ladderrung", "pagestep", "calendaraddress"]


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("escalation"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    ours = permissions.filter(
        content_type__app_label="escalation", content_type__model__in=MODELS
    )
    seen = [f"view_{model}" for model in (*SEEN, "rotationmember", "ladderrung")]
    for group in _holding(groups, "view_ticket"):
        group.permissions.add(*ours.filter(codename__in=seen))
    for group in _holding(groups, "change_ticket"):
        group.permissions.add(*ours.filter(codename__in=WORK))
    create_permissions(installed.get_app_config("intake"), verbosity=0, using=alias, apps=apps)
    voice = permissions.filter(
        content_type__app_label="intake", content_type__model="voicemessage"
    )
    for group in _holding(groups, "view_ticket"):
        group.permissions.add(*voice.filter(codename="view_voicemessage"))
    for group in _holding(groups, "change_ticket"):
        group.permissions.add(
            *voice.filter(codename__in=["add_voicemessage", "change_voicemessage"])
        )
    for group in groups.filter(name=ADMINISTRATORS):
        group.permissions.add(*voice)
    for group in groups.filter(name=DUTY_MANAGERS):
        group.permissions.add(*ours.filter(codename__in=KEPT))
    for group in groups.filter(name=ADMINISTRATORS):
        group.permissions.add(*ours)


def _holding(groups, codename):
    return groups.filter(
        permissions__content_type__app_label="tickets", permissions__codename=codename
    ).distinct()


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0008_outages"),
        ("escalation", "0005_on_call"),
        ("intake", "0005_voice"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
