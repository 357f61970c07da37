"""The roles: support agents, duty managers, administrators.

A role is a group with permissions. Running this again adds what is missing and takes nothing
away; reversed, the groups go, with their members' membership.
"""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS = "Support agents"
ADMINISTRATORS = "Administrators"
OURS = ["contracts", "tickets", "intake", "outbox"]
OTHERS = ["auth", "django_celery_beat"]

AGENTS_MAY = [
    "tickets.view_*",
    "tickets.change_ticket",
    "contracts.view_*",
    "intake.view_*",
    "outbox.view_*",
]
MANAGERS_MAY = [
    *AGENTS_MAY,
    "outbox.change_message",
    "intake.change_inboundmail",
    "contracts.add_authoriseduser",
    "contracts.change_authoriseduser",
]
ADMINISTRATORS_MAY = [
    *(f"{app}.*" for app in OURS),
    "auth.*_group",
    "django_celery_beat.*",
]
# Who may see contracts need not see who signs in.
NOT_FOR_ALL = ["contracts.view_user"]


def fill(apps, schema_editor):
    """Create the groups and give them their permissions."""
    alias = schema_editor.connection.alias
    for label in [*OURS, *OTHERS]:
        # Django creates permissions after all migrations; these groups need them now.
        create_permissions(
            installed.get_app_config(label), verbosity=0, using=alias, apps=apps
        )
    for name, patterns, but in [
        (AGENTS, AGENTS_MAY, NOT_FOR_ALL),
        (DUTY_MANAGERS, MANAGERS_MAY, NOT_FOR_ALL),
        (ADMINISTRATORS, ADMINISTRATORS_MAY, []),
    ]:
        group, _ = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=name)
        group.permissions.add(*_permissions(apps, alias, patterns, but))


def _permissions(apps, alias, patterns, but):
    found = apps.get_model("auth", "Permission").objects.using(alias)
    return [
        permission
        for permission in found.select_related("content_type")
        if not permission.content_type.model.startswith("historical")
        and any(_fits(permission, pattern) for pattern in patterns)
        and not any(_fits(permission, pattern) for pattern in but)
    ]


def _fits(permission, pattern):
    return fnmatchcase(f"{permission.content_type.app_label}.{permission.codename}", pattern)


def empty(apps, schema_editor):
    """Take the groups away."""
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=[AGENTS, DUTY_MANAGERS, ADMINISTRATORS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("contracts", "0002_freeze"),
        ("tickets", "0001_initial"),
        ("intake", "0001_initial"),
        ("outbox", "0001_initial"),
    ]

    operations = [Granting(fill, empty)]
