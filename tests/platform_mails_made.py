"""A mail on each topic of changes of the platform, and of webhooks, made of hostile rows."""

from collections.abc import Iterator

from apps.changes.services.gap_reminders import remind_gaps
from apps.changes.services.platform_changes import withdraw_change
from apps.changes.services.release_amendments import Correction, correct_release
from apps.changes.services.releases import Fixed
from apps.contracts.services.webhook_sending import note_answer
from apps.outbox.hooks import Posted
from apps.outbox.models import Message
from tests.factories import MORNING, make_client, make_staff
from tests.gap_made import make_gap, released, sent
from tests.hooks_made import make_endpoint
from tests.mails_latest import SUBJECT, Made, latest
from tests.maintenance_made import announced
from tests.portal_made import make_person
from tests.tickets.life import wholesale
from tests.time_made import make_premium, make_tam


def gap_mails() -> Iterator[Made]:
    """Yield the mails on a GAP analysis of a hostile change, in the order in which they come."""
    order = make_premium()
    make_client(order=order)
    make_tam(order=order)
    analysis = make_gap(order=order, api=SUBJECT)
    remind_gaps(at=analysis.next_at)
    yield latest("gap.near"), None
    remind_gaps(at=analysis.due_at)
    yield latest("gap.late"), None
    sent(analysis)
    yield latest("gap.sent"), None
    withdraw_change(change=analysis.change, why=SUBJECT, by=make_staff(), at=MORNING)
    yield latest("gap.withdrawn"), None


def release_mails() -> Iterator[Made]:
    """Yield the mails on a hostile release that fixes a ticket, and is corrected."""
    ticket = wholesale()
    make_client(order=ticket.order)
    release = released(news=SUBJECT, fixes=[Fixed(SUBJECT, ticket.number)])
    yield latest("release.announced"), None
    yield latest("release.fixes"), ticket
    written = Correction(why=SUBJECT, released_on=release.released_on, news=SUBJECT)
    correct_release(release=release, seen=1, written=written, by=make_staff(), at=MORNING)
    yield latest("release.amended"), None
    yield latest("release.fixes_amended"), ticket


def maintenance_mails() -> Iterator[Made]:
    """Yield the mail on maintenance: why it changed, and what is done."""
    notice = announced(title=SUBJECT, description=SUBJECT)
    yield Message.objects.get(key__startswith=notice.key), None


def webhook_mails() -> Iterator[Made]:
    """Yield the mail on an endpoint with a hostile name that is gone."""
    person = make_person()
    endpoint = make_endpoint(account=person.order.account, name=SUBJECT)
    note_answer(endpoint_id=endpoint.pk, posted=Posted(410, 5, "", endpoint.url), at=MORNING)
    yield latest("webhook.disabled"), None
