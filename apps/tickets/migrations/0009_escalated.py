"""What happens to a ticket that is escalated."""

from django.db import migrations, models

from apps.contracts.freeze import append_only, installing, never_emptied, removing

GUARDS = [append_only("tickets_event"), never_emptied("tickets_event")]


class Migration(migrations.Migration):

    dependencies = [("tickets", "0008_excluded_at")]

    operations = [
        # SQLite rebuilds a table for another constraint, and would lose its triggers.
        removing(*GUARDS),
        migrations.RemoveConstraint(model_name="event", name="event_kind_known"),
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                max_length=20,
                choices=[
                    ("REGISTERED", "Registered"),
                    ("ACKNOWLEDGED", "Acknowledged"),
                    ("ASSIGNED", "Assigned"),
                    ("NOTED", "Internal note"),
                    ("CLASSIFIED", "Classified"),
                    ("RESPONDED", "Responded"),
                    ("ASKED_CLIENT", "Asked the client"),
                    ("CLIENT_REPLIED", "Client replied"),
                    ("SEVERITY_CHANGED", "Severity changed"),
                    ("DISPUTED", "Severity disputed"),
                    ("DISPUTE_DECIDED", "Dispute decided"),
                    ("PROPOSAL_DECLINED", "Lower severity declined"),
                    ("HANDED_OUT", "Handed to others"),
                    ("HANDED_BACK", "Back from others"),
                    ("WORKAROUND_GIVEN", "Workaround given"),
                    ("SOLVED", "Solution given"),
                    ("CONFIRMED", "Closure confirmed"),
                    ("REFUSED", "Closure refused"),
                    ("JUDGED", "Refusal judged"),
                    ("STEPPED_DOWN", "Stepped down"),
                    ("RFO_ISSUED", "Reason for Outage issued"),
                    ("SUSPENDED", "Suspended"),
                    ("RESUMED", "Resumed"),
                    ("LINKED", "Linked"),
                    ("MERGED", "Merged"),
                    ("JOINED", "Duplicate merged in"),
                    ("SPLIT", "Split"),
                    ("BOUNCED", "Mail bounced"),
                    ("ESCALATED", "Escalated"),
                    ("ESCALATION_CLIMBED", "Escalated further"),
                    ("ESCALATION_TAKEN", "Escalation acknowledged"),
                    ("ESCALATION_ANSWERED", "Escalation answered"),
                    ("ESCALATION_CLOSED", "Escalation closed"),
                    ("CLOSED", "Closed"),
                    ("REOPENED", "Reopened"),
                    ("DEADLINE_WARNED", "Deadline near"),
                    ("DEADLINE_MISSED", "Deadline missed"),
                ],
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=[
                    "REGISTERED", "ACKNOWLEDGED", "ASSIGNED", "NOTED", "CLASSIFIED", "RESPONDED",
                    "ASKED_CLIENT", "CLIENT_REPLIED", "SEVERITY_CHANGED", "DISPUTED", "DISPUTE_DECIDED",
                    "PROPOSAL_DECLINED", "HANDED_OUT", "HANDED_BACK", "WORKAROUND_GIVEN", "SOLVED",
                    "CONFIRMED", "REFUSED", "JUDGED", "STEPPED_DOWN", "RFO_ISSUED", "SUSPENDED", "RESUMED",
                    "LINKED", "MERGED", "JOINED", "SPLIT", "BOUNCED", "ESCALATED", "ESCALATION_CLIMBED",
                    "ESCALATION_TAKEN", "ESCALATION_ANSWERED", "ESCALATION_CLOSED", "CLOSED", "REOPENED",
                    "DEADLINE_WARNED", "DEADLINE_MISSED",
                ]),
                name="event_kind_known",
            ),
        ),
        installing(*GUARDS),
    ]
