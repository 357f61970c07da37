"""What endpoints are told of GAP analyses and releases: each notice once, with its page."""

import pytest
from django.urls import resolve

from apps.changes.models import ReleaseNotice
from apps.outbox.models import Message
from tests.factories import MORNING
from tests.gap_made import make_gap, released, sent
from tests.hooks_made import make_endpoint
from tests.hooks_made import told_as_documented as told
from tests.time_made import make_premium

pytestmark = pytest.mark.django_db


@pytest.mark.clause("V-2-gap", "S-10", "S-12")
def test_an_accounts_endpoint_is_told_of_each_notice_to_it_and_of_no_words(settings):
    order, beside = make_premium(), make_premium()
    endpoint = make_endpoint(account=order.account, events=["notice.issued"])
    other = make_endpoint(account=beside.account, events=["ticket.closed"])
    analysis = make_gap(order=order)
    analysis.order.account.refresh_from_db()

    versions = [sent(analysis), sent(analysis)]
    release = released()

    notice = ReleaseNotice.objects.get(account=order.account)
    gap = {"kind": "GAP_ANALYSIS", "number": analysis.number, "order": order.number}
    pages = [*(f"gap-{version.pk}" for version in versions), f"release-{notice.pk}"]
    urls = [f"/portal/notices/{name}/" for name in pages]
    facts = [
        gap | {"version": 1},
        gap | {"version": 2},
        {"kind": "RELEASE", "state": "ANNOUNCED", "released_on": MORNING.date().isoformat()},
    ]
    assert told(endpoint) == [
        ("notice.issued", data | {"url": settings.BASE_URL + url})
        for data, url in zip(facts, urls, strict=True)
    ]
    assert [resolve(url).view_name for url in urls] == ["portal:notice"] * 3
    assert (told(other), release.notices.count()) == ([], 2)
    assert Message.objects.via(Message.Channel.HOOK).count() == 3
