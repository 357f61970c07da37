"""The page of an account: its orders, people and open tickets."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import Account, AuthorisedUser
from tests.factories import make_client, make_order, make_staff, make_ticket

pytestmark = pytest.mark.django_db


def page(account: Account) -> str:
    return reverse("admin:contracts_account_change", args=[account.pk])


def test_it_shows_orders_people_and_open_tickets_with_links(admin_client):
    ticket = make_ticket(subject="No dial tone at <gate>")
    other = make_ticket(subject="Somebody else's")

    text = admin_client.get(page(ticket.account)).content.decode()

    for name, row in [
        ("contracts_order", ticket.order),
        ("contracts_authoriseduser", ticket.requester),
        ("tickets_ticket", ticket),
    ]:
        assert reverse(f"admin:{name}_change", args=[row.pk]) in text
    assert "No dial tone at &lt;gate&gt;" in text
    assert other.subject not in text


def test_the_link_to_the_queue_shows_the_tickets_of_this_account(admin_client):
    ticket = make_ticket()
    make_ticket()

    queue = reverse("admin:tickets_ticket_changelist")
    answer = admin_client.get(queue, {"account": ticket.account_id})

    assert f"{queue}?account={ticket.account_id}" in (
        admin_client.get(page(ticket.account)).content.decode()
    )
    assert [row.pk for row in answer.context["cl"].result_list] == [ticket.pk]


def test_who_may_see_no_tickets_is_shown_none(client):
    ticket = make_ticket()
    clerk = make_staff()
    clerk.user_permissions.add(
        Group.objects.get(name="Support agents").permissions.get(codename="view_account")
    )
    client.force_login(clerk)

    assert ticket.number not in client.get(page(ticket.account)).content.decode()


def test_the_page_costs_the_same_however_many_tickets_there_are(
    admin_client, django_assert_max_num_queries
):
    requester = make_client()
    for _ in range(12):
        make_ticket(requester=requester)

    with django_assert_max_num_queries(25):
        admin_client.get(page(requester.order.account))


def test_an_account_with_orders_is_not_deleted_and_says_so(admin_client):
    order = make_order()
    url = reverse("admin:contracts_account_delete", args=[order.account_id])

    assert f"{order.account} is used by 1 order" in admin_client.get(url).content.decode()


def test_duty_managers_keep_the_authorised_users_and_not_the_orders(client):
    user = make_client()
    client.force_login(make_staff(is_duty_manager=True))
    own = reverse("admin:contracts_authoriseduser_change", args=[user.pk])
    order = reverse("admin:contracts_order_change", args=[user.order_id])
    facts = {"order": user.order_id, "name": user.name, "email": user.email}

    answers = [client.post(own, {**facts, "change_reason": "Left"}), client.post(order, {})]

    user.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 403]
    assert (user.is_active, user.history.first().history_change_reason) == (False, "Left")
    people = client.get(order).context["inline_admin_formsets"][0]
    assert (people.has_add_permission, people.has_change_permission) == (False, False)


@pytest.mark.clause("V-3.5")
def test_an_address_once_an_order_whatever_its_letters(client):
    user = make_client(email="ada@client.example.com")
    client.force_login(make_staff(is_duty_manager=True))
    facts = {"order": user.order_id, "name": "Ada", "email": "ADA@client.example.com"}

    answer = client.post(reverse("admin:contracts_authoriseduser_add"), facts)

    assert answer.status_code == 200
    assert AuthorisedUser.objects.count() == 1
