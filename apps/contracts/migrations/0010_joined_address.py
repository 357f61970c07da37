"""A seat is of an address: with another one it is nobody's, until that one is invited."""

from django.db import migrations, models
from django.db.models.functions import Lower


def tell(apps, schema_editor):
    """Who has joined did so with the address that they have."""
    rows = apps.get_model("contracts", "AuthorisedUser").objects
    joined = rows.using(schema_editor.connection.alias).filter(user__isnull=False)
    joined.update(joined_address=Lower("email"))


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0009_sign_in'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='authoriseduser',
            name='authoriseduser_joined_exactly_with_a_user',
        ),
        migrations.AddField(
            model_name='authoriseduser',
            name='joined_address',
            field=models.EmailField(blank=True, db_default='', default='', editable=False, max_length=254),
        ),
        migrations.AddField(
            model_name='historicalauthoriseduser',
            name='joined_address',
            field=models.EmailField(blank=True, db_default='', default='', editable=False, max_length=254),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='authoriseduser',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('joined_address', ''), ('joined_at', None), ('user', None)), models.Q(('joined_at__isnull', False), ('user__isnull', False), models.Q(('joined_address', ''), _negated=True)), _connector='OR'), name='authoriseduser_joined_exactly_with_a_user'),
        ),
    ]
