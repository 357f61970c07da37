"""What was said on a ticket."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contracts.models import AuthorisedUser
from apps.tickets.models.tickets import Ticket


class Message(models.Model):
    """A mail in, a reply out, or a note that only staff see."""

    class Direction(models.TextChoices):
        IN = "IN", "From the client"
        OUT = "OUT", "To the client"
        NOTE = "NOTE", "Internal note"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=4, choices=Direction.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    client = models.ForeignKey(
        AuthorisedUser, null=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField()
    text = models.TextField()
    html = models.TextField(blank=True, help_text="As it came, sanitised; shown in a sandbox.")
    mail_id = models.CharField(
        max_length=998, blank=True, help_text="The mail's Message-ID, without brackets."
    )
    mark = models.CharField(
        max_length=250, blank=True, help_text="What staff should know of it, such as a failed SPF."
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction="IN", author=None, client__isnull=False)
                | Q(direction__in=["OUT", "NOTE"], author__isnull=False, client=None),
                name="message_is_from_the_client_or_from_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}, {self.sent_at:%Y-%m-%d %H:%M} UTC"


class Attachment(models.Model):
    """A file that came with a message. It is only ever offered as a download."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField(help_text="Bytes.")
    content = models.BinaryField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
