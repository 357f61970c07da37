"""A published change that was a mistake is withdrawn, and whoever was told of it is told so."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.changes.models import ChangeWithdrawal, GapAnalysis
from apps.changes.services import gap
from apps.changes.services.drafts import ChangeRefused
from apps.changes.services.gap_reminders import remind_gaps
from apps.changes.services.platform_changes import draft_change, take_in_orders, withdraw_change
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from tests.factories import MORNING, make_client, make_staff
from tests.gap_made import change_words, make_change, sent
from tests.portal_made import make_person, signed_in
from tests.time_made import make_premium

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-2-gap")]
WHY = "3.0 keeps passwords after all."


def withdrawn(change, **other):
    given = {"why": WHY, "by": make_staff(), "at": MORNING}
    return withdraw_change(change=change, **{**given, **other})


def test_nothing_of_it_is_owed_any_more_and_who_has_an_analysis_is_told_why():
    has_it, waits = make_premium(), make_premium()
    person = make_client(order=has_it)
    make_client(order=has_it, is_active=False)
    make_client(order=waits)
    change = make_change()
    version = sent(change.analyses.get(order=has_it))
    by = make_staff()

    assert withdrawn(change, by=by) == 1
    assert withdrawn(change, by=by) == 0  # a double click

    assert (
        list(change.analyses.order_by("pk").values_list("state", "not_needed", "next_at"))
        == [("NOT_NEEDED", f"The change was withdrawn: {WHY}", None)] * 2
    )
    assert remind_gaps(at=change.analyses.get(order=waits).due_at) == 0
    message = Message.objects.get(topic="gap.withdrawn")
    assert message.recipient == person.email
    mail = render(topic=message.topic, payload=message.payload)
    assert (mail.subject.endswith("Withdrawn: Management API 3.0"), WHY in mail.text) == (
        True,
        True,
    )
    pending = Message.objects.get(topic="gap.sent")
    with pytest.raises(Withdrawn, match="The change was withdrawn"):
        render(topic=pending.topic, payload=pending.payload)
    version.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeWithdrawal.objects.update(why="Nothing")


def test_a_withdrawn_change_stays_withdrawn():
    order = make_premium()
    change = make_change()
    withdrawn(change)
    analysis = GapAnalysis.objects.get(order=order)
    make_premium()  # entitled since
    draft = draft_change(written=change_words(version="4.0"), by=make_staff(), at=MORNING)

    def write():
        facts = {"findings": {}, "plan": "", "by": make_staff(), "at": MORNING}
        gap.write_gap(analysis=analysis, seen=analysis.edition, **facts)

    for why, doing in [
        ("nobody is owed an analysis", write),
        ("nobody is owed an analysis", lambda: take_in(change)),
        ("withdrew Management API 3.0 already", lambda: withdrawn(change)),
        ("Say why it is withdrawn", lambda: withdrawn(make_change(version="5.0"), why=" ")),
        ("nobody heard of it", lambda: withdrawn(draft)),
        (
            "such as “3.0, corrected”",
            lambda: draft_change(written=change_words(), by=make_staff(), at=MORNING),
        ),
    ]:
        with pytest.raises(ChangeRefused, match=why):
            doing()


def take_in(change):
    return take_in_orders(change=change, by=make_staff(), at=MORNING)


def test_it_is_withdrawn_on_its_page_and_the_portal_says_so():
    person = make_person(order=make_premium())
    change = make_change()
    analysis = sent(change.analyses.get(order=person.order)).analysis
    browser = Client()
    browser.force_login(make_staff(is_superuser=True))
    page = reverse("admin:changes_platformchange_change", args=[change.pk])
    act = reverse("admin:changes_platformchange_act", args=[change.pk, "withdraw"])
    assert f'action="{act}"' in browser.get(page).content.decode()

    refused = browser.post(act, {"why": " "})
    done = browser.post(act, {"why": WHY}, follow=True).content.decode()

    assert (refused.status_code, "Say why it is withdrawn." in refused.content.decode()) == (
        422,
        True,
    )
    assert (WHY in done, f'action="{act}"' in done) == (True, False)
    theirs = signed_in(person).get(reverse("portal:gap", args=[analysis.pk])).content.decode()
    assert [text in theirs for text in (WHY, "This analysis is void", "I have read it")] == [
        True,
        True,
        False,
    ]
