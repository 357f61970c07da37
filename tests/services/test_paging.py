"""Pages through real processes that are killed, cut off from their broker, or left hanging."""

from collections import defaultdict
from time import monotonic

import pytest

from tests.outbox.conftest import closed_port
from tests.outbox.pushed import hanging, taking
from tests.services.processes import PATIENCE, DeadlyInbox, installation, mail_server

pytestmark = pytest.mark.clause("S-2", "S-3")
ANA, BEN, BOSS = (f"{name}@provider.example.com" for name in ("ana", "ben", "boss"))

PEOPLE = """
from django.contrib.auth.models import Group
from django.utils import timezone
from apps.contracts.models import User
from apps.escalation.models import LadderRung, PageLadder, StaffContact
from apps.escalation.services.paging import raise_page
def person(name):
    email = f"{name}@provider.example.com"
    return User.objects.create(username=name, email=email, is_staff=True)
ana, ben, boss = person("ana"), person("ben"), person("boss")
boss.groups.add(Group.objects.get_or_create(name="Duty managers")[0])
ladder = PageLadder.objects.create(title="All", is_default=True, rounds=1)
for position, user in enumerate((ana, ben), 1):
    LadderRung.objects.create(ladder=ladder, position=position, user=user, wait_minutes=10)
"""
RAISE = """
raise_page(key="alert", subject="Line down", text="", ladder=ladder, at=timezone.now())
"""
# Leases run out and the next rung is due: what the clock would do, without the wait. The tasks are
# those of the beat.
TIME_PASSES = """
from datetime import timedelta
from celery import current_app
from django.utils import timezone
from apps.escalation.models import Page
from apps.outbox.models import Message
now = timezone.now()
Message.objects.unsent().update(due_at=now)
Page.objects.filter(next_at__gt=now).update(next_at=now)
for task in ("apps.escalation.tasks.climb_pages", "apps.outbox.tasks.deliver_pages"):
    current_app.send_task(task)
"""
STATES = """
from apps.outbox.models import Message
print(sorted(set(Message.objects.values_list("state", flat=True))))
"""


def shell(faultline, script: str) -> str:
    return faultline.script(script)


def copies(inbox) -> dict[str, set[str]]:
    """Return recipient -> the Message-IDs that came."""
    found: dict[str, set[str]] = defaultdict(set)
    for recipient, mail in inbox.mails:
        found[recipient].add(mail["Message-ID"])
    return dict(found)


@pytest.mark.parametrize("moment", ["TAKING", "TAKEN"])
def test_a_worker_killed_at_each_mail_sends_every_page_and_none_twice(
    tmp_path, settings_of_engine, moment
):
    inbox = DeadlyInbox(moment=moment)
    with mail_server(inbox) as (_, email_url):
        faultline = installation(tmp_path, EMAIL_URL=email_url, **settings_of_engine)
        shell(faultline, PEOPLE + RAISE)
        deadline = monotonic() + 4 * PATIENCE
        while set(copies(inbox)) != {ANA, BEN, BOSS}:
            assert monotonic() < deadline, copies(inbox)
            with faultline.worker() as inbox.worker:
                while inbox.worker.poll() is None and set(copies(inbox)) != {ANA, BEN, BOSS}:
                    assert monotonic() < deadline, copies(inbox)
                    shell(faultline, TIME_PASSES)
        with faultline.worker():  # whatever was sent and not written down goes out as a copy
            while shell(faultline, STATES).strip() != "['SENT']":
                assert monotonic() < deadline
                shell(faultline, TIME_PASSES)

    assert inbox.killed_for == {ANA, BEN, BOSS}
    assert {to: len(ids) for to, ids in copies(inbox).items()} == {ANA: 1, BEN: 1, BOSS: 1}


def test_without_a_broker_a_page_is_late_and_not_lost(tmp_path, settings_of_engine):
    with mail_server() as (inbox, email_url):
        faultline = installation(tmp_path, EMAIL_URL=email_url, **settings_of_engine)
        refusing = {**settings_of_engine, "REDIS_URL": f"redis://127.0.0.1:{closed_port()}/0"}
        cut_off = installation(tmp_path, EMAIL_URL=email_url, **refusing)

        shell(cut_off, PEOPLE + RAISE)
        sent_meanwhile = len(inbox.mails)
        with faultline.worker(), faultline.beat():
            sent = inbox.wait_for(1)

    assert sent_meanwhile == 0
    assert sent == [(ANA, "Page: Line down")]


@pytest.mark.usefixtures("embedded")
def test_a_service_that_hangs_holds_up_neither_mails_nor_other_pages(tmp_path):
    contacts = """
for number in range(6):
    StaffContact.objects.create(user=ana, label=f"Hangs {number}", address="{silent}")
StaffContact.objects.create(user=ana, label="Takes", address="{address}")
"""
    with mail_server() as (inbox, email_url), hanging() as silent, taking() as (address, told):
        faultline = installation(tmp_path, EMAIL_URL=email_url)
        contacts = contacts.replace("{silent}", silent).replace("{address}", address)
        with faultline.worker(), faultline.beat():
            began = monotonic()
            shell(faultline, PEOPLE + contacts + RAISE)
            sent = inbox.wait_for(1)
            while not told and monotonic() < began + PATIENCE:
                with inbox.arrived:
                    inbox.arrived.wait(0.2)

    assert sent == [(ANA, "Page: Line down")]
    assert [title for title, _ in told] == ["Page: Line down"]
