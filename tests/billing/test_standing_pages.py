"""The pages of standings: what finance sees and does there."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from apps.billing.models import Exemption, StandingProposal, StandingReview
from apps.billing.queries import standings_ahead
from apps.billing.queries.standings_ahead import changes_ahead
from apps.billing.services.standing import review_standing
from tests.billing.test_standing_graces import third_policy
from tests.factories import make_staff
from tests.standing_made import make_debtor, owe, state_of

pytestmark = pytest.mark.django_db
S = "SUPPORT_SUSPENDED"


@pytest.fixture
def finance(client):
    user = make_staff(name="fay")
    user.groups.add(Group.objects.get(name="Finance"))
    client.force_login(user)
    return client


def overdue(days=25, amount="100.00", **facts):
    """An account so many days overdue today, reviewed."""
    profile = make_debtor(**facts)
    owe(profile, amount, due_on=timezone.now().date() - timedelta(days=days))
    review_standing(account=profile.account, at=timezone.now())
    return profile


def page(profile):
    return reverse("admin:billing_standing_account", args=[profile.account_id])


@pytest.mark.clause("S-12", "R-4")
def test_the_page_of_an_account_says_why_and_what_clears_it(finance, django_assert_max_num_queries):
    profile = overdue()

    with django_assert_max_num_queries(30):
        shown = finance.get(page(profile))

    text = shown.content.decode()
    assert "100.00 USD clears it" in text
    assert "More than 21 days: support on what is not service-related is suspended." in text
    assert profile.email in text
    assert [str(row) for row, _ in shown.context["ahead"]] != []


@pytest.mark.clause("S-12")
def test_what_comes_in_seven_days_is_listed(finance, django_assert_max_num_queries):
    soon, later = overdue(days=25), overdue(days=2)

    with django_assert_max_num_queries(22):
        shown = finance.get(reverse("admin:billing_standing_ahead"))

    rows = [(row.account, row.from_state, row.to_state) for row, *_ in shown.context["rows"]]
    assert rows == [(soon.account, S, "DASHBOARD_SUSPENDED")]
    assert str(later.account) not in shown.content.decode()


@pytest.mark.clause("S-12")
def test_what_comes_is_listed_in_pages_and_nothing_is_cut(monkeypatch):
    monkeypatch.setattr(standings_ahead, "MOST", 2)
    spared = [overdue(days=days) for days in (27, 28)]
    owing = [overdue(days=days) for days in (26, 25, 24)]
    for profile in spared:
        Exemption.objects.create(
            account=profile.account,
            kind="EXEMPTION",
            until_on=timezone.now().date() + timedelta(days=2),
            reason="Made for a test.",
            made_at=timezone.now(),
            made_by=make_staff(),
        )

    pages = [changes_ahead(at=timezone.now(), page=page) for page in (1, 2, 3)]

    assert [({each.account for each in rows}, has_more) for rows, has_more in pages] == [
        ({each.account for each in spared}, True),
        ({each.account for each in owing[:2]}, True),
        ({owing[2].account}, False),
    ]


@pytest.mark.clause("S-12", "R-12")
def test_finance_spares_an_account_and_revokes_it(finance):
    profile = overdue()
    spare = reverse("admin:billing_standing_spare", args=[profile.account_id])
    until = timezone.now().date() + timedelta(days=5)

    refused = finance.post(spare, {"kind": "EXEMPTION", "until_on": until, "reason": ""})
    done = finance.post(spare, {"kind": "EXEMPTION", "until_on": until, "reason": "Agreed."})
    spared = state_of(profile)
    row = Exemption.objects.get()
    shown = finance.get(reverse("admin:billing_exemption_change", args=[row.pk]))
    finance.post(
        reverse("admin:billing_exemption_act", args=[row.pk, "revoke"]), {"why": "A mistake."}
    )

    assert (refused.status_code, done.status_code, shown.status_code) == (422, 302, 200)
    assert (spared, state_of(profile)) == ("GOOD", S)


@pytest.mark.clause("R-12")
def test_finance_decides_what_is_proposed(finance):
    profile = overdue(days=12, version=third_policy())
    row = StandingProposal.objects.get()
    act = [
        reverse("admin:billing_standingproposal_act", args=[row.pk, name])
        for name in ("confirm", "dismiss")
    ]

    assert finance.get("/admin/billing/standingproposal/?look=open").status_code == 200
    assert finance.get(f"/admin/billing/standingproposal/{row.pk}/change/").status_code == 200
    refused = finance.post(act[1], {"why": ""})
    finance.post(act[0])

    assert (refused.status_code, state_of(profile)) == (422, S)


@pytest.mark.clause("S-12")
def test_the_evidence_has_a_page_and_a_list(finance, django_assert_max_num_queries):
    overdue()
    row = StandingReview.objects.get()

    with django_assert_max_num_queries(20):
        shown = finance.get(reverse("admin:billing_standingreview_change", args=[row.pk]))
    with django_assert_max_num_queries(14):
        listed = finance.get(reverse("admin:billing_standingreview_changelist"))

    assert "Documents that counted" in shown.content.decode()
    assert listed.status_code == 200


@pytest.mark.clause("R-12")
def test_agents_see_and_do_not_act(client):
    profile = overdue()
    agent = make_staff()
    agent.groups.add(Group.objects.get(name="Support agents"))
    client.force_login(agent)
    spare = reverse("admin:billing_standing_spare", args=[profile.account_id])

    assert client.get(page(profile)).status_code == 200
    assert client.post(spare, {}).status_code == 403
