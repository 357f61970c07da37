"""Prices: who names amounts, who waives, who corrects what was billed, who sees orders' fees."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, TAMS, FINANCE = "Support agents", "TAMs", "Finance"
ADMINISTRATORS = "Administrators"
MODELS = {
    "billing": ["quote", "waiverrequest", "planclock"],
    "contracts": ["orderfee", "ordermark"],
    "tickets": ["workmark"],
}
# Django names these by their model too, but they were not there when its roles were given out.
ACTS = ["correct_invoiced", "change_timeentry", "add_manual_charge"]

COSTS = ["view_quote", "view_waiverrequest", "view_orderfee"]
MAY = {
    AGENTS: COSTS,
    TAMS: COSTS,
    FINANCE: [
        *("view_*", "add_quote", "add_waiverrequest", "change_waiverrequest"),
        *ACTS,
    ],
    DUTY_MANAGERS: ["view_*"],
    ADMINISTRATORS: ["*"],
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    # Django creates permissions after all migrations; these groups need them now.
    for label in MODELS:
        create_permissions(installed.get_app_config(label), verbosity=0, using=alias, apps=apps)
    ours = [
        permission
        for label, models in MODELS.items()
        for permission in permissions.filter(content_type__app_label=label)
        if permission.content_type.model in models or permission.codename in ACTS
    ]
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
        ("backoffice", "0010_billing"),
        ("billing", "0005_closed_months"),
        ("contracts", "0006_rating"),
        ("tickets", "0011_rating"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
