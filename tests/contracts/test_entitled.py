"""From a mail address to an order, with the answer and its clause."""

from datetime import UTC, date, datetime

import pytest

from apps.contracts.models import AuthorisedUser, Order
from apps.contracts.queries import entitled, support_addresses, user_of_order
from tests.entitled_made import make_standing
from tests.factories import (
    HARBOUR,
    MORNING,
    make_client,
    make_order,
    make_policy,
    make_preset,
    make_service,
)

pytestmark = pytest.mark.django_db

ADA = "ada@client.example.com"
HELP = "help@harbour.example.com"


def ask(*, sender=ADA, mailboxes=(HELP,), at=MORNING, service=None):
    return entitled(sender=sender, mailboxes=mailboxes, at=at, service=service)


def decided(found):
    """The answer without its steps, which are to end with what decided it; and the user."""
    answer = found.answer
    if not answer.entitled:
        last = answer.steps[-1]
        assert (last.clause, last.holds, last.says) == (answer.clause, False, answer.why)
    return answer.entitled, answer.clause, answer.why, found.user


def other_policy():
    return make_policy(
        text=HARBOUR.read_text()
        .replace("harbour-support", "other-support")
        .replace(HELP, "desk@other.example.com")
    )


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5")
def test_a_user_of_an_executed_order_in_its_term_is_owed_support():
    user = make_client(email=ADA)

    assert decided(ask()) == (
        True,
        "H-7",
        f"The sender is an authorised user of order {user.order}, which is executed and in term.",
        user,
    )


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize(
    ("stored", "sender"), [(ADA, "Ada@CLIENT.example.com"), ("ADA@x.io", "ada@x.io")]
)
def test_the_case_of_an_address_does_not_matter(stored, sender):
    user = make_client(email=stored)

    assert ask(sender=sender).user == user
    assert user_of_order(user.order, sender) == user


@pytest.mark.clause("V-3.5")
def test_a_stranger_is_refused_by_the_policy_whose_mailbox_was_written_to():
    make_client(email="bob@client.example.com")

    why = f"{ADA} is not an authorised user of any order."
    assert decided(ask()) == (False, "H-7", why, None)
    assert ask(mailboxes=["HELP@harbour.example.com"]).answer.clause == "H-7"
    assert decided(ask(mailboxes=["nobody@example.com"])) == (False, "", why, None)


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("sender", ["%", "_da@client.example.com", "ada@client.example", ""])
def test_a_pattern_is_no_address(sender):
    make_client(email=ADA)

    assert ask(sender=sender).user is None


@pytest.mark.clause("V-3.5")
def test_a_user_who_was_taken_off_the_order_is_refused():
    user = make_client(email=ADA, is_active=False)

    found = ask()

    assert (found.answer.entitled, found.answer.clause, found.user) == (False, "H-7", user)
    assert user_of_order(user.order, ADA) is None


@pytest.mark.clause("V-3.1", "V-1.2")
@pytest.mark.parametrize(
    ("state", "ends_on", "clause", "why"),
    [
        ("ENDED", date(2026, 3, 3), "V-3.1", "The term of order {order} ended on 2026-03-03."),
        ("TERMINATED", date(2026, 3, 3), "V-1.2", "Order {order} is not executed."),
    ],
)
def test_an_order_that_came_to_its_end_is_out_of_term_and_a_terminated_one_not_executed(
    state, ends_on, clause, why
):
    version = make_preset(slug="voximplant-premium-2023")
    order = make_order(version=version, plan="gold", state=state, ends_on=ends_on)
    make_client(email=ADA, order=order)

    answer = ask().answer

    assert (answer.entitled, answer.clause, answer.why) == (False, clause, why.format(order=order))


@pytest.mark.clause("V-1.2", "V-3.1")
@pytest.mark.parametrize("ends_on", [date(2026, 3, 4), date(2099, 12, 31)])
def test_an_ended_order_never_says_yes_also_where_its_last_day_is_not_over(ends_on):
    order = make_order(state="ENDED", ends_on=ends_on)
    user = make_client(email=ADA, order=order)

    assert decided(ask()) == (False, "H-3", f"Order {order} is not executed.", user)


@pytest.mark.clause("V-1.2")
@pytest.mark.parametrize("state", ["DRAFT", "ENDED", "TERMINATED"])
def test_an_order_that_is_not_executed_owes_nothing(state):
    order = make_order(state=state)
    user = make_client(email=ADA, order=order)

    assert decided(ask()) == (False, "H-3", f"Order {order} is not executed.", user)


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(
    ("at", "owed"),
    [
        # The term's days are New York's, five hours behind.
        (datetime(2026, 3, 4, 4, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 4, 5, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 6, 4, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 6, 5, 0, tzinfo=UTC), False),
    ],
)
def test_the_term_is_counted_in_days_of_the_policys_zone(at, owed):
    order = make_order(starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 5))
    make_client(email=ADA, order=order)

    answer = ask(at=at).answer

    assert (answer.entitled, answer.clause) == (owed, "H-7" if owed else "H-1")


@pytest.mark.clause("V-1.2")
def test_of_several_orders_one_that_says_yes_wins():
    make_client(email=ADA, order=make_order(state=Order.State.ENDED))
    user = make_client(email=ADA, order=make_order())

    assert ask().user == user


@pytest.mark.clause("V-1.2")
def test_of_several_that_say_yes_the_mailbox_decides_and_then_the_oldest():
    oldest = make_client(email=ADA, order=make_order())
    make_client(email=ADA, order=make_order())
    at_home = make_client(email=ADA, order=make_order(version=other_policy()))

    assert ask(mailboxes=["desk@other.example.com"]).user == at_home
    assert ask(mailboxes=[HELP]).user == oldest
    assert ask(mailboxes=[]).user == oldest


@pytest.mark.clause("V-1.2")
def test_yes_at_another_mailbox_is_better_than_no_at_this_one():
    make_client(email=ADA, order=make_order(state=Order.State.ENDED))
    user = make_client(email=ADA, order=make_order(version=other_policy()))

    assert ask(mailboxes=[HELP]).user == user


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5")
def test_the_presets_cite_their_own_clauses():
    premium = make_order(version=make_preset(slug="voximplant-premium-2023"), state="DRAFT")
    make_client(email=ADA, order=premium)

    assert ask().answer.clause == "V-1.2"
    assert ask(sender="x@y.example", mailboxes=["premium-support@example.com"]).answer.clause == (
        "V-3.5"
    )


@pytest.mark.usefixtures("nothing_published")
def test_all_policies_mailboxes_are_ours():
    make_policy()
    make_policy(changes={"within = { hours = 4 }": "within = { hours = 6 }"})
    other_policy()

    assert support_addresses() == {HELP, "desk@other.example.com"}


@pytest.mark.clause("V-3.5")
def test_a_user_who_may_not_open_tickets_is_refused_and_still_known():
    user = make_client(email=ADA)
    user.may_open = False
    user.save()

    why = f"The sender may not open tickets under order {user.order}."
    assert decided(ask()) == (False, "H-7", why, user)


@pytest.mark.clause("V-2-order")
def test_a_service_that_the_order_does_not_list_is_refused_unless_it_lists_none():
    user = make_client(email=ADA)
    trunks, fax = make_service(title="SIP trunks"), make_service(title="Fax")

    assert ask(service=fax).answer.entitled
    user.order.services.add(trunks)

    assert ask(service=trunks).answer.entitled
    assert ask().answer.entitled
    why = f"Order {user.order} does not cover “Fax”."
    assert decided(ask(service=fax)) == (False, "H-3", why, user)


@pytest.mark.clause("V-3.5")
def test_of_several_that_say_no_one_that_still_names_them_goes_before_the_mailbox():
    make_client(email=ADA, is_active=False)
    other = make_order(version=other_policy(), ends_on=date(2026, 3, 3))
    named = make_client(email=ADA, order=other)

    assert ask(mailboxes=[HELP]).user == named


@pytest.mark.clause("V-3.1")
def test_of_several_that_say_no_the_mailbox_decides_and_then_the_oldest():
    oldest = make_client(email=ADA, order=make_order(ends_on=date(2026, 3, 3)))
    other = make_order(version=other_policy(), ends_on=date(2026, 3, 3))
    at_home = make_client(email=ADA, order=other)

    assert ask(mailboxes=["desk@other.example.com"]).user == at_home
    assert ask(mailboxes=[]).user == oldest


@pytest.mark.clause("S-12", "R-6")
def test_of_several_that_say_yes_one_in_good_standing_goes_before_the_mailbox():
    suspended = make_client(email=ADA)
    good = make_client(email=ADA, order=make_order(version=other_policy()))
    make_standing(account=suspended.order.account)
    make_standing(account=good.order.account, state="GOOD")

    assert ask(mailboxes=[HELP]).user == good
    AuthorisedUser.objects.update(may_open=False)
    assert ask(mailboxes=[HELP]).user == suspended
