"""Who and what belongs to a ticket: other tickets, people who follow it, people who look at it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.contracts.models import AuthorisedUser
from apps.tickets.models.tickets import Ticket


class Link(models.Model):
    """Two tickets that have to do with each other. The one with the lower number comes first."""

    first = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="links_after")
    second = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="links_before")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="link_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="link_lower_number_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first.number} and {self.second.number}"


class Watcher(models.Model):
    """Somebody who follows a ticket: of ours, told of what happens; or a client, in copy."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="watchers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="watched_tickets",
    )
    client = models.ForeignKey(
        AuthorisedUser, null=True, on_delete=models.CASCADE, related_name="watched_tickets"
    )
    since_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="watcher_of_ours_once"),
            models.UniqueConstraint(fields=["ticket", "client"], name="watcher_of_theirs_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, client=None) | Q(user=None, client__isnull=False),
                name="watcher_is_one_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.client)


class Viewer(models.Model):
    """Somebody who has a ticket's page open, so that two agents see each other."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="viewers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(help_text="When their page last asked for news.")
    is_writing = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="viewer_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)
