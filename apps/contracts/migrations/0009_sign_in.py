"""Signing in: a table for what all processes know of attempts, and logins found by address."""

from django.core.management import call_command
from django.db import migrations, models
from django.db.models.functions import Lower

TABLE = "shared_cache"


def make(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("contracts", "0008_service_requests")]

    operations = [
        migrations.RunPython(make, drop),
        migrations.AddIndex(
            model_name="user", index=models.Index(fields=["email"], name="user_by_email")
        ),
        migrations.AddIndex(
            model_name="user", index=models.Index(Lower("email"), name="user_by_email_lower")
        ),
    ]
