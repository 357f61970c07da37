"""The outbox as staff see it: what went out, what waits, and the dead letters."""

import re
from collections.abc import Iterable
from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import action, display

from apps.outbox import services
from apps.outbox.hooks import hook_of
from apps.outbox.models import Message
from apps.outbox.pushing import push_of, push_topics
from apps.outbox.readonly import ReadOnlyAdmin
from apps.outbox.rendering import (
    InvalidEmail,
    NoRenderer,
    RendererFailed,
    Withdrawn,
    render,
    topics,
)

# What is signed stands for its recipient, who needs no password: nobody else may press it.
# The second is the end of a link to a new password.
SIGNED = re.compile(r"[\w.-]+:[\w-]+:[\w-]{27,}|[0-9a-z]+-[0-9a-z]{6,}-[0-9a-f]{32,}")
HIDDEN = "(a link for its recipient alone)"


class TopicFilter(admin.SimpleListFilter):
    """The topics that are registered: asking the table for its own would read all of it."""

    title = "topic"
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [(topic, topic) for topic in sorted({*topics(), *push_topics()})]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(topic=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages are written and sent by the services; people look, and send again."""

    list_display = [
        "topic",
        "recipient",
        "channel",
        "badge",
        "attempts",
        "due_at",
        "sent_at",
        "error",
    ]
    list_filter = ["state", "channel", TopicFilter]
    search_fields = ["recipient__startswith", "key__startswith"]
    search_help_text = "The beginning of the address or of the key"
    actions = ["send_again"]
    readonly_fields = ["preview", "tried"]
    fieldsets = [
        (None, {"fields": ["topic", "recipient", "channel", "state", "last_error", "resent_by"]}),
        ("Delivery", {"fields": ["attempts", "created_at", "due_at", "sent_at", "sent_with"]}),
        ("The mail", {"fields": ["preview"]}),
        ("Attempts of a webhook", {"fields": ["tried"], "classes": ["collapse"]}),
        ("Facts", {"fields": ["key", "message_id", "payload"]}),
    ]

    @display(
        description="State",
        label={
            Message.State.PENDING: "info",
            Message.State.SENDING: "warning",
            Message.State.SENT: "success",
            Message.State.DEAD: "danger",
        },
    )
    def badge(self, message: Message) -> tuple[str, str]:
        return message.state, message.get_state_display()

    @display(description="Last error")
    def error(self, message: Message) -> str:
        return Truncator(message.last_error).chars(80)

    @display(description="As it reads now")
    def preview(self, message: Message) -> str | SafeString:
        try:
            title, text = _reads(message)
        except Withdrawn as reason:
            return f"It would be withdrawn: {reason}"
        except (NoRenderer, InvalidEmail, RendererFailed) as error:
            return f"It cannot be sent: {error}"
        return format_html(
            '<strong>{}</strong><div style="white-space: pre-wrap">{}</div>',
            title,
            SIGNED.sub(HIDDEN, text),
        )

    @display(description="Answers")
    def tried(self, message: Message) -> SafeString | str:
        rows = list(message.tries.order_by("-pk")[:20])
        cells = [(str(row), row.milliseconds, row.note) for row in rows]
        return format_html_join("", "<div>{}, {} ms: {}</div>", cells) if rows else "–"

    @action(description="Send again", permissions=["act"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        staff = cast(AbstractBaseUser, request.user)  # the admin lets in nobody unknown
        revived, refused = 0, []
        for message in queryset:
            try:
                services.resend(message=message, at=timezone.now(), by=staff)
            except services.NotDead as refusal:
                refused.append(str(refusal))
            else:
                revived += 1
                self.log_change(request, message, "Sent again.")
        if revived:
            many = f"{revived} message is" if revived == 1 else f"{revived} messages are"
            self.message_user(request, f"{many} put back to be sent.", messages.SUCCESS)
        if refused:
            more = f" So with {len(refused) - 1} more." if len(refused) > 1 else ""
            self.message_user(request, refused[0] + more, messages.WARNING)


def _reads(message: Message) -> tuple[str, str]:
    """Return subject and text as they are now; of a push no address, of a webhook no secret."""
    if message.channel == Message.Channel.PUSH:
        push = push_of(topic=message.topic, payload=message.payload)
        return push.title, push.text
    if message.channel == Message.Channel.HOOK:
        hook = hook_of(topic=message.topic, payload=message.payload, at=timezone.now())
        return hook.url, hook.body.decode()
    email = render(topic=message.topic, payload=message.payload)
    return email.subject, email.text
