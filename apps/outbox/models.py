"""The outbox: a message to one person or endpoint, and how far it has come."""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q


def new_message_id() -> str:
    """Return a fresh Message-ID (RFC 5322) in this installation's mail domain."""
    return f"<{uuid4().hex}@{settings.MAIL_DOMAIN}>"


class MessageQuerySet(models.QuerySet["Message"]):
    def unsent(self) -> Self:
        """Messages that delivery still owes somebody."""
        return self.filter(state__in=[Message.State.PENDING, Message.State.SENDING])

    def due(self, *, at: datetime) -> Self:
        """Messages to try now; among them those whose worker died in the middle."""
        return self.unsent().filter(due_at__lte=at)

    def via(self, channel: str) -> Self:
        """Messages that go by one way, whose run meets no others."""
        return self.filter(channel=channel)

    def dead(self) -> Self:
        return self.filter(state=Message.State.DEAD)

    def for_us(self) -> Self:
        """Those whose failure is for staff to look at: of a webhook it is for its owner."""
        return self.exclude(channel=Message.Channel.HOOK)

    def hooks(self, *, recipient: str) -> Self:
        """The webhooks of an endpoint."""
        return self.via(Message.Channel.HOOK).filter(recipient=recipient)

    def failed(self) -> Self:
        """Those that are not sent any more, unless somebody sends them again."""
        return self.filter(state__in=[Message.State.DEAD, Message.State.WITHDRAWN])


class Message(models.Model):
    """What one person is told about one fact, and whether it has gone out.

    ``due_at`` is the next attempt while the message is pending. While it is
    being sent, it is the end of the worker's lease: past it, the worker is taken
    for dead and the message is claimed anew.
    """

    class State(models.TextChoices):
        PENDING = "PENDING", "Pending"
        SENDING = "SENDING", "Being sent"
        SENT = "SENT", "Sent"
        DEAD = "DEAD", "Dead letter"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    class Channel(models.TextChoices):
        MAIL = "MAIL", "Mail"
        PAGE = "PAGE", "Mail, at once"
        PUSH = "PUSH", "Push"
        HOOK = "HOOK", "Webhook"

    topic = models.CharField(max_length=100, help_text="What happened, such as deadline.missed.")
    key = models.CharField(
        max_length=200, help_text="Names the fact and the person; written once, however often told."
    )
    recipient = models.EmailField(
        help_text="The address; of a push, whose it is and its name; of a webhook, its endpoint."
    )
    channel = models.CharField(
        max_length=4, choices=Channel, default=Channel.MAIL, db_default=Channel.MAIL
    )
    payload = models.JSONField(help_text="The facts that the mail is made of when it is sent.")
    # The Message-ID of every attempt: who gets a second copy after a crash can tell.
    message_id = models.CharField(max_length=255, default=new_message_id)
    created_at = models.DateTimeField()
    # The database has these defaults too, for those who insert rows in bulk by SQL.
    state = models.CharField(
        max_length=9, choices=State, default=State.PENDING, db_default=State.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Why the last attempt failed, or why the message was withdrawn.",
    )
    # Not a foreign key: it would cost an index on each of millions, and nothing is deleted.
    sent_with = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="The message whose mail carried this one too."
    )
    resent_by = models.CharField(
        max_length=254,
        blank=True,
        default="",
        db_default="",
        help_text="Who last took it back from the dead letters.",
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            # The operator class lets one index serve both equality and "starts with".
            models.UniqueConstraint(
                fields=["key"],
                name="outbox_message_written_once_per_key",
                opclasses=["varchar_pattern_ops"],
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["PENDING", "SENDING"], due_at__isnull=False, sent_at__isnull=True
                )
                | Q(state="SENT", due_at__isnull=True, sent_at__isnull=False)
                | Q(state__in=["DEAD", "WITHDRAWN"], due_at__isnull=True, sent_at__isnull=True),
                name="outbox_message_due_or_sent_as_its_state_says",
            ),
        ]
        indexes = [
            # The poll reads only this: what is still to be sent, oldest first.
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["PENDING", "SENDING"]),
                name="outbox_message_due",
            ),
            # Pages do not look for their own among ten thousand mails.
            models.Index(
                fields=["channel", "due_at"],
                condition=Q(state__in=["PENDING", "SENDING"], channel__in=["PAGE", "PUSH"]),
                name="outbox_message_page_due",
            ),
            # Webhooks have a run of their own, which looks whose endpoint is busy.
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["PENDING", "SENDING"], channel="HOOK"),
                name="outbox_message_hook_due",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(state="SENDING", channel="HOOK"),
                name="outbox_message_hook_sending",
            ),
            # The log of an endpoint, newest first.
            models.Index(
                fields=["recipient", "-id"],
                condition=Q(channel="HOOK"),
                name="outbox_message_hook_log",
            ),
            models.Index(
                fields=["recipient", "-id"],
                condition=Q(channel="HOOK", state__in=["DEAD", "WITHDRAWN"]),
                name="outbox_message_hook_failed",
            ),
            # Dead letters are few, and staff look for them among millions.
            models.Index(fields=["id"], condition=Q(state="DEAD"), name="outbox_message_dead"),
            models.Index(
                fields=["recipient"],
                opclasses=["varchar_pattern_ops"],
                name="outbox_message_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} to {self.recipient}"


class HookAttempt(models.Model):
    """One attempt to send a webhook, and how it was answered. Its owner sees it too."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP's; none: no answer.")
    milliseconds = models.PositiveIntegerField()
    note = models.TextField(blank=True, help_text="How the answer begins, or why there was none.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.status or 'No answer'}, {self.at:%Y-%m-%d %H:%M:%S} UTC"
