"""TAMs and finance as roles, and what every role may do with appointments, TAMs, time, standing."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, ADMINISTRATORS = "Support agents", "Administrators"
TAMS, FINANCE = "TAMs", "Finance"

READ = [
    "contracts.view_appointment",
    "contracts.view_standing",
    "contracts.view_tamassignment",
    "tickets.view_timeentry",
    "intake.view_refusedrequest",
]
WORK = [
    "contracts.add_appointment",
    "contracts.change_appointment",
    "tickets.add_timeentry",
    "tickets.change_timeentry",
]
MAY = {
    AGENTS: [*READ, *WORK],
    DUTY_MANAGERS: [
        *READ,
        *WORK,
        "contracts.add_tamassignment",
        "contracts.change_tamassignment",
    ],
    TAMS: [
        *READ,
        *WORK,
        "contracts.view_*",
        "tickets.view_*",
        "tickets.change_ticket",
        "intake.view_*",
        "outbox.view_*",
    ],
    FINANCE: [
        *READ,
        "contracts.view_*",
        "contracts.change_standing",
        "tickets.view_*",
        "outbox.view_*",
    ],
    ADMINISTRATORS: [
        "contracts.*",
        "tickets.*",
        "intake.*",
    ],
}
# Who may see contracts need not see who signs in.
NOT_FOR = {TAMS: ["contracts.view_user"], FINANCE: ["contracts.view_user"]}


def grant(apps, schema_editor):
    """Create the two groups, and give all of them what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    for label in ["contracts", "tickets", "intake", "outbox"]:
        # Django creates permissions after all migrations; these groups need them now.
        create_permissions(installed.get_app_config(label), verbosity=0, using=alias, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name in [TAMS, FINANCE]:
        groups.get_or_create(name=name)
    for name, patterns in MAY.items():
        group = groups.filter(name=name).first()
        if group is not None:
            group.permissions.add(*_permissions(apps, alias, patterns, NOT_FOR.get(name, [])))


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


def take_away(apps, schema_editor):
    """Take the two groups away."""
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=[TAMS, FINANCE]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0002_order_roles"),
        ("contracts", "0004_appointments_tams_standing"),
        ("tickets", "0005_desk_category_times"),
        ("intake", "0002_refused_requests"),
        ("outbox", "0001_initial"),
    ]

    operations = [Granting(grant, take_away)]
