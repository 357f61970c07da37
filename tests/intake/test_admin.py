"""Mails as staff see them: the decision and why, the text, the bytes, and a second try."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from apps.intake.models import InboundMail
from apps.intake.services import receive_mail
from apps.tickets.models import Ticket
from tests.factories import make_client, make_staff

pytestmark = pytest.mark.django_db
LIST = reverse("admin:intake_inboundmail_changelist")
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def raw_mail(*, sender: str, subject: str = "No dial tone", text: str = "Nothing works.") -> bytes:
    return (
        f"From: {sender}\r\nTo: help@harbour.example.com\r\nSubject: {subject}\r\n"
        f"Message-ID: <{abs(hash((sender, subject, text)))}@client.example.com>\r\n"
        f"Date: Wed, 04 Mar 2026 12:00:00 -0500\r\n\r\n{text}\r\n"
    ).encode()


def keep(raw: bytes, *, at: datetime = NOON, **facts) -> InboundMail:
    """Keep a mail without working it off, in a state as a fault would leave it."""
    return InboundMail.objects.create(
        digest=hashlib.sha256(raw).hexdigest(), raw=raw, received_at=at, **facts
    )


def address(page: str, mail: InboundMail) -> str:
    return reverse(f"admin:intake_inboundmail_{page}", args=[mail.pk])


def as_role(client, role: str):
    user = make_staff()
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def test_a_registered_mail_shows_the_decision_its_clause_and_the_ticket(admin_client):
    user = make_client()
    mail = receive_mail(raw_mail(sender=user.email), at=NOON)

    text = admin_client.get(address("change", mail)).content.decode()

    for shown in (mail.why, mail.clause, mail.ticket.number, "Nothing works.", user.email):
        assert shown in text
    assert reverse("admin:tickets_ticket_change", args=[mail.ticket_id]) in text
    assert "Work off again" not in text


def test_nothing_of_a_hostile_mail_runs(admin_client):
    raw = raw_mail(sender="eve@elsewhere.example.com", subject=HOSTILE, text=HOSTILE)
    mail = receive_mail(raw, at=NOON)

    pages = [
        admin_client.get(url).content.decode()
        for url in (address("change", mail), LIST, reverse("admin:index"))
    ]

    assert [HOSTILE in page or "<img src=x" in page for page in pages] == [False] * 3
    assert "&lt;script&gt;alert(1)" in pages[0]


def test_the_bytes_are_a_download_that_no_browser_opens(admin_client):
    raw = raw_mail(sender="eve@elsewhere.example.com", text=HOSTILE)
    mail = receive_mail(raw, at=NOON)

    answer = admin_client.get(address("raw", mail))

    assert answer.content == raw
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="mail-{mail.pk}.eml"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"", "The input is empty."),
        (b"no header at all", "No header was found."),
        (b"\xff\xfe\x00\x01" * 50, "\ufffd"),
        (b"From: a@x.example.com\n\n" + b"y" * 300_000, "The first part of"),
        (b"From: a@x.example.com\n\n" + b"z" * 5_000_001, "too large to be shown here"),
    ],
)
def test_the_page_of_any_mail_opens(admin_client, raw, shown):
    mail = receive_mail(raw, at=NOON)

    answer = admin_client.get(address("change", mail))

    assert shown in answer.content.decode()
    assert len(answer.content) < 1_000_000


def test_a_failed_mail_is_worked_off_again_by_a_duty_manager(client):
    user = make_client()
    mail = keep(raw_mail(sender=user.email), state="FAILED", why="KeyError: 'kettle'")
    as_role(client, "Duty managers")

    assert "Work off again" in client.get(address("change", mail)).content.decode()
    answer = client.post(address("work_off", mail), follow=True)

    mail.refresh_from_db()
    assert mail.state == "REGISTERED"
    assert Ticket.objects.get().requester == user
    assert [str(note) for note in answer.context["messages"]] == [f"Became a ticket: {mail.why}"]


def test_only_a_failed_mail_is_worked_off_again(admin_client):
    mail = receive_mail(raw_mail(sender="eve@elsewhere.example.com"), at=NOON)

    answer = admin_client.post(address("work_off", mail), follow=True)

    assert [str(note) for note in answer.context["messages"]] == [
        "Only a failed mail is worked off again; this one: Refused."
    ]


def test_working_off_is_no_link_that_one_can_be_lured_to(admin_client):
    mail = keep(raw_mail(sender="ada@client.example.com"), state="FAILED")

    assert admin_client.get(address("work_off", mail)).status_code == 405
    mail.refresh_from_db()
    assert mail.state == "FAILED"


def test_agents_read_mails_and_work_none_off(client):
    mail = keep(raw_mail(sender="ada@client.example.com"), state="FAILED")
    as_role(client, "Support agents")

    text = client.get(address("change", mail)).content.decode()

    assert "Work off again" not in text
    assert client.post(address("work_off", mail)).status_code == 403
    assert client.get(address("raw", mail)).status_code == 200


def test_who_may_not_see_mails_gets_no_bytes_either(client):
    mail = keep(raw_mail(sender="ada@client.example.com"), state="FAILED")
    client.force_login(make_staff())

    answers = [client.get(address(page, mail)).status_code for page in ("raw", "change")]
    assert answers == [403, 403]


def test_what_to_look_at_is_what_became_nothing_in_the_last_week(admin_client):
    now = timezone.now()
    ages = {"now": now, "week": now - timedelta(days=6, hours=23), "old": now - timedelta(days=8)}
    for name, at in ages.items():
        keep(f"{name} refused".encode(), at=at, state="REFUSED", subject=name)
    keep(b"added", at=now, state="AUTOMATIC")
    keep(b"failed", at=now, state="FAILED", subject="failed")

    found = admin_client.get(LIST, {"look": "recent"}).context["cl"].result_list

    assert [mail.subject for mail in found] == ["failed", "week", "now"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state__exact": "REFUSED"}, 1),
        ({"state__exact": "FAILED"}, 0),
        ({"q": "eve@"}, 1),
        ({"q": "dial"}, 1),
        ({"q": "nothing like it"}, 0),
        ({"look": "nonsense"}, 1),
    ],
)
def test_the_list_can_be_filtered_and_searched(admin_client, query, found):
    receive_mail(raw_mail(sender="eve@elsewhere.example.com"), at=NOON)

    assert len(admin_client.get(LIST, query).context["cl"].result_list) == found


def test_the_list_reads_no_raw_mail_and_costs_the_same_for_many(
    admin_client, django_assert_max_num_queries
):
    for number in range(20):
        keep(f"mail {number}".encode(), state="REFUSED")

    with django_assert_max_num_queries(9):
        answer = admin_client.get(LIST)

    assert all("raw" in mail.get_deferred_fields() for mail in answer.context["cl"].result_list)
