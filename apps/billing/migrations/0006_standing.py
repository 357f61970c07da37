"""Why accounts stand as they do: evidence, proposals, exemptions, notices."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import append_only, installing, never_emptied


GUARDS = [append_only(f"billing_{table}") for table in ["standingreview", "standingnotice"]]
EMPTIED = [never_emptied(f"billing_{table}") for table in ["standingreview", "standingnotice"]]


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_payments"),
        ("contracts", "0005_phones"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Exemption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("EXEMPTION", "Exemption"), ("PROMISE", "Promise to pay")],
                        max_length=9,
                    ),
                ),
                ("until_on", models.DateField(help_text="The last day on which it holds.")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What was promised.",
                        max_digits=14,
                        null=True,
                    ),
                ),
                ("reason", models.CharField(max_length=250)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("IN_FORCE", "In force"),
                            ("ENDED", "Ended"),
                            ("KEPT", "Kept"),
                            ("BROKEN", "Broken"),
                            ("REVOKED", "Revoked"),
                        ],
                        default="IN_FORCE",
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_why", models.CharField(blank=True, max_length=250)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exemptions",
                        to="contracts.account",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalExemption",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("EXEMPTION", "Exemption"), ("PROMISE", "Promise to pay")],
                        max_length=9,
                    ),
                ),
                ("until_on", models.DateField(help_text="The last day on which it holds.")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="What was promised.",
                        max_digits=14,
                        null=True,
                    ),
                ),
                ("reason", models.CharField(max_length=250)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("IN_FORCE", "In force"),
                            ("ENDED", "Ended"),
                            ("KEPT", "Kept"),
                            ("BROKEN", "Broken"),
                            ("REVOKED", "Revoked"),
                        ],
                        default="IN_FORCE",
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_why", models.CharField(blank=True, max_length=250)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contracts.account",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical exemption",
                "verbose_name_plural": "historical exemptions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="StandingReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("clause", models.CharField(blank=True, max_length=40)),
                (
                    "from_state",
                    models.CharField(
                        choices=[
                            ("GOOD", "Good"),
                            ("SUPPORT_SUSPENDED", "Support suspended"),
                            ("DASHBOARD_SUSPENDED", "Support and dashboard suspended"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("GOOD", "Good"),
                            ("SUPPORT_SUSPENDED", "Support suspended"),
                            ("DASHBOARD_SUSPENDED", "Support and dashboard suspended"),
                        ],
                        max_length=20,
                    ),
                ),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "is_proposal",
                    models.BooleanField(
                        default=False, help_text="Proposed, and not done by itself."
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("oldest_due_on", models.DateField(null=True)),
                (
                    "days",
                    models.PositiveIntegerField(
                        default=0, help_text="Days overdue of the oldest document."
                    ),
                ),
                ("overdue_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("clears_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("documents_count", models.PositiveIntegerField(default=0)),
                ("documents", models.JSONField(default=list)),
                ("explanation", models.JSONField(default=list)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_reviews",
                        to="contracts.account",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        help_text="Whose act led to it, such as who recorded the payment.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "exemption",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.exemption",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.policyversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="StandingProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("GOOD", "Good"),
                            ("SUPPORT_SUSPENDED", "Support suspended"),
                            ("DASHBOARD_SUSPENDED", "Support and dashboard suspended"),
                        ],
                        max_length=20,
                    ),
                ),
                ("since_on", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("CONFIRMED", "Confirmed"),
                            ("DISMISSED", "Dismissed"),
                            ("LAPSED", "Lapsed"),
                        ],
                        default="OPEN",
                        max_length=9,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=250)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_proposals",
                        to="contracts.account",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="billing.standingreview",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "permissions": [
                    ("decide_standingproposal", "Can confirm or dismiss a proposed suspension")
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("WARNING", "A step ahead"), ("CHANGE", "A change")], max_length=7
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("GOOD", "Good"),
                            ("SUPPORT_SUSPENDED", "Support suspended"),
                            ("DASHBOARD_SUSPENDED", "Support and dashboard suspended"),
                        ],
                        max_length=20,
                    ),
                ),
                ("oldest_due_on", models.DateField(null=True)),
                ("days_before", models.PositiveSmallIntegerField(default=0)),
                ("acts_on", models.DateField(help_text="The day of the step or the change.")),
                ("at", models.DateTimeField()),
                ("recipients", models.JSONField(default=list)),
                ("messages", models.JSONField(default=list)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_notices",
                        to="contracts.account",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="billing.standingreview",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "IN_FORCE")),
                fields=("account",),
                name="exemption_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="exemption_for_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status", "IN_FORCE")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("status__in", ["ENDED", "KEPT", "BROKEN", "REVOKED"]),
                    ),
                    _connector="OR",
                ),
                name="exemption_ended_exactly_when_over",
            ),
        ),
        migrations.AddIndex(
            model_name="standingreview",
            index=models.Index(fields=["account", "-at"], name="standingreview_of_account"),
        ),
        migrations.AddConstraint(
            model_name="standingreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_state", models.F("to_state")), _negated=True),
                name="standingreview_of_a_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "OPEN")),
                fields=("account",),
                name="standingproposal_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("status", "OPEN")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("status__in", ["CONFIRMED", "DISMISSED", "LAPSED"]),
                    ),
                    _connector="OR",
                ),
                name="standingproposal_decided_exactly_when_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "DISMISSED"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="standingproposal_dismissed_for_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="standingnotice",
            index=models.Index(
                condition=models.Q(("kind", "WARNING")),
                fields=["acts_on"],
                name="standingnotice_ahead",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingnotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "WARNING")),
                fields=("account", "state", "oldest_due_on", "days_before"),
                name="standingnotice_warned_once",
            ),
        ),
        installing(*GUARDS, *EMPTIED),
    ]
