"""The room's first: what stands in it comes with the migrations after it."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = []
