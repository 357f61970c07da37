"""What is asked of the TAM goes to the TAM's desk; all else to the support centre's."""

import pytest

from apps.contracts.rules.entitlement import Wanted
from apps.intake.services import request_support
from tests.factories import MORNING, make_staff
from tests.intake.mails_in import MAILBOX, take, ticket_of
from tests.tams_made import make_held

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.1", "V-6.4", "V-6.5")]

CONTACT = "tam@provider.example.com"


@pytest.fixture
def ada():
    """Somebody whose order has a TAM, reached at a contact address."""
    return make_held(tam=make_staff(name="tam")).authorised_users.get()


@pytest.mark.parametrize(
    ("channel", "desk"),
    [("TAM", "TAM"), ("CHAT", "TAM"), ("PHONE", "CENTRE"), ("PORTAL", "CENTRE"), ("API", "CENTRE")],
)
def test_the_channel_of_a_request_says_whose_desk_it_is_for(ada, channel, desk):
    taken = request_support(
        requester=ada,
        channel=channel,
        wanted=Wanted.TICKET,
        subject="Help",
        text="Please.",
        at=MORNING,
        source_key="staff:1",
    )

    assert taken.ticket is not None
    assert taken.ticket.desk == desk


@pytest.mark.parametrize(
    ("to", "desk"),
    [
        (CONTACT, "TAM"),
        (f"Your TAM <{CONTACT.upper()}>, {MAILBOX}", "TAM"),
        (MAILBOX, "CENTRE"),
        ("another@provider.example.com", "CENTRE"),
    ],
)
def test_a_mail_to_the_tams_contact_address_is_for_the_tams_desk(ada, to, desk):
    mail = take(sender=ada.email, to=to)

    assert ticket_of(mail).desk == desk


def test_a_mail_to_somebody_who_is_no_longer_the_tam_goes_to_the_support_centre(ada):
    ada.order.tam_assignments.update(withdrawn_at=MORNING)

    assert ticket_of(take(sender=ada.email, to=CONTACT)).desk == "CENTRE"
