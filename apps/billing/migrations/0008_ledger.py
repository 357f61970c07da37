"""The zone in which a month ends, checks of the ledger, and nothing dated into a closed month."""

import apps.billing.models.ledger
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import Guard, append_only, installing, never_emptied, removing

LATE = "that month is closed: use a later date"
CLOSED = "EXISTS (SELECT 1 FROM billing_books b WHERE b.closed_through_on >= {day})"
# One more transfer of a posting that is there counts for the posting's day.
POSTING = (
    "EXISTS (SELECT 1 FROM billing_posting p JOIN billing_books b "
    "ON b.closed_through_on >= p.dated_on WHERE p.id = NEW.posting_id)"
)


def closed(table, event, condition):
    """Return the guard that lets nothing be dated into a closed month."""
    return Guard(f"billing_{table}", (event,), LATE, condition, prefix="closed")


MONTHS = [
    closed("allocation", "INSERT", CLOSED.format(day="NEW.dated_on")),
    closed("payment", "INSERT", CLOSED.format(day="NEW.received_on")),
    closed("openitem", "INSERT", CLOSED.format(day="NEW.dated_on")),
    closed("transfer", "INSERT", POSTING),
    *[
        closed(
            "document", event, "NEW.state = 'FINAL' AND " + CLOSED.format(day="NEW.issued_on")
        )
        for event in ("INSERT", "UPDATE")
    ],
]
# SQLite builds these tables anew for their columns, and their guards go with the old ones; none may
# read them meanwhile. They come back as they were.
KEPT = [
    append_only("billing_closedmonth"),
    never_emptied("billing_closedmonth"),
    Guard(
        "billing_books",
        ("UPDATE",),
        "a closed month stays closed",
        "NEW.id <> OLD.id OR NEW.closed_through_on < OLD.closed_through_on",
    ),
    Guard("billing_books", ("DELETE",), "the books stay"),
    never_emptied("billing_books"),
    Guard("billing_posting", ("INSERT",), LATE, CLOSED.format(day="NEW.dated_on")),
]
CHECKS = [append_only("billing_ledgercheck"), never_emptied("billing_ledgercheck")]


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0007_exports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        removing(*KEPT),
        migrations.AlterModelOptions(
            name='closedmonth',
            options={'ordering': ['-starts_on'], 'permissions': [('close_month', 'Can close a month')]},
        ),
        migrations.AddField(
            model_name='books',
            name='time_zone',
            field=models.CharField(db_default='UTC', max_length=60, validators=[apps.billing.models.ledger.validate_zone]),
        ),
        migrations.AddField(
            model_name='closedmonth',
            name='left_over',
            field=models.JSONField(default=list, help_text='What was not done, and known.'),
        ),
        migrations.CreateModel(
            name='LedgerCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_at', models.DateTimeField()),
                ('as_of', models.DateField(help_text='The day of its totals.')),
                ('check_count', models.PositiveIntegerField(help_text='Checks that were made.')),
                ('found_count', models.PositiveIntegerField(help_text='Findings.')),
                ('counts', models.JSONField(default=dict, help_text='What -> how many there were.')),
                ('findings', models.JSONField(default=list, help_text='The first of them: check and words.')),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        installing(*KEPT, *CHECKS, *MONTHS),
    ]
