"""Changes of APIs, GAP analyses, releases: all who serve clients see them; TAMs write analyses."""

from fnmatch import fnmatchcase

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from apps.outbox.migrating import Granting
from apps.tickets.queries import DUTY_MANAGERS

AGENTS, TAMS = "Support agents", "TAMs"
ADMINISTRATORS = "Administrators"

MODELS = [
    *("platformchange", "changeditem", "gapanalysis", "gapfinding", "gapversion"),
    *("gapacknowledgement", "gaptime", "release", "releasefix", "releasenotice"),
]
SEES = [f"view_{model}" for model in MODELS]
MAY = {
    AGENTS: SEES,
    TAMS: [*SEES, "change_gapanalysis"],
    DUTY_MANAGERS: [
        *SEES,
        *("add_platformchange", "change_platformchange", "change_gapanalysis"),
        *("add_release", "change_release"),
    ],
    ADMINISTRATORS: ["*"],
}


def grant(apps, schema_editor):
    """Give the groups what they lack; take nothing away."""
    alias = schema_editor.connection.alias
    # Django creates permissions after all migrations; these groups need them now.
    create_permissions(
        installed.get_app_config("changes"), verbosity=0, using=alias, apps=apps
    )
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    ours = list(
        permissions.filter(content_type__app_label="changes", content_type__model__in=MODELS)
    )
    groups = apps.get_model("auth", "Group").objects.using(alias)
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
        ("backoffice", "0021_api_tokens"),
        ("changes", "0002_gap_analyses"),
    ]

    operations = [Granting(grant, migrations.RunPython.noop)]
