"""The whole life of a ticket: further events and deadlines, disputes, cases, links, words."""

import datetime
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

from apps.contracts.freeze import Guard, append_only, installing, never_emptied, removing
from apps.outbox.migrating import together

PINNED = "a ticket keeps the order and the terms that it was registered under"
PINS = ["account_id", "order_id", "version_id", "plan_id", "registered_at", "agreed", "entitled"]
STAYS = "a missed deadline stays missed, dated to the moment it was due"
MISSED = "{row}.state = 'MISSED'"
DECIDED = "a decided dispute is final: raise another one"
BATCH = 1000


def moved(*columns):
    """Return the condition that one of these columns changes."""
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def miss(*columns):
    """Return the guard of a miss on record, and of what names it."""
    changed = f"{MISSED} AND (NEW.state <> 'MISSED' OR {moved(*columns)})"
    return Guard("tickets_deadline", ("UPDATE",), STAYS, changed)


OF_MISS = ["due_at", "kind", "ticket_id"]
GUARDS = [
    append_only("tickets_event"),
    Guard("tickets_deadline", ("DELETE",), STAYS, MISSED),
    never_emptied("tickets_event"),
    never_emptied("tickets_deadline"),
    Guard("tickets_ticket", ("UPDATE",), PINNED, moved(*PINS)),
]


def place(apps, schema_editor):
    """Give every ticket its place in the order of work, and mark what is not worked on."""
    rules = {
        version: terms["first"]
        for version, terms in apps.get_model("contracts", "Rule")
        .objects.filter(key="order_of_work")
        .values_list("version_id", "terms")
    }
    tickets = apps.get_model("tickets", "Ticket").objects
    tickets.update(work_at=F("registered_at"))
    severities = apps.get_model("contracts", "Severity").objects
    for pk, version, key, rank in severities.values_list("pk", "version_id", "key", "rank"):
        first = rules.get(version)
        band = rank - 1 if first is None else int(key not in first)
        tickets.filter(severity=pk).update(work_band=band)
    deadlines = apps.get_model("tickets", "Deadline").objects
    due = deadlines.filter(kind="RESOLUTION", due_at__isnull=False, ticket__work_band=0)
    for version, first in rules.items():
        leading = due.filter(ticket__version=version, ticket__severity__key__in=first)
        for ticket, due_at in leading.values_list("ticket", "due_at").iterator(chunk_size=BATCH):
            tickets.filter(pk=ticket).update(work_at=due_at)
    deadlines.filter(ticket__status="CLOSED").update(in_work=False)


def write_words(apps, schema_editor):
    """Write what a search looks at, for the tickets that are there."""
    texts = apps.get_model("tickets", "SearchText").objects
    rows = apps.get_model("tickets", "Ticket").objects.select_related("requester")
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        said = {ticket.pk: [] for ticket in batch}
        messages = apps.get_model("tickets", "Message").objects.filter(ticket__in=said)
        for ticket, text in messages.order_by("pk").values_list("ticket", "text"):
            said[ticket].append(text)
        texts.bulk_create(
            texts.model(
                ticket=ticket,
                words="\n".join([ticket.subject, ticket.requester.name, ticket.requester.email,
                                 *said[ticket.pk]])[:200_000],
            )
            for ticket in batch
        )


def nothing(apps, schema_editor):
    """Reversed, the columns go with all that is in them."""


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('tickets', '0005_desk_category_times'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        # SQLite rebuilds a table for a new field, and would lose its triggers.
        removing(*GUARDS, miss(*OF_MISS)),
        migrations.CreateModel(
            name='CannedReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, unique=True)),
                ('body', models.TextField()),
                ('is_active', models.BooleanField(default=True, help_text='Whether it is offered.')),
            ],
            options={
                'verbose_name_plural': 'canned replies',
                'ordering': ['title'],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('raised_at', models.DateTimeField()),
                ('claim', models.TextField()),
                ('evidence', models.TextField(blank=True)),
                ('decision', models.CharField(choices=[('OPEN', 'To be decided'), ('UPHELD', 'Upheld'), ('REJECTED', 'Rejected')], default='OPEN', max_length=8)),
                ('reason', models.TextField(blank=True, help_text='Why it was decided so.')),
                ('decided_at', models.DateTimeField(null=True)),
                ('source_key', models.CharField(help_text='Makes a repeated act one dispute.', max_length=250, unique=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCannedReply',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('title', models.CharField(db_index=True, max_length=120)),
                ('body', models.TextField()),
                ('is_active', models.BooleanField(default=True, help_text='Whether it is offered.')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical canned reply',
                'verbose_name_plural': 'historical canned replies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalVendorCase',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('party', models.CharField(choices=[('THIRD_PARTY', 'Third party'), ('VENDOR', 'Platform vendor')], max_length=12)),
                ('name', models.CharField(help_text='Whose help it is.', max_length=120)),
                ('reference', models.CharField(blank=True, help_text='Their number of the case.', max_length=120)),
                ('service_affecting', models.BooleanField(help_text="Whether the client's service suffers. Where it does not, a vendor's change of code has no fixed resolution deadline.")),
                ('workaround', models.TextField(blank=True, help_text='What the client can do until then.')),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.TextField(blank=True, help_text='What came of it.')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical vendor case',
                'verbose_name_plural': 'historical vendor cases',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_text', serialize=False, to='tickets.ticket')),
                ('words', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='VendorCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('THIRD_PARTY', 'Third party'), ('VENDOR', 'Platform vendor')], max_length=12)),
                ('name', models.CharField(help_text='Whose help it is.', max_length=120)),
                ('reference', models.CharField(blank=True, help_text='Their number of the case.', max_length=120)),
                ('service_affecting', models.BooleanField(help_text="Whether the client's service suffers. Where it does not, a vendor's change of code has no fixed resolution deadline.")),
                ('workaround', models.TextField(blank=True, help_text='What the client can do until then.')),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.TextField(blank=True, help_text='What came of it.')),
                ('source_key', models.CharField(help_text='Makes a repeated act one case.', max_length=250, unique=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Viewer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(help_text='When their page last asked for news.')),
                ('is_writing', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Watcher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='deadline',
            name='deadline_one_of_a_kind',
        ),
        migrations.RemoveConstraint(
            model_name='deadline',
            name='deadline_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='deadline',
            name='deadline_target_positive',
        ),
        migrations.RemoveConstraint(
            model_name='event',
            name='event_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='ticket',
            name='ticket_status_known',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue',
        ),
        migrations.AddField(
            model_name='deadline',
            name='in_work',
            field=models.BooleanField(default=True, help_text='Whether its ticket is not closed, so that lists of work show it.'),
        ),
        migrations.AddField(
            model_name='deadline',
            name='serial',
            field=models.PositiveSmallIntegerField(default=1, help_text='Which of its kind: the second question has the second client reply.'),
        ),
        migrations.AddField(
            model_name='historicalticket',
            name='closing',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text="For which of the policy's reasons it was solved or closed.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='historicalticket',
            name='covered_work',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Which kind of covered work it is.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='historicalticket',
            name='exclusion',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Which exclusion of the policy its cause is, if one.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='historicalticket',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='message',
            name='mark',
            field=models.CharField(blank=True, help_text='What staff should know of it, such as a failed SPF.', max_length=250),
        ),
        migrations.AddField(
            model_name='ticket',
            name='closing',
            field=models.ForeignKey(blank=True, help_text="For which of the policy's reasons it was solved or closed.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='covered_work',
            field=models.ForeignKey(blank=True, help_text='Which kind of covered work it is.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='exclusion',
            field=models.ForeignKey(blank=True, help_text='Which exclusion of the policy its cause is, if one.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='work_at',
            field=models.DateTimeField(help_text='Its place within the band: earlier goes first.', null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='work_band',
            field=models.PositiveSmallIntegerField(default=0, help_text='Its place in the order of work: lower bands go first.'),
        ),
        migrations.AlterField(
            model_name='deadline',
            name='kind',
            field=models.CharField(choices=[('RESPONSE', 'Response'), ('RESOLUTION', 'Resolution'), ('RFO', 'Reason for Outage'), ('CLIENT_REPLY', "Client's reply"), ('CONFIRMATION', 'Closure confirmation'), ('STEP_DOWN', 'Step-down'), ('AUTO_CLOSE', 'Auto-close')], max_length=12),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('REGISTERED', 'Registered'), ('ACKNOWLEDGED', 'Acknowledged'), ('ASSIGNED', 'Assigned'), ('NOTED', 'Internal note'), ('CLASSIFIED', 'Classified'), ('RESPONDED', 'Responded'), ('ASKED_CLIENT', 'Asked the client'), ('CLIENT_REPLIED', 'Client replied'), ('SEVERITY_CHANGED', 'Severity changed'), ('DISPUTED', 'Severity disputed'), ('DISPUTE_DECIDED', 'Dispute decided'), ('PROPOSAL_DECLINED', 'Lower severity declined'), ('HANDED_OUT', 'Handed to others'), ('HANDED_BACK', 'Back from others'), ('WORKAROUND_GIVEN', 'Workaround given'), ('SOLVED', 'Solution given'), ('CONFIRMED', 'Closure confirmed'), ('REFUSED', 'Closure refused'), ('JUDGED', 'Refusal judged'), ('STEPPED_DOWN', 'Stepped down'), ('RFO_ISSUED', 'Reason for Outage issued'), ('SUSPENDED', 'Suspended'), ('RESUMED', 'Resumed'), ('LINKED', 'Linked'), ('MERGED', 'Merged'), ('JOINED', 'Duplicate merged in'), ('SPLIT', 'Split'), ('BOUNCED', 'Mail bounced'), ('CLOSED', 'Closed'), ('REOPENED', 'Reopened'), ('DEADLINE_WARNED', 'Deadline near'), ('DEADLINE_MISSED', 'Deadline missed')], max_length=20),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='status',
            field=models.CharField(choices=[('OPEN', 'Our turn'), ('WAITING', 'Waiting for the client'), ('SOLVED', 'Awaiting closure'), ('ANSWERED', 'Solution answered'), ('SUSPENDED', 'Suspended'), ('CLOSED', 'Closed')], default='OPEN', max_length=9),
        ),
        migrations.AddIndex(
            model_name='deadline',
            index=models.Index(condition=models.Q(('in_work', True), ('kind__in', ['RESPONSE', 'RESOLUTION', 'RFO']), ('state', 'OPEN')), fields=['due_at', 'id'], name='deadline_next_due'),
        ),
        migrations.AddIndex(
            model_name='deadline',
            index=models.Index(condition=models.Q(('in_work', True), ('kind__in', ['RESPONSE', 'RESOLUTION', 'RFO']), ('state', 'MISSED')), fields=['-due_at', '-id'], name='deadline_missed_in_work'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'CLOSED'), _negated=True), fields=['status', 'work_band', 'work_at', 'id'], name='ticket_in_order_of_work'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'CLOSED'), _negated=True), fields=['assignee', 'work_band', 'work_at', 'id'], name='ticket_of_assignee'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'CLOSED'), _negated=True), fields=['severity'], name='ticket_open_by_severity'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.UniqueConstraint(fields=('ticket', 'kind', 'serial'), name='deadline_one_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['RESPONSE', 'RESOLUTION', 'RFO', 'CLIENT_REPLY', 'CONFIRMATION', 'STEP_DOWN', 'AUTO_CLOSE'])), name='deadline_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.CheckConstraint(condition=models.Q(('target__gt', datetime.timedelta(0)), models.Q(('kind', 'STEP_DOWN'), ('target', datetime.timedelta(0))), _connector='OR'), name='deadline_target_positive'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['REGISTERED', 'ACKNOWLEDGED', 'ASSIGNED', 'NOTED', 'CLASSIFIED', 'RESPONDED', 'ASKED_CLIENT', 'CLIENT_REPLIED', 'SEVERITY_CHANGED', 'DISPUTED', 'DISPUTE_DECIDED', 'PROPOSAL_DECLINED', 'HANDED_OUT', 'HANDED_BACK', 'WORKAROUND_GIVEN', 'SOLVED', 'CONFIRMED', 'REFUSED', 'JUDGED', 'STEPPED_DOWN', 'RFO_ISSUED', 'SUSPENDED', 'RESUMED', 'LINKED', 'MERGED', 'JOINED', 'SPLIT', 'BOUNCED', 'CLOSED', 'REOPENED', 'DEADLINE_WARNED', 'DEADLINE_MISSED'])), name='event_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['OPEN', 'WAITING', 'SOLVED', 'ANSWERED', 'SUSPENDED', 'CLOSED'])), name='ticket_status_known'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='contracts.authoriseduser'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dispute',
            name='disputed',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.severity'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='taken_by',
            field=models.ForeignKey(help_text='Who of ours wrote it down, where one did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dispute',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='wanted',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.severity'),
        ),
        migrations.AddField(
            model_name='historicalcannedreply',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalvendorcase',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalvendorcase',
            name='opened_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalvendorcase',
            name='ticket',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='link',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='link',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_after', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='link',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_before', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='vendorcase',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='vendorcase',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vendor_cases', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='viewer',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='viewers', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='viewer',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='watcher',
            name='client',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watched_tickets', to='contracts.authoriseduser'),
        ),
        migrations.AddField(
            model_name='watcher',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='watchers', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='watcher',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watched_tickets', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(condition=models.Q(('decision', 'OPEN')), fields=('ticket',), name='dispute_one_open_a_ticket'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('decision', 'OPEN'), ('reason', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('decision__in', ['UPHELD', 'REJECTED']), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='dispute_decided_by_somebody_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('wanted', models.F('disputed')), _negated=True), name='dispute_wants_another_severity'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='link_once'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='link_lower_number_first'),
        ),
        migrations.AddIndex(
            model_name='vendorcase',
            index=models.Index(fields=['party', '-opened_at'], name='vendorcase_of_party'),
        ),
        migrations.AddConstraint(
            model_name='vendorcase',
            constraint=models.CheckConstraint(condition=models.Q(('party__in', ['THIRD_PARTY', 'VENDOR'])), name='vendorcase_party_known'),
        ),
        migrations.AddConstraint(
            model_name='vendorcase',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), ('closed_at__gte', models.F('opened_at')), _connector='OR'), name='vendorcase_closed_after_it_opened'),
        ),
        migrations.AddConstraint(
            model_name='viewer',
            constraint=models.UniqueConstraint(fields=('ticket', 'user'), name='viewer_once'),
        ),
        migrations.AddConstraint(
            model_name='watcher',
            constraint=models.UniqueConstraint(fields=('ticket', 'user'), name='watcher_of_ours_once'),
        ),
        migrations.AddConstraint(
            model_name='watcher',
            constraint=models.UniqueConstraint(fields=('ticket', 'client'), name='watcher_of_theirs_once'),
        ),
        migrations.AddConstraint(
            model_name='watcher',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('client', None), ('user__isnull', False)), models.Q(('client__isnull', False), ('user', None)), _connector='OR'), name='watcher_is_one_person'),
        ),
        migrations.RunPython(place, nothing),
        migrations.AlterField(
            model_name='ticket',
            name='work_at',
            field=models.DateTimeField(help_text='Its place within the band: earlier goes first.'),
        ),
        migrations.RunPython(write_words, nothing),
        installing(
            *GUARDS,
            miss(*OF_MISS, "serial"),
            Guard("tickets_dispute", ("UPDATE", "DELETE"), DECIDED, "{row}.decision <> 'OPEN'"),
        ),
    ])
