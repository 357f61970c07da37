"""Releases: whom each is for, who is told, and that it costs nothing."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.changes.models import Release, ReleaseNotice
from apps.changes.services.drafts import ChangedSince, ChangeRefused
from apps.changes.services.releases import (
    Fixed,
    ReleaseWords,
    announce_release,
    draft_release,
    write_release,
)
from apps.contracts.models import Account
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.tickets.models import VendorCase
from tests.factories import MORNING, make_client, make_order, make_service, make_staff
from tests.gap_made import released
from tests.rated_made import LATER
from tests.tickets.life import solve, wholesale

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()


def told(topic: str) -> set[str]:
    return set(Message.objects.filter(topic=topic).values_list("recipient", flat=True))


def words(**other) -> ReleaseWords:
    given = {"product": "Softphone", "version": "4.2", "released_on": TODAY, "news": "New."}
    return ReleaseWords(**{**given, **other})


@pytest.mark.clause("S-10", "V-2-order")
def test_accounts_are_told_whose_orders_in_force_cover_a_service_of_it_and_each_address_once():
    trunks, fax = make_service(title="SIP trunks"), make_service(title="Fax")
    everything, covers, other, ended = (make_order() for _ in range(4))
    covers.services.add(trunks, fax)
    other.services.add(fax)
    ended.ends_on = date(2026, 3, 3)
    ended.save()
    second = make_order(account=everything.account)
    readers = [make_client(order=order) for order in (everything, covers)]
    make_client(order=second, email=readers[0].email.upper())
    for order in (other, ended):
        make_client(order=order)
    make_client(order=covers, is_active=False)

    release = released(services=[trunks])
    again = announce_release(
        release=release, seen=release.edition - 1, by=release.announced_by, at=LATER
    )

    assert again == 2
    assert {row.account for row in ReleaseNotice.objects.all()} == {
        everything.account,
        covers.account,
    }
    assert sorted(Message.objects.values_list("topic", "recipient")) == sorted(
        ("release.announced", person.email) for person in readers
    )
    message = Message.objects.earliest("pk")
    assert "It costs you nothing." in render(topic=message.topic, payload=message.payload).text
    readers[0].is_active = False
    readers[0].save()
    with pytest.raises(Withdrawn):
        render(topic=message.topic, payload=message.payload)


@pytest.mark.clause("V-8.3", "S-9", "S-10")
def test_who_reported_what_comes_with_the_version_is_told_once_by_ticket_or_vendors_case():
    by_number, by_case, unlinked = (wholesale() for _ in range(3))
    solve(by_number, "new-version")
    VendorCase.objects.create(
        ticket=by_case, party="VENDOR", name="Maker", reference="M-77", service_affecting=False,
        opened_at=MORNING, opened_by=make_staff(), source_key="case",
    )  # fmt: skip
    fixes = [
        Fixed("No dial tone", by_number.number),
        Fixed("No dial tone after a restart", by_number.number.lower()),
        Fixed("One-way audio", "M-77"),
        Fixed("Typing errors"),
    ]

    release = released(fixes=fixes)

    assert told("release.fixes") == {by_number.requester.email, by_case.requester.email}
    assert unlinked.requester.email not in told("release.fixes")
    assert [(fix.ticket, str(fix.case or "")) for fix in release.fixes.all()] == [
        (by_number, ""),
        (by_number, ""),
        (by_case, "Maker M-77"),
        (None, ""),
    ]
    message = Message.objects.filter(topic="release.fixes").earliest("pk")
    mail = render(topic=message.topic, payload=message.payload)
    assert mail.subject == f"[{by_number.number}] {by_number.subject}"
    assert "Fixed:    No dial tone after a restart" in mail.text
    general = Message.objects.filter(topic="release.announced").earliest("pk")
    shown = render(topic=general.topic, payload=general.payload).text
    assert [by_number.number in shown, "- One-way audio" in shown] == [False, True]


@pytest.mark.clause("S-10")
@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"product": ""}, "Say what it is a version of."),
        ({"news": " "}, "Say in a few words what is new."),
        ({"fixes": [Fixed(" ")]}, "Say of each thing that is fixed what it is."),
        (
            {"fixes": [Fixed("Echo", "M-78")]},
            "“M-78” is no ticket, and not the reference of exactly one case. Look at it again.",
        ),
        ({"fixes": [Fixed("Echo")] * 101}, "Name at most 100 things that are fixed."),
    ],
)
def test_a_release_that_makes_no_sense_is_refused_in_words(other, why):
    with pytest.raises(ChangeRefused) as refused:
        draft_release(written=words(**other), by=make_staff(), at=MORNING)

    assert (str(refused.value), Release.objects.count()) == (why, 0)


@pytest.mark.clause("S-10")
def test_announced_it_stays_and_of_two_who_write_the_second_is_told():
    by = make_staff(name="nora")
    release = draft_release(written=words(fixes=[Fixed("Echo")]), by=by, at=MORNING)
    write_release(release=release, seen=1, written=words(version="4.3"), by=by, at=MORNING)

    with pytest.raises(ChangedSince, match="Meanwhile nora changed it"):
        announce_release(release=release, seen=1, by=by, at=MORNING)
    with pytest.raises(ChangeRefused, match="There is a release Softphone"):
        draft_release(written=words(version="4.3"), by=by, at=MORNING)
    assert announce_release(release=release, seen=2, by=by, at=MORNING) == 0
    for act in (
        lambda: write_release(release=release, seen=3, written=words(), by=by, at=MORNING),
        lambda: announce_release(release=release, seen=3, by=by, at=MORNING),
    ):
        with pytest.raises(ChangeRefused, match="is announced"):
            act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(news="Other")
    assert Account.objects.count() == 0
