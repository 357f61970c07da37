"""The spine through real processes: a mail in, a deadline missed, mails out to a real server."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.services.processes import installation, mail_server

MAIL = b"""\
From: Ada Reed <ada@client.example.com>
To: premium-support@example.com
Subject: Calls drop
Message-ID: <calls-drop@client.example.com>

Since this morning every second call drops.
"""

SEED = """
from datetime import date
from pathlib import Path
from django.utils import timezone
from apps.contracts.models import Account, AuthorisedUser, Order, User
from apps.contracts.services import load_policy, publish
now = timezone.now()
duty = User.objects.create(username="duty", email="duty@provider.example.com", is_staff=True)
from django.contrib.auth.models import Group
duty.groups.add(Group.objects.get_or_create(name="Duty managers")[0])
for file in sorted(Path("policies").glob("*.toml")):
    version = load_policy(text=file.read_text(), name=file.name, at=now).version
    publish(version=version, by=duty, at=now)
account = Account.objects.create(name="A client")
plan = version.plans.order_by("pk").first()
order = Order.objects.create(account=account, number="O-1", version=version, plan=plan,
                             state="EXECUTED", starts_on=date(2020, 1, 1))
AuthorisedUser.objects.create(order=order, name="Ada Reed", email="ada@client.example.com")
"""


@pytest.mark.clause("V-8.1.4", "V-2-response", "V-4")
def test_a_mail_comes_in_its_deadline_is_missed_and_mails_go_out(tmp_path, settings_of_engine):
    with mail_server() as (inbox, email_url):
        faultline = installation(tmp_path, EMAIL_URL=email_url, **settings_of_engine)
        # Beat's first sweep comes 15 seconds after its start: meanwhile the mail comes in.
        with faultline.worker(), faultline.beat():
            faultline.script(SEED)
            # Silver answers severity IV within 24 hours.
            yesterday = (datetime.now(UTC) - timedelta(hours=24, seconds=1)).isoformat()
            taken = faultline.manage("receive_mail", "--at", yesterday, stdin=MAIL)
            sent = inbox.wait_for(2)

    assert taken.splitlines()[0].startswith("Became a ticket FL-000001: ")
    assert sent == [
        ("ada@client.example.com", "[FL-000001] Calls drop"),
        ("duty@provider.example.com", "[FL-000001] Response missed: Calls drop"),
    ]
