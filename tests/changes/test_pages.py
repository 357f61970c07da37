"""The pages of changes, analyses and releases: staff write and send, clients read and say so."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.changes.gap_mails import LINK
from apps.changes.models import GapAcknowledgement, GapAnalysis, PlatformChange, Release
from apps.escalation.links import token_of
from apps.tickets.models import TimeEntry
from apps.tickets.queries import DUTY_MANAGERS
from tests.factories import MORNING, make_client, make_staff
from tests.gap_made import make_change, make_gap, opened_for, ready, sent
from tests.portal_made import make_person, signed_in
from tests.tickets.life import wholesale
from tests.tickets_admin.pages import text_of
from tests.time_made import make_premium, make_tam

pytestmark = pytest.mark.django_db
AGENTS, TAMS = "Support agents", "TAMs"
NOW = MORNING + timedelta(hours=2)
REFUSED, MOST_QUERIES = 422, 40


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def browser_of(group: str) -> Client:
    user = make_staff(name=f"of-{group.lower().replace(' ', '-')}")
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def page_of(row) -> str:
    return reverse(f"admin:changes_{row._meta.model_name}_change", args=[row.pk])


def act(browser: Client, row, name: str, **data):
    url = reverse(f"admin:changes_{row._meta.model_name}_act", args=[row.pk, name])
    return browser.post(url, data, follow=True)


def rows(prefix: str, *given: dict[str, str], kept: int = 0) -> dict[str, str]:
    """Return the fields of a list of rows as a browser sends them; so many were there before."""
    typed = {f"{prefix}-TOTAL_FORMS": str(len(given)), f"{prefix}-INITIAL_FORMS": str(kept)}
    for place, row in enumerate(given):
        typed |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return typed


CHANGE = {
    "api": "Management API",
    "version": "3.0",
    "takes_effect_on": "2026-04-01",
    "due_on": "2026-03-20",
    "remind_days": "7",
    "link": "",
    "summary": "Keys replace passwords.",
}


@pytest.mark.clause("V-2-gap", "V-4")
def test_a_manager_writes_a_change_sees_whom_it_concerns_and_publishes_it():
    gold, silver = make_premium(), make_premium(plan="silver")
    browser = browser_of(DUTY_MANAGERS)
    add = reverse("admin:changes_platformchange_add")

    refused = browser.post(add, {**CHANGE, "due_on": "2026-05-01", **rows("items", {"title": "X"})})
    empty = browser.post(add, {**CHANGE, "api": "", **rows("items")})
    kept = browser.post(add, {**CHANGE, **rows("items", {"title": "Sign-in"})}, follow=True)
    change = PlatformChange.objects.get()
    written = act(
        browser,
        change,
        "write",
        seen="1",
        **CHANGE,
        **rows("items", {"title": "Sign-in by word"}, kept=1),
    )
    stale = act(browser, change, "publish", seen="1")
    draft = text_of(browser.get(page_of(change)))
    done = act(browser, change, "publish", seen="2")

    assert [refused.status_code, empty.status_code, stale.status_code] == [REFUSED] * 3
    assert "before the change takes effect" in text_of(refused)
    assert "Say which API it is." in text_of(empty)
    assert "The draft is kept. Nobody hears of it yet." in text_of(kept)
    assert "The draft is kept." in text_of(written)
    assert "Meanwhile" in text_of(stale)
    for words in (
        f"Entitled: 1 {gold} {gold.account} Gold has GAP analysis",
        f"Not entitled: 1 {silver} {silver.account} Silver has no GAP analysis. V-4",
    ):
        assert words in draft
    assert "Analyses are opened for the entitled orders: 1." in text_of(done)
    assert GapAnalysis.objects.get().order == gold
    silver.plan = gold.plan
    silver.save()
    assert "Entitled since: 1" in text_of(browser.get(page_of(change)))
    assert "Analyses opened: 1." in text_of(act(browser, change, "take-in"))
    assert browser.get(reverse("admin:changes_platformchange_changelist")).status_code == 200


@pytest.mark.clause("V-2-gap", "V-6.1", "V-6.3")
def test_the_tam_writes_an_analysis_logs_time_looks_at_the_document_and_sends_it():
    order = make_premium()
    make_client(order=order)
    analysis = make_gap(order=order)
    browser = browser_of(TAMS)
    make_tam(order=order)
    first, second = analysis.change.items.all()
    found = {
        f"item-{first.pk}-is_affected": "yes",
        f"item-{first.pk}-to_do": "Make keys.",
        f"item-{second.pk}-is_affected": "no",
    }

    half = act(browser, analysis, "write", seen="1", then="ready", **found)
    whole = act(browser, analysis, "write", seen="2", then="ready", plan="By March.", **found)
    wrong = act(browser, analysis, "time", minutes="0", what="", act_key="x")
    key = "0e6f0d3c-5d0f-4a53-9b39-7a0d6b6b8f11"
    for _ in range(2):
        act(browser, analysis, "time", minutes="45", what="Read their calls", act_key=key)
    moved = act(browser, analysis, "move", seen="4", due_on="2026-03-25", why="Ill")
    preview = browser.get(reverse("admin:changes_gapanalysis_preview", args=[analysis.pk]))
    done = act(browser, analysis, "send", seen="5")

    assert [half.status_code, wrong.status_code] == [REFUSED] * 2
    assert "It lacks a plan." in text_of(half)
    assert "It is ready to send: look at it once more." in text_of(whole)
    assert "Log at least a minute." in text_of(wrong)
    assert [entry.minutes for entry in TimeEntry.objects.all()] == [45]
    assert "It is due by 2026-03-25." in text_of(moved)
    assert preview.content.startswith(b"%PDF")
    assert "Version 1 is on its way to the client." in text_of(done)
    document = browser.get(reverse("admin:changes_gapanalysis_version", args=[analysis.pk, 1]))
    assert document.content == bytes(analysis.versions.get().content)


@pytest.mark.clause("V-2-gap")
def test_who_may_not_act_sees_no_button_and_is_refused():
    analysis, agent = make_gap(), browser_of(AGENTS)
    change = analysis.change

    pages = [agent.get(page_of(row)).content.decode() for row in (analysis, change)]
    forms = [re.findall(r'<form[^>]*action="/admin/changes', page) for page in pages]

    assert forms == [[], []]
    for row, names in (
        (analysis, ("write", "send", "drop", "move", "time")),
        (change, ("write", "publish", "take-in")),
    ):
        assert {act(agent, row, name).status_code for name in names} == {403}
    assert agent.get(reverse("admin:changes_platformchange_add")).status_code == 403
    assert agent.get(reverse("admin:changes_release_add")).status_code == 403
    assert act(browser_of(TAMS), analysis, "nothing").status_code == 404


@pytest.mark.clause("V-2-gap")
def test_lists_are_filtered_in_a_bounded_number_of_queries(django_assert_max_num_queries):
    for _ in range(3):
        make_premium()
    make_change(due_on=NOW.date())
    late = opened_for(make_premium())
    GapAnalysis.objects.filter(pk=late.pk).update(due_at=NOW)
    dropped = GapAnalysis.objects.exclude(pk=late.pk).earliest("pk")
    browser = browser_of(TAMS)
    act(browser, dropped, "drop", seen="1", why="They left it.")
    where = reverse("admin:changes_gapanalysis_changelist")

    with django_assert_max_num_queries(MOST_QUERIES):
        every = text_of(browser.get(where))
    shown = {
        look: text_of(browser.get(f"{where}?look={look}")) for look in ("owed", "late", "mine")
    }

    assert "late since" in every
    assert dropped.number in every
    assert [dropped.number in shown["owed"], late.number in shown["owed"]] == [False, True]
    assert ("1 GAP analysis" in shown["late"], "0 GAP analyses" in shown["mine"]) == (True, True)
    home = browser.get(reverse("admin:index"))
    assert "1 GAP analyses late" in text_of(home)


@pytest.mark.clause("S-10")
def test_a_manager_writes_a_release_sees_the_mail_and_announces_it():
    ticket = wholesale()
    make_client(order=ticket.order)
    browser = browser_of(DUTY_MANAGERS)
    add = reverse("admin:changes_release_add")
    typed = {"product": "Softphone", "version": "4.2", "released_on": "2026-03-04", "news": "New."}
    fix = {"text": "Echo", "reported": ticket.number}

    wrong = browser.post(add, {**typed, **rows("fixes", {**fix, "reported": "M-1"})})
    browser.post(add, {**typed, **rows("fixes", fix)})
    release = Release.objects.get()
    written = act(browser, release, "write", seen="1", **typed, **rows("fixes", fix, kept=1))
    draft = text_of(browser.get(page_of(release)))
    done = text_of(act(browser, release, "announce", seen="2"))

    assert "“M-1” is no ticket" in text_of(wrong)
    assert "The draft is kept." in text_of(written)
    for words in ("It costs you nothing.", "- Echo", "Orders: 1", f"reported {ticket.number}"):
        assert words in draft
    assert "Announced. Accounts that are told: 1." in done
    person = make_person(order=ticket.order)
    notice = release.notices.get()
    page = signed_in(person).get(reverse("portal:notice", args=[f"release-{notice.pk}"]))
    assert ["Echo" in text_of(page), ticket.number in text_of(page)] == [True, False]
    assert browser.get(reverse("admin:changes_release_changelist")).status_code == 200


@pytest.mark.clause("V-2-gap", "V-3.5")
def test_in_the_portal_a_person_of_the_order_reads_it_and_says_so_by_name():
    person = make_person(order=make_premium())
    first = sent(opened_for(person.order))
    in_work = opened_for(person.order)
    reader, key = signed_in(person), first.analysis_id
    read = reverse("portal:gap_acknowledge", args=[key])
    newer = sent(ready(first.analysis))

    listed = text_of(reader.get(reverse("portal:gaps")))
    page = text_of(reader.get(reverse("portal:gap", args=[key])))
    stale = text_of(reader.post(read, {"version": "1"}, follow=True))
    none_yet = GapAcknowledgement.objects.count()
    done = text_of(reader.post(read, {"version": "2"}, follow=True))
    files = [reader.get(reverse("portal:gap_pdf", args=[key, number])) for number in (1, 2)]

    assert listed.count("To be read") == 1
    assert "Sign-in by password You are affected Use a key. What to do: Make keys." in page
    assert ("A later version was sent meanwhile" in stale, none_yet) == (True, 0)
    assert "We know now that you have read it." in done
    row = GapAcknowledgement.objects.get()
    assert (row.version, row.person, row.name, row.way) == (newer, person, person.name, "PORTAL")
    assert [file.content for file in files] == [bytes(first.content), bytes(newer.content)]
    for gone in (
        reverse("portal:gap", args=[in_work.pk]),
        reverse("portal:gap_pdf", args=[key, 3]),
    ):
        assert reader.get(gone).status_code == 404


@pytest.mark.clause("V-2-gap", "V-3.5")
def test_by_the_link_of_a_mail_a_button_says_it_and_opening_it_does_not():
    order = make_premium()
    ada = make_client(order=order)
    version = sent(make_gap(order=order))

    def link(address: str, kind: str = LINK, pk: int = version.pk) -> str:
        return reverse("gap_acknowledge", args=[token_of(kind, pk, address)])

    browser, theirs = Client(), link(ada.email)
    wrong = [
        link("eve@client.example.com"),
        link(ada.email, kind="escalation"),
        link(ada.email, pk=version.pk + 1),
        f"{theirs[:-2]}x/",
    ]

    opened = text_of(browser.get(theirs))
    none_yet = GapAcknowledgement.objects.count()
    done = text_of(browser.post(theirs, follow=True))

    assert ("I have read it" in opened, none_yet) == (True, 0)
    assert "Ada Client has read it: Wed 4 Mar 2026" in done
    assert GapAcknowledgement.objects.get().way == "LINK"
    assert {browser.post(each).status_code for each in wrong} == {404}
    newest = sent(version.analysis)
    assert "A later version" not in text_of(browser.get(theirs))  # it was read: that stands
    sent(newest.analysis)
    between = link(ada.email, pk=newest.pk)
    assert "A later version was sent meanwhile" in text_of(browser.get(between))
    assert browser.post(between).status_code == 409
