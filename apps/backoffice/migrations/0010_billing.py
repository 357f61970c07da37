"""Money: finance keeps it, duty managers see it, whoever serves a client sees what it costs."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, TAMS, FINANCE = "Support agents", "TAMs", "Finance"
ADMINISTRATORS = "Administrators"

# Those that later migrations speak of have rights of their own there.
MODELS = [
    "allocation",
    "billingdispute",
    "billingprofile",
    "books",
    "charge",
    "closedmonth",
    "document",
    "invoicerun",
    "ledgeraccount",
    "line",
    "openitem",
    "payment",
    "posting",
    "ratedevent",
    "seller",
    "series",
    "taxcategory",
    "taxrate",
    "taxtotal",
    "transfer",
    "waiver",
    "historicalseller",
    "historicalseries",
    "historicaltaxcategory",
    "historicaltaxrate",
    "historicalbillingprofile",
]
COSTS = ["view_ratedevent", "view_charge", "view_waiver"]
MAY = {
    AGENTS: COSTS,
    TAMS: COSTS,
    FINANCE: ["view_*", "add_*", "change_*"],
    DUTY_MANAGERS: ["view_*"],
    ADMINISTRATORS: ["*"],
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("billing"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    ours = list(permissions.select_related("content_type").filter(content_type__app_label="billing"))
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for group in groups.filter(name__in=MAY):
        group.permissions.add(
            *(
                permission
                for permission in ours
                if (group.name == ADMINISTRATORS or permission.content_type.model in MODELS)
                and any(fnmatchcase(permission.codename, wanted) for wanted in MAY[group.name])
            )
        )


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0009_on_call"),
        ("billing", "0002_records_stay"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
