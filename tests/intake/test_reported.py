"""Mail that became nothing is reported to the people who can mend it."""

from datetime import timedelta

import pytest

from apps.outbox.models import Message
from apps.outbox.rendering import render
from tests.factories import make_staff
from tests.intake.mails_in import MORNING, take

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    mails = Message.objects.filter(topic="mail.unreadable").order_by("pk")
    return list(mails.values_list("recipient", flat=True))


@pytest.mark.clause("V-8.1")
def test_the_duty_managers_hear_of_a_mail_that_cannot_be_read():
    manager = make_staff(is_duty_manager=True)

    mail = take(b"no mail at all")

    assert told() == [manager.email]
    text = render(topic="mail.unreadable", payload={"mail_id": mail.pk}).text
    assert text.splitlines()[:2] == [
        "A mail came in that needs a person: could not be read.",
        "",
    ]
    assert f"/admin/intake/inboundmail/{mail.pk}/change/" in text


def test_they_hear_once_a_day_however_much_noise_comes():
    make_staff(is_duty_manager=True)

    take(b"noise")
    take(b"more noise", at=MORNING + timedelta(hours=1))
    take(b"noise of tomorrow", at=MORNING + timedelta(days=1))

    assert len(told()) == 2


def test_a_manager_without_a_plain_address_does_not_hold_up_the_mail():
    make_staff(is_duty_manager=True, email='"two words"@provider.example.com')

    assert (take(b"no mail at all").state, told()) == ("UNREADABLE", [])
