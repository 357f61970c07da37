"""The home page before there is anything, and what alarms."""

import pytest
from django.urls import reverse

from apps.outbox.models import Message
from tests.outbox.making import make_message

pytestmark = pytest.mark.django_db
HOME = reverse("admin:index")


def tiles(response):
    return {tile["name"]: tile["count"] for tile in response.context["tiles"]}


@pytest.mark.usefixtures("nothing_published")
def test_a_fresh_installation_is_told_what_to_do_first(signed_in):
    response = signed_in("superuser").get(HOME)

    assert set(response.context["first_steps"].values()) == {False}
    assert "Publish a policy" in response.content.decode()
    assert tiles(response) == {
        "Escalations unanswered": "0",
        "Appointments to decide": "0",
        "Service requests to decide": "0",
        "Outage reports to write": "0",
        "Outage reports to review": "0",
        "Suspended accounts": "0",
        "Suspensions to confirm": "0",
        "Disputed amounts to decide": "0",
        "Payments to look at": "0",
        "Pages in nobody's hand": "0",
        "Nobody on call, ahead": "0",
        "Voice messages": "0",
        "Alerts not mapped": "0",
        "Prices to quote": "0",
        "Waivers to decide": "0",
        "Mails to look at, 7 days": "0",
        "Dead letters": "0",
    }


def test_who_has_no_role_is_told_so(signed_in):
    response = signed_in("").get(HOME)

    assert "Your login has no role yet" in response.content.decode()
    assert tiles(response) == {}


def test_a_dead_letter_alarms(signed_in):
    make_message(state=Message.State.DEAD, due_at=None)

    response = signed_in("Support agents").get(HOME)

    assert [tile["name"] for tile in response.context["tiles"] if tile["alarm"]] == ["Dead letters"]
