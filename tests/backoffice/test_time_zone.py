"""Each reader sees instants in their own zone."""

import pytest
from django.urls import reverse

from apps.contracts.models import User
from apps.intake.services import receive_mail
from tests.backoffice.making import NOON


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "Wed 4 Mar 2026, 12:00:00 UTC"),
        ("America/New_York", "Wed 4 Mar 2026, 07:00:00 EST"),
        ("No/Where", "Wed 4 Mar 2026, 12:00:00 UTC"),
    ],
)
def test_instants_are_shown_in_the_readers_zone(client, zone, shown):
    user = User.objects.create(username="ada", is_staff=True, is_superuser=True, time_zone=zone)
    client.force_login(user)
    mail = receive_mail(b"From: eve@elsewhere.example.com\n\nHello", at=NOON)

    url = reverse("admin:intake_inboundmail_change", args=[mail.pk])

    assert shown in client.get(url).content.decode()
