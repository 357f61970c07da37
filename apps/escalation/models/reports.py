"""The Reason for Outage: its revisions, what each says, and the documents that were sent."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import Account, Service
from apps.escalation.models.incidents import Incident


class OutageReportQuerySet(models.QuerySet):
    def unissued(self) -> Self:
        return self.exclude(state=OutageReport.State.ISSUED)

    def issued(self) -> Self:
        return self.filter(state=OutageReport.State.ISSUED)


class OutageReport(models.Model):
    """One revision of an incident's Reason for Outage: a draft, in review, or issued.

    Once it is issued the database refuses to change it, and all that it says: what was told stays
    as it was told, and a correction is the next revision. ``edition`` counts its changes, so that
    of two people who change it at once the second is told.

    Clause: S-6.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Draft"
        REVIEW = "REVIEW", "In review"
        ISSUED = "ISSUED", "Issued"

    class Kind(models.TextChoices):
        PRELIMINARY = "PRELIMINARY", "Preliminary"
        FINAL = "FINAL", "Final"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reports")
    revision = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.FINAL)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    edition = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(null=True, help_text="When the service failed.")
    detected_at = models.DateTimeField(null=True, help_text="When the provider knew.")
    restored_at = models.DateTimeField(null=True, help_text="When the service was back.")
    services = models.ManyToManyField(Service, related_name="+")
    summary = models.TextField(blank=True)
    root_cause = models.TextField(blank=True)
    drafted_at = models.DateTimeField()
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        help_text="Who wrote in it: the review is for somebody else.",
    )
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    returned = models.TextField(blank=True, help_text="What the review asks to be changed.")
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who reviewed and issued it.",
    )

    history = HistoricalRecords()
    objects = OutageReportQuerySet.as_manager()

    class Meta:
        ordering = ["incident", "revision"]
        permissions = [("issue_outagereport", "Can review and issue Reasons for Outage")]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "revision"], name="outagereport_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=~Q(state="ISSUED"),
                name="outagereport_one_in_work_per_incident",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["PRELIMINARY", "FINAL"]), name="outagereport_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT", issued_at=None, issued_by=None)
                | Q(state="REVIEW", issued_at=None, issued_by=None, submitted_by__isnull=False)
                | Q(
                    state="ISSUED",
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                    submitted_at__isnull=False,
                    submitted_by__isnull=False,
                ),
                name="outagereport_facts_go_with_its_state",
            ),
            models.CheckConstraint(
                condition=Q(issued_by=None) | ~Q(issued_by=F("submitted_by")),
                name="outagereport_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=(
                    Q(started_at=None) | Q(detected_at=None) | Q(detected_at__gte=F("started_at"))
                )
                & (Q(started_at=None) | Q(restored_at=None) | Q(restored_at__gte=F("started_at"))),
                name="outagereport_instants_in_order",
            ),
        ]
        indexes = [
            # What somebody still has to write or to review.
            models.Index(
                fields=["state", "incident"],
                condition=~Q(state="ISSUED"),
                name="outagereport_in_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident.number}, revision {self.revision}"


class ReportMoment(models.Model):
    """A line of the timeline."""

    report = models.ForeignKey(OutageReport, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC {self.text}"


class ReportAction(models.Model):
    """What is done so that it is mended for good, or does not come again: by whom, until when."""

    class Kind(models.TextChoices):
        CORRECTIVE = "CORRECTIVE", "Corrective"
        PREVENTIVE = "PREVENTIVE", "Preventive"

    report = models.ForeignKey(OutageReport, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=500)
    owner = models.CharField(max_length=120, help_text="Who sees to it, as the client is told.")
    due_on = models.DateField()

    class Meta:
        ordering = ["kind", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["CORRECTIVE", "PREVENTIVE"]), name="reportaction_kind_known"
            ),
            models.CheckConstraint(condition=~Q(owner=""), name="reportaction_has_an_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.text} ({self.owner}, {self.due_on})"


class ReportCopy(models.Model):
    """An issued revision as a document, as it was sent to one account.

    Each account's names that account alone: what others share of an outage is not its business.
    The one without an account is the provider's own, and names all. The database refuses to change
    them.

    Clause: S-6.
    """

    report = models.ForeignKey(OutageReport, on_delete=models.PROTECT, related_name="copies")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField(help_text="The PDF.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the PDF, in hexadecimal.")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "account"], name="reportcopy_one_an_account"),
            models.UniqueConstraint(
                fields=["report"], condition=Q(account=None), name="reportcopy_one_of_our_own"
            ),
            models.CheckConstraint(condition=~Q(digest=""), name="reportcopy_has_its_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.report}, {self.account or 'our own copy'}"
