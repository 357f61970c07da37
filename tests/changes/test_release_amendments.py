"""Announced releases that are corrected or withdrawn: whoever was told is told so, and why."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.changes.models import PlatformChange, Release, ReleaseAmendment
from apps.changes.services.drafts import ChangedSince, ChangeRefused, discard_draft
from apps.changes.services.platform_changes import draft_change
from apps.changes.services.release_amendments import (
    Correction,
    correct_release,
    withdraw_release,
)
from apps.changes.services.releases import (
    Fixed,
    ReleaseWords,
    announce_release,
    draft_release,
)
from apps.contracts.services import choose_mails
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from apps.portal.queries.notices.told import told_to
from tests.factories import MORNING, make_client, make_order, make_staff, make_ticket
from tests.gap_made import change_words, released
from tests.hooks_made import make_endpoint
from tests.hooks_made import told_as_documented as told_by_hook
from tests.portal_made import make_person, signed_in
from tests.rated_made import LATER
from tests.tickets.life import wholesale
from tests.tickets_admin.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-10")]
NEXT_DAY = date(2026, 3, 12)
WHY = "It comes a week later."
GONE = "It drops calls. We took it back."


def corrected(release, *, seen=1, by=None, at=MORNING, **other):
    given = {"why": WHY, "released_on": NEXT_DAY, "news": "Calls can be moved."}
    written = Correction(**{**given, **other})
    return correct_release(
        release=release, seen=seen, written=written, by=by or make_staff(), at=at
    )


def withdrawn(release, *, seen=1, by=None, why=GONE, at=MORNING):
    return withdraw_release(release=release, seen=seen, why=why, by=by or make_staff(), at=at)


def mails(topic):
    return list(Message.objects.filter(topic=topic).order_by("recipient"))


def mail(topic):
    message = Message.objects.get(topic=topic)
    return render(topic=message.topic, payload=message.payload)


def draft():
    words = ReleaseWords(product="Softphone", version="9", released_on=NEXT_DAY, news="New.")
    return draft_release(written=words, by=make_staff(), at=MORNING)


@pytest.mark.clause("V-8.3")
def test_the_same_people_are_told_what_is_different_and_who_reported_a_fix_too():
    ticket = wholesale()
    reader = ticket.requester
    gone = make_client(order=ticket.order)
    by = make_staff()
    release = released(fixes=[Fixed("Echo", ticket.number)])
    gone.is_active = False
    gone.save()
    make_client(order=ticket.order)  # nobody told them of it before
    make_client(order=make_order())  # nor this account

    assert corrected(release, by=by) == 1
    assert corrected(release, by=by, at=LATER) == 1  # a double click

    assert [row.recipient for row in mails("release.amended")] == [reader.email]
    text = mail("release.amended").text
    assert [words in text for words in (WHY, "from 12 Mar 2026 on", "- Echo")] == [True] * 3
    fixes = mail("release.fixes_amended")
    assert fixes.subject == f"[{ticket.number}] {ticket.subject}"
    assert [words in fixes.text for words in (WHY, "Fixed:    Echo")] == [True, True]
    for topic in ("release.announced", "release.fixes"):
        pending = mails(topic)[0]
        with pytest.raises(Withdrawn):
            render(topic=topic, payload=pending.payload)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReleaseAmendment.objects.update(why="Nothing")


def test_it_is_withdrawn_once_and_of_two_the_second_is_told():
    person = make_client()
    release, by = released(), make_staff(name="nora")
    corrected(release, by=by)

    for why, doing in [
        ("Meanwhile nora corrected it", lambda: withdrawn(release)),
        ("Say what is different", lambda: corrected(release, seen=2, why=" ")),
        ("Say why it is withdrawn", lambda: withdrawn(release, seen=2, why="")),
        ("is a draft: nobody heard of it", lambda: withdrawn(draft())),
    ]:
        with pytest.raises(ChangeRefused, match=why):
            doing()
    assert [withdrawn(release, seen=2, by=by) for _ in range(2)] == [1, 1]
    for doing in (lambda: withdrawn(release, seen=3), lambda: corrected(release, seen=3)):
        with pytest.raises(ChangeRefused, match="nora withdrew Softphone"):
            doing()

    release = Release.objects.get(pk=release.pk)
    assert (release.reads.released_on, release.is_withdrawn, release.tellings) == (
        NEXT_DAY,
        True,
        3,
    )
    first, last = (row.payload for row in Message.objects.filter(topic="release.amended"))
    with pytest.raises(Withdrawn):
        render(topic="release.amended", payload=first)
    sent = render(topic="release.amended", payload=last)
    assert (sent.subject, GONE in sent.text) == ("Withdrawn: Softphone 4.2", True)
    assert {row.recipient for row in mails("release.amended")} == {person.email}


def test_the_portal_programs_and_endpoints_read_that_it_is_withdrawn():
    person = make_person()
    endpoint = make_endpoint(account=person.order.account, events=["notice.issued"])
    person.order.account.refresh_from_db()
    release = released()
    corrected(release)
    browser = signed_in(person)

    def pages():
        rows = release.notices.order_by("pk")
        return [text_of(browser.get(reverse("portal:notice", args=[row.name]))) for row in rows]

    first, second = pages()
    assert [WHY in first, "We have corrected this since" in first] == [True, True]
    assert ["What is different" in second, "12 Mar 2026" in second] == [True, True]
    withdrawn(release, seen=2, at=LATER)

    assert [GONE in page for page in pages()] == [True] * 3
    told = told_to(person, after="", most=9).notices
    assert [notice.heading for notice in told] == [
        "Withdrawn: Softphone 4.2",
        "New version, withdrawn since: Softphone 4.2",
        "New version, withdrawn since: Softphone 4.2",
    ]
    assert [data["state"] for _, data in told_by_hook(endpoint)] == [
        *("ANNOUNCED", "CORRECTED", "WITHDRAWN"),
    ]


@pytest.mark.clause("V-3.5", "V-8.3")
def test_who_switched_new_versions_off_is_told_by_none_of_their_seats_but_of_their_own_ticket():
    order = make_order()
    off, stays = make_person(order=order), make_person(order=order)
    make_client(order=make_order(account=order.account), email=off.email)
    choose_mails(user=off.user, unwanted={"RELEASES"}, at=MORNING)
    browser = Client()
    browser.force_login(make_staff(is_superuser=True))

    page = browser.get(reverse("admin:changes_release_change", args=[draft().pk]))
    release = released(fixes=[Fixed("Echo", make_ticket(requester=off).number)])

    assert (
        "1 person is written to. Not written to: 1 They switched mails on new versions off."
        f" They read of it in the portal. {off.name}" in text_of(page)
    )
    assert [row.recipient for row in mails("release.announced")] == [stays.email]
    assert [row.recipient for row in mails("release.fixes")] == [off.email]
    choose_mails(user=stays.user, unwanted={"RELEASES"}, at=MORNING)
    assert (corrected(release), mails("release.amended")) == (1, [])
    notice = reverse("portal:notice", args=[release.notices.latest("pk").name])
    assert "or wants mails on new versions" in text_of(signed_in(stays).get(notice))


@pytest.mark.clause("V-2-gap")
def test_a_draft_can_be_discarded_and_nothing_else():
    by = make_staff(name="nora")
    change = draft_change(written=change_words(), by=by, at=MORNING)
    for row in (draft(), change):
        with pytest.raises(ChangedSince):
            discard_draft(row, seen=2, by=by, at=MORNING)
        discard_draft(row, seen=1, by=by, at=MORNING)
        with pytest.raises(ChangeRefused, match=f"Somebody discarded {row} meanwhile"):
            discard_draft(row, seen=1, by=by, at=MORNING)
    release = released()
    with pytest.raises(ChangeRefused, match="was told already"):
        discard_draft(release, seen=release.edition, by=by, at=MORNING)

    assert (Release.objects.get(), PlatformChange.objects.count()) == (release, 0)
    last = Release.history.filter(history_type="-").get()
    assert (last.history_user, last.history_change_reason) == (by, "Discarded")


def test_staff_correct_withdraw_and_discard_on_its_page():
    make_client()
    release, unsent = released(), draft()
    browser = Client()
    browser.force_login(make_staff(is_superuser=True))

    def act(row, name, **data):
        url = reverse("admin:changes_release_act", args=[row.pk, name])
        return browser.post(url, data, follow=True)

    page = browser.get(reverse("admin:changes_release_change", args=[release.pk]))
    typed = {"seen": "1", "why": WHY, "released_on": "2026-03-12", "news": "Calls move."}
    refused = act(release, "correct", **{**typed, "why": ""})
    stale = act(release, "withdraw", seen="2", why=GONE)
    done = text_of(act(release, "correct", **typed))
    gone = text_of(act(release, "withdraw", seen="2", why=GONE))
    listed = act(unsent, "discard", seen="1")

    assert 'value="2026-03-04"' in page.content.decode()
    assert [refused.status_code, stale.status_code] == [422, 422]
    assert "Corrected. Accounts that are told: 1." in done
    assert ["Withdrawn. Accounts that are told: 1." in gone, "Correct it" in gone] == [True, False]
    assert "Softphone 9 is discarded." in text_of(listed)
    assert listed.redirect_chain[0][0] == reverse("admin:changes_release_changelist")
    assert text_of(listed).count("Withdrawn") == 1
    assert announce_release(release=release, seen=1, by=release.announced_by, at=LATER) == 1
