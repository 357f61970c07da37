"""Secrets of endpoints are sealed by the key of this installation."""

from django.db import migrations, models

from apps.contracts.sealing import seal, unseal

COLUMNS = ("secret", "earlier_secret")
PLAIN = "whsec_"


def _each(apps, schema_editor, change, *, is_plain):
    rows = apps.get_model("contracts", "WebhookEndpoint").objects
    rows = rows.using(schema_editor.connection.alias)
    for pk, *kept in rows.values_list("pk", *COLUMNS):
        changed = {
            name: change(value)
            for name, value in zip(COLUMNS, kept, strict=True)
            if value and value.startswith(PLAIN) is is_plain
        }
        if changed:
            rows.filter(pk=pk).update(**changed)


def seal_all(apps, schema_editor):
    """What lay there as plain text does not any more."""
    _each(apps, schema_editor, seal, is_plain=True)


def unseal_all(apps, schema_editor):
    """The version before reads plain text alone."""
    _each(apps, schema_editor, unseal, is_plain=False)


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0015_no_releases'),
    ]

    operations = [
        migrations.AlterField(
            model_name='webhookendpoint',
            name='earlier_secret',
            field=models.CharField(blank=True, editable=False, max_length=250),
        ),
        migrations.AlterField(
            model_name='webhookendpoint',
            name='secret',
            field=models.CharField(editable=False, max_length=250),
        ),
        migrations.RunPython(seal_all, unseal_all, elidable=True),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('secret__startswith', 'whsec_'), _negated=True), models.Q(('earlier_secret__startswith', 'whsec_'), _negated=True)), name='webhook_secrets_are_sealed'),
        ),
    ]
