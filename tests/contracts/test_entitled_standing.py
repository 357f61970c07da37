"""Who is owed support while the account's support is suspended."""

from datetime import UTC, datetime

import pytest

from apps.contracts.models import Account
from apps.contracts.queries import entitled, entitled_user, standing_of
from tests.entitled_made import make_standing
from tests.factories import MORNING, make_client, make_order, make_preset, reason_of

pytestmark = pytest.mark.django_db

WHY = "Support is suspended since 2026-03-04: Invoice 7 is overdue."


@pytest.fixture
def ada():
    return make_client(order=make_order(version=make_preset(slug="skyswitch-support-2017")))


def ask(user, category=""):
    about = reason_of(user.order.version, category) if category else None
    return entitled_user(user=user, at=MORNING, category=about)


@pytest.mark.clause("S-12", "R-6")
@pytest.mark.parametrize("state", ["SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"])
@pytest.mark.parametrize("category", ["outage", "call-quality", "voicemail"])
def test_what_is_about_the_service_goes_on(ada, state, category):
    make_standing(account=ada.order.account, state=state)

    answer = ask(ada, category)

    assert (answer.entitled, answer.clause) == (True, "S-1")
    assert [step.says for step in answer.steps if step.clause == "S-12"] == [
        f"{WHY} What is about the service itself goes on."
    ]


@pytest.mark.clause("S-12", "R-6")
@pytest.mark.parametrize("state", ["SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"])
@pytest.mark.parametrize("category", ["setup-help", "training", "data-export", "feature-request"])
def test_what_is_not_about_the_service_is_refused(ada, state, category):
    make_standing(account=ada.order.account, state=state)

    answer = ask(ada, category)

    assert (answer.entitled, answer.clause, answer.why) == (
        False,
        "S-12",
        f"{WHY} What is not about the service itself waits until that is settled.",
    )


@pytest.mark.clause("S-12", "R-6")
def test_a_mail_that_nobody_has_classified_is_taken(ada):
    make_standing(account=ada.order.account)

    found = entitled(sender=ada.email, mailboxes=[], at=MORNING)

    assert (found.answer.entitled, found.user) == (True, ada)
    assert [step.says for step in found.answer.steps if step.clause == "S-12"] == [
        f"{WHY} It is taken, since it may be about the service itself."
    ]


@pytest.mark.clause("S-12")
def test_good_again_is_good(ada):
    make_standing(account=ada.order.account, state="GOOD")

    answer = ask(ada, "training")

    assert answer.entitled
    assert [step.says for step in answer.steps if step.clause == "S-12"] == [
        "The account is in good standing."
    ]


@pytest.mark.clause("S-12")
def test_the_day_of_the_suspension_is_one_of_the_policys_zone(ada):
    make_standing(account=ada.order.account, since_at=datetime(2026, 3, 4, 4, 59, tzinfo=UTC))

    assert ask(ada, "training").why.startswith("Support is suspended since 2026-03-03:")


@pytest.mark.clause("S-12")
def test_a_suspension_counts_under_a_policy_that_suspends_nobody_by_itself():
    version = make_preset(slug="voximplant-premium-2023")
    user = make_client(order=make_order(version=version))

    assert [step.clause for step in ask(user, "advice").steps] == [
        "V-1.2",
        "V-3.1",
        "V-3.5",
        "V-3.5",
    ]
    make_standing(account=user.order.account, clause="")

    assert (ask(user, "advice").entitled, ask(user, "outage").entitled) == (False, True)


@pytest.mark.clause("S-12")
def test_an_account_that_never_was_suspended_has_no_standing_on_record(ada):
    account = ada.order.account

    assert standing_of(account) is None
    standing = make_standing(account=account)
    assert standing_of(Account.objects.get(pk=account.pk)) == standing
