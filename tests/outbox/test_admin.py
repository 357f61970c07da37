"""The outbox as staff see it."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.outbox.models import Message
from apps.outbox.readonly import CappedPaginator
from apps.outbox.rendering import Email, Withdrawn
from tests.outbox.making import NOON, TOPIC, make_message

pytestmark = pytest.mark.django_db
LIST = reverse("admin:outbox_message_changelist")


@pytest.fixture
def reader(client):
    """A member of staff who may look at messages, and no more."""
    User = get_user_model()
    user = User.objects.create(**{User.USERNAME_FIELD: "eve@example.com"}, is_staff=True)
    user.user_permissions.add(
        Permission.objects.get(codename="view_message", content_type__app_label="outbox")
    )
    client.force_login(user)
    return client


def page(message) -> str:
    return reverse("admin:outbox_message_change", args=[message.pk])


def send_again(client, *wanted):
    data = {"action": "send_again", "_selected_action": [message.pk for message in wanted]}
    response = client.post(LIST, data, follow=True)
    return [str(note) for note in response.context["messages"]]


def test_the_list_shows_state_and_error(admin_client):
    make_message(state="DEAD", due_at=None, last_error="550 No such user " + "x" * 100)

    text = admin_client.get(LIST).content.decode()

    assert "Dead letter" in text
    assert "550 No such user" in text
    assert "x" * 100 not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ada", 1),
        ("?q=kettle:7", 1),
        ("?q=boiled", 0),
        ("?state__exact=PENDING", 1),
        ("?state__exact=DEAD", 0),
        ("?topic=kettle.boiled", 1),
        ("?topic=kettle.sang", 0),
    ],
)
def test_the_list_can_be_searched_and_filtered(admin_client, query, found):
    make_message(key="kettle:7:boiled")

    assert len(admin_client.get(LIST + query).context["cl"].result_list) == found


def test_the_list_costs_the_same_however_many_there_are(
    admin_client, django_assert_max_num_queries
):
    for _ in range(20):
        make_message()

    with django_assert_max_num_queries(8):
        admin_client.get(LIST)


def test_the_page_shows_the_mail_as_it_reads_and_no_markup_of_it_runs(admin_client, renderers):
    message = make_message(payload={"minutes": "<script>4</script>"})

    text = admin_client.get(page(message)).content.decode()

    assert ">Pending<" in "".join(text.split())
    assert "The kettle boiled" in text
    assert "It took &lt;script&gt;4&lt;/script&gt; minutes." in text


def test_the_page_says_that_a_mail_would_be_withdrawn(admin_client, renderers):
    def cold_by_now(payload: dict) -> Email:
        raise Withdrawn("The water is cold again.")

    renderers[TOPIC] = cold_by_now
    text = admin_client.get(page(make_message())).content.decode()

    assert "It would be withdrawn: The water is cold again." in text


def test_a_list_counts_no_further_than_people_turn_pages():
    for _ in range(4):
        make_message()
    pages = CappedPaginator(Message.objects.order_by("pk"), 2)
    pages.most_counted = 3

    assert (pages.count, pages.num_pages) == (3, 2)


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("kettle.boiled", {}, "cannot be rendered: KeyError: &#x27;minutes&#x27;"),
        ("kettle.sang", {}, "Nothing renders the topic “kettle.sang”."),
    ],
)
def test_the_page_says_why_a_mail_cannot_be_shown(admin_client, topic, payload, why):
    message = make_message(topic=topic, payload=payload)

    assert why in admin_client.get(page(message)).content.decode()


def test_a_message_cannot_be_edited_or_added_or_deleted_even_by_an_administrator(admin_client):
    message = make_message()

    answers = [
        admin_client.post(page(message), {"recipient": "eve@example.com"}),
        admin_client.get(reverse("admin:outbox_message_add")),
        admin_client.get(reverse("admin:outbox_message_delete", args=[message.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_send_again_takes_the_dead_letters_and_says_why_not_the_others(admin_client, admin_user):
    dead = make_message(state="DEAD", due_at=None)
    sent = make_message(state="SENT", due_at=None, sent_at=NOON)

    notes = send_again(admin_client, dead, sent)

    dead.refresh_from_db()
    assert (dead.state, dead.resent_by) == ("PENDING", admin_user.get_username())
    assert notes == [
        "1 message is put back to be sent.",
        f"Only a dead letter can be sent again; “{sent}” is sent.",
    ]
    assert send_again(admin_client, sent) == notes[1:]


def test_a_page_of_messages_that_are_not_dead_is_refused_in_one_sentence(admin_client):
    sent = [make_message(state="SENT", due_at=None, sent_at=NOON) for _ in range(3)]

    notes = send_again(admin_client, *sent)

    assert notes == [f"Only a dead letter can be sent again; “{sent[-1]}” is sent. So with 2 more."]


def test_who_may_only_look_is_not_offered_to_send_again(reader):
    dead = make_message(state="DEAD", due_at=None)

    assert reader.get(page(dead)).status_code == 200
    assert "Send again" not in reader.get(LIST).content.decode()
    send_again(reader, dead)
    dead.refresh_from_db()
    assert dead.state == "DEAD"
