"""A step is told of again where it comes on another day, such as after a longer exemption."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_following")]

    operations = [
        migrations.RemoveConstraint(
            model_name="standingnotice", name="standingnotice_warned_once"
        ),
        migrations.AddConstraint(
            model_name="standingnotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "WARNING")),
                fields=("account", "state", "oldest_due_on", "days_before", "acts_on"),
                name="standingnotice_warned_once",
            ),
        ),
    ]
