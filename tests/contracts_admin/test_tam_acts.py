"""What is done about an order's TAM on its pages: who may, what is asked, what is refused."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from apps.contracts.models import Order, TamAssignment
from apps.outbox.models import Message
from tests.contracts.presets import V
from tests.contracts_admin.tam_pages import held, links, page, said, section, sign_in, typed
from tests.factories import MORNING, make_staff
from tests.tams_made import hand_over, make_tam_order, withdraw

pytestmark = pytest.mark.django_db
EARLIEST = date(2026, 3, 9)  # five days after MORNING's
DESK = "Monday to Thursday 07:30 to 16:00, Friday 07:30 to 14:00, Europe/Helsinki"


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def version(presets):
    return presets[V.policy.slug]


@pytest.mark.parametrize(
    ("role", "offered", "status"),
    [
        ("Support agents", [], 403),
        ("TAMs", [], 403),
        ("Finance", [], 403),
        ("Duty managers", ["hand_over"], 200),
        ("Administrators", ["hand_over"], 200),
    ],
)
def test_only_those_who_may_see_buttons_and_pages(client, version, role, offered, status):
    order = held(version)
    sign_in(client, role)

    asked = client.get(page(order, "tam_hand_over")).status_code
    posted = client.post(page(order, "tam_hand_over"), typed()).status_code

    assert (links(client, order), asked, posted) == (offered, status, status)
    assert section(client, order)[0] == "Technical account manager"
    assert TamAssignment.objects.count() == 1


@pytest.mark.parametrize("act", ["assign", "hand_over", "withdraw"])
def test_who_may_not_see_orders_reaches_no_page_of_one(client, version, act):
    client.force_login(make_staff())

    assert client.get(page(held(version), f"tam_{act}")).status_code == 403


@pytest.mark.clause("V-6.1")
def test_a_tam_is_assigned_in_the_name_of_who_asked(admin_client, version):
    order, grace = make_tam_order(version=version, plan="silver"), make_staff(name="grace")
    form = admin_client.get(page(order, "tam_assign")).context["form"]

    answer = admin_client.post(
        page(order, "tam_assign"), typed(tam=grace.pk, starts_on="2026-03-04"), follow=True
    )

    row = TamAssignment.objects.get()
    assert form.get_initial_for_field(form.fields["starts_on"], "starts_on") == date(2026, 3, 4)
    assert (row.tam, row.made_by.username, row.email) == (
        grace,
        "admin",
        "mary@provider.example.com",
    )
    assert said(answer) == [f"grace is the TAM of {order} from 4 Mar 2026 on."]


@pytest.mark.clause("V-6.6")
def test_a_hand_over_is_planned_from_the_earliest_day_that_is_offered(admin_client, version):
    order, mary = held(version), make_staff(name="mary")
    asked = admin_client.get(page(order, "tam_hand_over"))
    offered = asked.context["form"]["starts_on"].value()

    answer = admin_client.post(
        page(order, "tam_hand_over"), typed(tam=mary.pk, starts_on=offered), follow=True
    )

    row = TamAssignment.objects.get(tam=mary)
    assert (offered, row.starts_on) == (EARLIEST, EARLIEST)
    assert order.authorised_users.get().email in asked.content.decode()
    assert said(answer) == [
        f"mary takes {order} over on 9 Mar 2026. The notice to the client goes out now."
    ]


@pytest.mark.clause("V-6.6")
def test_a_day_too_soon_is_refused_on_the_page_and_what_was_typed_is_kept(admin_client, version):
    order, mary = held(version), make_staff()

    answer = admin_client.post(
        page(order, "tam_hand_over"), typed(tam=mary.pk, starts_on="2026-03-08", phone="030 8")
    )

    form = answer.context["form"]
    assert form.non_field_errors() == [
        "2026-03-08 is too soon: the client is told 5 calendar days before. "
        "The earliest day is 2026-03-09."
    ]
    assert form["phone"].value() == "030 8"
    assert TamAssignment.objects.count() == 1


@pytest.mark.clause("V-6.6")
@pytest.mark.parametrize(
    ("facts", "errors"),
    [
        ({}, {"tam": ["Choose who follows, or say that nobody does."]}),
        (
            {"nobody": "on", "email": "", "reason": " "},
            {"reason": ["Say why: the history keeps it."]},
        ),
        (
            {"nobody": "on"},
            {"__all__": ["Nobody follows, so there is nobody to reach: leave that empty."]},
        ),
        (
            {"tam": 99999999999999999999},
            {"tam": ["Select a valid choice. That choice is not one of the available choices."]},
        ),
        (
            {"nobody": "on", "email": "", "starts_on": "99999-01-01"},
            {"starts_on": ["Enter a valid date."]},
        ),
        (
            {"nobody": "on", "email": "", "starts_on": "0001-01-01"},
            None,
        ),
        (
            {"nobody": "on", "email": "", "phone": "\x00"},
            {"phone": ["Null characters are not allowed."]},
        ),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(admin_client, version, facts, errors):
    order = held(version)
    errors = errors or {
        "__all__": [f"0001-01-01 is outside the term of {order}, 2026-01-01 to open end."]
    }

    answer = admin_client.post(page(order, "tam_hand_over"), typed(**facts))

    assert answer.context["form"].errors == errors
    assert TamAssignment.objects.count() == 1


@pytest.mark.clause("V-6.6")
def test_one_who_follows_and_nobody_at_once_is_asked_to_choose(admin_client, version):
    order, mary = held(version), make_staff(name="mary")

    answer = admin_client.post(page(order, "tam_hand_over"), typed(tam=mary.pk, nobody="on"))

    assert answer.context["form"].errors == {
        "nobody": ["mary follows, or nobody does: choose one."]
    }


@pytest.mark.clause("V-6.6")
def test_the_last_day_of_time_can_be_planned_and_is_shown_and_withdrawn(admin_client, version):
    order, mary = held(version), make_staff(name="mary")

    admin_client.post(page(order, "tam_hand_over"), typed(tam=mary.pk, starts_on="9999-12-31"))

    assert links(admin_client, order) == ["withdraw"]
    assert "mary follows on 31 Dec 9999" in section(admin_client, order)


@pytest.mark.clause("V-6.6")
def test_a_form_sent_twice_plans_once(admin_client, version):
    order, mary = held(version), make_staff(name="mary")
    admin_client.post(page(order, "tam_hand_over"), typed(tam=mary.pk))

    again = admin_client.post(page(order, "tam_hand_over"), typed(tam=mary.pk))

    assert again.context["form"].non_field_errors() == [
        "It is planned already that mary follows from 2026-03-09 on. Withdraw that first."
    ]
    assert Message.objects.filter(topic="tam.replaced").count() == 1


@pytest.mark.clause("V-6.6")
def test_a_plan_is_withdrawn_with_a_reason(admin_client, version):
    order = held(version)
    row = hand_over(order, make_staff(name="mary"), EARLIEST)
    seen = admin_client.get(page(order, "tam_withdraw")).context["form"]["assignment"].value()

    silent = admin_client.post(page(order, "tam_withdraw"), {"assignment": seen, "reason": ""})
    answer = admin_client.post(
        page(order, "tam_withdraw"), {"assignment": seen, "reason": "She stays"}, follow=True
    )

    row.refresh_from_db()
    assert silent.context["form"].errors == {"reason": ["Say why: the history keeps it."]}
    assert (row.withdrawn_at, seen) == (MORNING, row.pk)
    assert said(answer) == [f"Withdrawn: mary does not become the TAM of {order}."]


@pytest.mark.clause("V-6.6")
def test_what_is_withdrawn_is_the_plan_that_was_seen(admin_client, version):
    order = held(version)
    seen = withdraw(hand_over(order, make_staff(), EARLIEST))
    follows = hand_over(order, make_staff(), EARLIEST)
    elsewhere = hand_over(held(version), make_staff(), EARLIEST)

    def posted(row):
        facts = {"assignment": row.pk, "reason": "She stays"}
        answer = admin_client.post(page(order, "tam_withdraw"), facts)
        return answer.context["form"].errors

    assert posted(seen) == {"__all__": ["It was withdrawn already, at 2026-03-04 14:00 UTC."]}
    assert posted(elsewhere) == {"assignment": ["It is gone. Look at the order again."]}
    assert (
        TamAssignment.objects.filter(pk__in=[follows.pk, elsewhere.pk], withdrawn_at=None).count()
        == 2
    )


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("assign", "There is no TAM to assign to {} now."),
        ("withdraw", "Nothing is planned on {} any more."),
    ],
)
def test_what_cannot_be_done_now_is_not_asked_either(admin_client, version, act, words):
    order = held(version)

    answer = admin_client.get(page(order, f"tam_{act}"), follow=True)

    assert answer.redirect_chain == [(page(order), 302)]
    assert said(answer) == [words.format(order)]


def test_an_order_that_is_not_there_is_said_to_be_gone(admin_client):
    url = reverse("admin:contracts_order_tam_assign", args=[99999999999999999999])

    assert admin_client.get(url).status_code == 302


@pytest.mark.clause("V-1.2")
@pytest.mark.parametrize("ends_on", [date(2026, 3, 3), date(2026, 3, 4)])
def test_an_order_that_is_over_offers_nothing_more(admin_client, version, ends_on):
    order = held(version)
    Order.objects.filter(pk=order.pk).update(ends_on=ends_on)
    is_over = ends_on == date(2026, 3, 3)
    words = "The order is not served now, so it has no TAM's time."

    assert links(admin_client, order) == ([] if is_over else ["hand_over"])
    assert (words in section(admin_client, order)) == is_over


@pytest.mark.clause("V-6.4")
def test_contacts_are_corrected_with_a_reason_and_nothing_else_changes(client, version):
    order = held(version)
    sign_in(client, "Duty managers")
    (row,) = order.tam_assignments.all()
    url = page(order, "tam_correct")

    shown = client.get(url).context["form"]
    facts = {"assignment": row.pk, "email": "right@provider.example.com", "reason": "A typo"}
    answer = client.post(url, {**facts, "phone": row.phone, "chat": row.chat}, follow=True)

    assert (shown["email"].value(), shown["phone"].value()) == (row.email, row.phone)
    assert said(answer) == [
        f"The contacts of {row.tam} on {order} are corrected. The client's users are told."
    ]
    assert TamAssignment.objects.get().email == "right@provider.example.com"


def test_the_contacts_of_who_follows_are_corrected_on_a_page_of_their_own(admin_client, version):
    order = held(version)
    row = hand_over(order, make_staff(name="mary"), EARLIEST)
    url = page(order, "tam_correct_coming")
    facts = {"assignment": row.pk, "email": "mary@provider.example.com", "reason": "A typo"}

    shown = admin_client.get(url).context["form"]
    admin_client.post(url, facts)

    assert shown["email"].value() == row.email
    row.refresh_from_db()
    assert row.email == "mary@provider.example.com"


def test_who_may_not_correct_contacts_reaches_no_page(client, version):
    order = held(version)
    sign_in(client, "TAMs")

    assert client.get(page(order, "tam_correct")).status_code == 403
