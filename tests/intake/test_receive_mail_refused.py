"""Who is refused, what is kept of it, and what they hear."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail as outgoing

from apps.intake.models import InboundMail
from apps.outbox.services import deliver_pending
from apps.tickets.models import Event, Ticket
from tests.factories import MORNING, make_client, make_preset
from tests.intake.mails_in import ADA, make_ada, take, ticket_of, told

V = "voximplant-premium-2023"
PREMIUM = "premium-support@example.com"

pytestmark = pytest.mark.django_db


def heard(at: datetime = MORNING) -> str:
    """Return the text of the one mail that goes out."""
    outgoing.outbox.clear()
    assert deliver_pending(at=at) == 1
    (sent,) = outgoing.outbox
    return str(sent.body)


@pytest.mark.clause("V-3.5", "V-1.2")
def test_a_stranger_is_refused_and_nothing_is_processed():
    make_ada(version=make_preset(slug=V))

    mail = take(sender="Eve <eve@example.net>", to=PREMIUM)

    why = "eve@example.net is not an authorised user of any order."
    assert (mail.state, mail.ticket, mail.clause, mail.why) == ("REFUSED", None, "V-3.5", why)
    assert (mail.sender, mail.subject) == ("eve@example.net", "No calls")
    assert (Ticket.objects.count(), Event.objects.count()) == (0, 0)
    assert told() == [("request.refused", "eve@example.net")]


@pytest.mark.clause("V-1.2", "V-3.5")
def test_the_refusal_says_why_and_names_nobody():
    make_ada(version=make_preset(slug=V))

    take(sender="Eve <eve@example.net>", to=PREMIUM)

    assert heard() == (
        "We received your mail, and nothing was processed.\n\n"
        "Subject:  No calls\n"
        "Reason:   eve@example.net is not an authorised user of any order. (V-3.5)\n\n"
        "If that should be different, ask the person who manages your organisation's support\n"
        "order: they can have your address added, or the order put in force. Then write to us\n"
        "again. Your mail is kept.\n\n"
    )


@pytest.mark.clause("V-1.2")
def test_the_refusal_answers_the_mail_and_says_that_a_machine_wrote_it():
    take(sender="Eve <eve@example.net>")

    deliver_pending(at=MORNING)

    (sent,) = outgoing.outbox
    assert (sent.to, sent.subject) == (["eve@example.net"], "Not processed: No calls")
    assert sent.extra_headers["In-Reply-To"] == "<no-calls@client.example.com>"
    assert sent.extra_headers["References"] == "<no-calls@client.example.com>"
    assert sent.extra_headers["Auto-Submitted"] == "auto-replied"


@pytest.mark.clause("V-3.5")
def test_who_is_no_user_any_more_is_refused_and_hears_nothing_of_the_order():
    ada = make_ada(version=make_preset(slug=V))
    ada.is_active = False
    ada.save()

    mail = take(to=PREMIUM)

    assert (mail.state, mail.clause) == ("REFUSED", "V-3.5")
    assert mail.why == "The sender is not an authorised user of order ORD-ADA."
    assert f"Reason:   {ADA} is not an authorised user of any order.\n" in heard()


@pytest.mark.clause("V-1.2")
@pytest.mark.parametrize("state", ["DRAFT", "ENDED", "TERMINATED"])
def test_only_an_executed_order_is_owed_support(state):
    make_ada(version=make_preset(slug=V), state=state)

    mail = take(to=PREMIUM)

    why = "Order ORD-ADA is not executed."
    assert (mail.state, mail.clause, mail.why) == ("REFUSED", "V-1.2", why)
    assert f"Reason:   {why} (V-1.2)\n" in heard()
    assert Ticket.objects.count() == 0


# In March the policy's zone is five hours behind UTC: there the day begins at 05:00 UTC.
MIDNIGHT = datetime(2026, 3, 4, 5, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("at", "state"), [(MIDNIGHT - INSTANT, "REGISTERED"), (MIDNIGHT, "REFUSED")]
)
def test_the_last_day_is_inside_until_its_end_in_the_policys_time_zone(at, state):
    make_ada(version=make_preset(slug=V), ends_on=date(2026, 3, 3))

    assert take(to=PREMIUM, at=at).state == state


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("at", "state"), [(MIDNIGHT - INSTANT, "REFUSED"), (MIDNIGHT, "REGISTERED")]
)
def test_the_first_day_is_inside_from_its_beginning_in_the_policys_time_zone(at, state):
    make_ada(version=make_preset(slug=V), starts_on=date(2026, 3, 4))

    assert take(to=PREMIUM, at=at).state == state


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("term", "why"),
    [
        ({"starts_on": date(2026, 3, 5)}, "The term of order ORD-ADA begins on 2026-03-05."),
        ({"ends_on": date(2026, 3, 3)}, "The term of order ORD-ADA ended on 2026-03-03."),
    ],
)
def test_outside_the_term_the_reason_names_its_end(term, why):
    make_ada(version=make_preset(slug=V), **term)

    mail = take(to=PREMIUM)

    assert (mail.state, mail.clause, mail.why) == ("REFUSED", "V-3.1", why)


@pytest.mark.clause("V-1.2")
def test_another_order_that_is_in_force_saves_the_request():
    make_ada(number="ORD-OVER", state="ENDED")
    ada = make_ada(number="ORD-GOOD")

    mail = take()

    assert (mail.state, ticket_of(mail).order) == ("REGISTERED", ada.order)


@pytest.mark.clause("V-1.2")
def test_a_flood_of_refused_mails_is_answered_five_times_a_day():
    for serial in range(7):
        mail = take(sender="eve@example.net", message_id=f"<{serial}@example.net>")

    assert mail.why == (
        "eve@example.net is not an authorised user of any order."
        " The sender was not told: 5 refusals went to them within a day."
    )
    assert told() == [("request.refused", "eve@example.net")] * 5
    assert InboundMail.objects.filter(state="REFUSED").count() == 7


@pytest.mark.clause("V-1.2")
def test_a_day_later_the_sender_is_told_again():
    for serial in range(5):
        take(sender="eve@example.net", message_id=f"<{serial}@example.net>")

    just_within = take(sender="eve@example.net", text="6", at=MORNING + timedelta(days=1) - INSTANT)
    after = take(sender="eve@example.net", text="7", at=MORNING + timedelta(days=1))

    assert just_within.why.endswith(
        "The sender was not told: 5 refusals went to them within a day."
    )
    assert after.why == "eve@example.net is not an authorised user of any order."
    assert len(told()) == 6


def test_a_flood_in_one_name_does_not_silence_another():
    for serial in range(6):
        take(sender="eve@example.net", message_id=f"<{serial}@example.net>")

    take(sender="kim@example.net", message_id="<kim@example.net>")

    assert told()[-1] == ("request.refused", "kim@example.net")


def test_a_sender_whose_address_cannot_be_written_to_is_refused_all_the_same():
    mail = take(sender='"eve at home"@example.net')

    assert (mail.state, told()) == ("REFUSED", [])
    assert mail.why == (
        '"eve at home"@example.net is not an authorised user of any order. The sender could not'
        " be told: '\"eve at home\"@example.net' is not one plain mail address."
    )


@pytest.mark.clause("V-3.5")
def test_a_mail_that_was_refused_is_taken_when_it_comes_again_after_the_sender_was_authorised():
    refused = take(sender="kim@example.net")
    make_client(email="kim@example.net")

    taken = take(sender="kim@example.net", fields="Resent-Date: Thu, 5 Mar 2026 09:00:00 -0500")

    assert (refused.state, taken.state) == ("REFUSED", "REGISTERED")


def test_a_subject_cannot_write_into_the_refusals_headers():
    take(sender="eve@example.net", subject="=?utf-8?Q?x=0D=0ABcc:_kim=40example.net?=")

    deliver_pending(at=MORNING)

    (sent,) = outgoing.outbox
    assert (sent.recipients(), sent.subject) == (
        ["eve@example.net"],
        "Not processed: x Bcc: kim@example.net",
    )
