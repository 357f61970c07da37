"""What accounts were told of maintenance, and the calendars in which they read it.

The rows say what was so when it was told; nothing changes them.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.changes.models.maintenance import LONGEST_TITLE, Maintenance
from apps.contracts.models import Account, PolicyVersion


class MaintenanceUpdate(models.Model):
    """One time that accounts were told, as the work stood then. The first has the sequence 0.

    Clause: S-11.
    """

    maintenance = models.ForeignKey(Maintenance, on_delete=models.PROTECT, related_name="updates")
    sequence = models.PositiveIntegerField()
    state = models.CharField(max_length=11, choices=Maintenance.State.choices)
    impact = models.CharField(max_length=18, choices=Maintenance.Impact.choices)
    title = models.CharField(max_length=LONGEST_TITLE)
    description = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.TextField(blank=True, help_text="Why it was changed or cancelled.")
    short_because = models.TextField(blank=True, help_text="Why the notice is shorter than owed.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["maintenance", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["maintenance", "sequence"], name="maintenanceupdate_sequence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.maintenance.number} update {self.sequence}"


class MaintenanceNoticeQuerySet(models.QuerySet):
    def newest(self) -> Self:
        """Of each maintenance what was told last, to those who were then told to be affected."""
        return self.filter(is_affected=True, update__sequence=F("update__maintenance__sequence"))


class MaintenanceNotice(models.Model):
    """An update as one account was told it.

    ``objects`` are the names that its mail lists, ``because`` says in words why it was told, and
    ``orders`` under which of its orders. ``is_affected`` False: it was told that the work does not
    touch it any more. ``owed_days`` is the notice that its policy promises; ``is_short``: it got
    less. Proof of the sending are the messages by its key.

    Clause: S-11.
    """

    update = models.ForeignKey(MaintenanceUpdate, on_delete=models.PROTECT, related_name="notices")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="maintenance_notices"
    )
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    objects_named = models.JSONField(default=list)
    because = models.JSONField(default=list)
    orders = models.JSONField(default=list)
    is_affected = models.BooleanField(default=True)
    owed_days = models.PositiveIntegerField(default=0)
    is_short = models.BooleanField(default=False)
    mails = models.PositiveIntegerField(default=0, help_text="How many people were written to.")
    told_at = models.DateTimeField()

    objects = MaintenanceNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["update", "account"], name="maintenancenotice_once_an_update"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-told_at", "-id"], name="maintenancenotice_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.update} to {self.account}"

    @property
    def state(self) -> str:
        """The state that its account was told: cancelled, where it is not affected any more."""
        return self.update.state if self.is_affected else Maintenance.State.CANCELLED

    @property
    def key(self) -> str:
        """What the keys of its messages begin with."""
        update = self.update
        return f"maintenance:{update.maintenance_id}:{update.sequence}:{self.account_id}:"


class MaintenanceCalendarQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Addresses that still work."""
        return self.filter(revoked_at=None)


class MaintenanceCalendar(models.Model):
    """The secret address of an account's maintenance calendar. Only its digest is kept.

    Clause: S-11.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="maintenance_calendars"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MaintenanceCalendarQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(revoked_at__isnull=True),
                name="maintenancecalendar_one_an_account",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="maintenancecalendar_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Maintenance calendar of {self.account}"
