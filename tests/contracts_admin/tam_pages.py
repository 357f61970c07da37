"""The order's page and those of its TAM, as tests read them."""

import re
from html import unescape

from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import Order
from tests.factories import make_staff
from tests.tams_made import make_held


def page(order: Order, kind: str = "change") -> str:
    return reverse(f"admin:contracts_order_{kind}", args=[order.pk])


def held(version, **facts) -> Order:
    return make_held(version=version, plan="silver", **facts)


def section(client, order: Order) -> list[str]:
    """Return what the order's page says of its TAM, a line each."""
    text = client.get(page(order)).content.decode()
    found = re.search(r'id="tam">(.*?)</section>', text, re.DOTALL)
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]*>", "\n", found[1], flags=re.DOTALL)
    return [" ".join(unescape(line).split()) for line in bare.splitlines() if line.strip()]


def links(client, order: Order) -> list[str]:
    text = client.get(page(order)).content.decode()
    return [act for act in ("assign", "hand_over", "withdraw") if page(order, f"tam_{act}") in text]


def said(answer) -> list[str]:
    return [str(note) for note in answer.context["messages"]]


def typed(**facts) -> dict:
    given = {
        "starts_on": "2026-03-09",
        "email": "mary@provider.example.com",
        "phone": "",
        "chat": "",
        "reason": "Leaves the company",
    }
    return given | facts


def sign_in(client, role: str):
    user = make_staff()
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client
