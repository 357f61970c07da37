"""Canned replies: kept by those who may, put into the text box of a ticket's page by all."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from apps.contracts.admin.kept import KeptAdmin, KeptForm
from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.tickets.admin.forms import WriteForm
from apps.tickets.models import CannedReply, Ticket
from apps.tickets.queries.canned import reply_for
from apps.tickets.rules.placeholders import KNOWN, problems_in

TYPED = ("act_key", "act", "reason")


class CannedReplyForm(KeptForm):
    """A title and a text whose placeholders are all known."""

    def clean_body(self) -> str:
        body = self.cleaned_data["body"].replace("\r\n", "\n")
        problems = problems_in(body)
        if problems:
            known = ", ".join(f"{{{name}}}" for name in KNOWN)
            raise ValidationError([*problems, f"The placeholders are {known}."])
        return body


@admin.register(CannedReply)
class CannedReplyAdmin(KeptAdmin):
    """The replies that staff choose from. One that is not offered any more stays in its place."""

    form = CannedReplyForm
    list_display = ["title", "beginning", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["title", "body"]
    ordering = ["title"]
    readonly_fields = ["placeholders"]
    fieldsets = [
        (None, {"fields": ["title", "body", "placeholders", "is_active"]}),
        ("History", {"fields": ["change_reason"]}),
    ]

    @display(description="Text")
    def beginning(self, reply: CannedReply) -> str:
        return Truncator(reply.body).chars(90)

    @display(description="Placeholders")
    def placeholders(self, reply: CannedReply) -> SafeString:
        rows = format_html_join(
            "", "<li><code>{{{}}}</code>: {}</li>", ((name, what) for name, what in KNOWN.items())
        )
        return format_html(
            "<ul>{}</ul>To write a brace itself, write it twice: {{{{ or }}}}.", rows
        )


def chosen(request: HttpRequest, ticket: Ticket) -> str:
    """Return what the chosen reply says on this ticket; empty: none was chosen."""
    replies = CannedReply.objects.filter(is_active=True)
    reply = replies.filter(pk=key_in(request.POST.get("canned", ""))).first()
    return reply_for(ticket, reply, by=cast(User, request.user)) if reply else ""


def as_text(words: str) -> HttpResponse:
    """Return what a script puts into the text box; 404 where nothing was chosen."""
    return HttpResponse(
        words,
        content_type="text/plain; charset=utf-8",
        status=200 if words else 404,
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )


def with_words(request: HttpRequest, ticket: Ticket, words: str) -> WriteForm:
    """Return the form as it was filled in, with these words after what was typed."""
    typed = request.POST.get("text", "").replace("\r\n", "\n")
    form = WriteForm(ticket=ticket)
    given: dict[str, Any] = {name: request.POST[name] for name in TYPED if name in request.POST}
    form.initial = {**given, "text": "\n\n".join(filter(None, [typed.rstrip(), words]))}
    return form
