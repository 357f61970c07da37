"""Going to the pages of tickets, and saying what is on them."""

import html
import re
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.contracts.models import User
from apps.tickets.models import Ticket
from tests.factories import make_staff

QUEUE = reverse("admin:tickets_ticket_changelist")
WHEN_DUE = reverse("admin:tickets_ticket_due")


def page_of(ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def act_of(ticket: Ticket, name: str) -> str:
    return reverse("admin:tickets_ticket_act", args=[ticket.pk, name])


def live_of(ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_live", args=[ticket.pk])


def signed_in(*codenames: str, **facts: Any) -> tuple[Client, User]:
    """Return a browser of somebody of the staff with these permissions on tickets."""
    user = make_staff(**facts)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=codenames, content_type__app_label="tickets")
    )
    client = Client()
    client.force_login(user)
    return client, user


def reader() -> Client:
    return signed_in("view_ticket")[0]


def agent() -> tuple[Client, User]:
    return signed_in("view_ticket", "change_ticket")


def send(client: Client, ticket: Ticket, name: str, **given: Any) -> Any:
    """Send a form of the ticket's page; with a key of its own unless one is given."""
    return client.post(act_of(ticket, name), {"act_key": str(uuid4()), **given})


def text_of(response: Any) -> str:
    """What a person reads on the page: no markup, no runs of blanks."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    body = body.replace("<wbr>", "")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def markup_of(response: Any) -> str:
    """The page as it is sent, without its line breaks."""
    return " ".join(response.content.decode().split())


def subjects(response: Any) -> list[str]:
    """The subjects of the queue's rows, in their order."""
    return [row.subject for row in response.context["cl"].result_list]


def said(ticket: Ticket) -> list[tuple[str, str]]:
    """Direction and text of all that was said after the request."""
    return list(ticket.messages.order_by("pk").values_list("direction", "text"))[1:]


def done(ticket: Ticket) -> list[str]:
    """What happened after the acknowledgement."""
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))[2:]
