"""The sidebar: what each role is offered, and which entry is the current one."""

import pytest
from django.urls import reverse

from apps.outbox.models import Message
from tests.outbox.making import make_message

pytestmark = pytest.mark.django_db
WORK = [
    "Queue",
    "Escalations",
    "New request",
    "Calls",
    "Voice messages",
    "Alerts",
    "Time",
    "Appointments",
    "Incidents",
    "Maintenance",
    "Fault determinations",
    "When would this be due?",
    "Canned replies",
    "Mail to look at",
    "Mails in",
    "Refused requests",
]
ON_CALL = ["Pages", "Rotations", "My on-call", "Ladders", "Nobody has it"]
CONTRACTS = ["Policies", "Calendars", "Accounts", "Orders", "TAMs", "Services"]
CONTRACTS += ["Service requests", "Authorised users", "API tokens"]
REPORTS = ["Exclusions", "Vendor cases"]
MINE = "My notices"
COSTS = ["Charges", "Held", "Waivers"]
MONEY = {
    "Money": [
        "Money at a glance",
        "Invoices",
        "Invoice runs",
        *COSTS,
        "Payments",
        "Payment files",
        "Rows to look at",
        "Disputed amounts",
        "Open items",
    ],
    "Standing": ["Standings ahead", "Standings changed", "Proposed suspensions", "Exemptions"],
    "Books": ["Trial balance", "Ledger", "Postings", "Month end", "Finance reports", "Exports"],
    "Billing set-up": ["Billing profiles", "Sellers", "Series", "Taxes", "Accounting programs"],
}
MESSAGES = ["Outbox", "Dead letters", "Maintenance calendars", MINE]
MONITORING = ["Sources", "Meanings of labels", "Posts"]
ADMINISTRATION = ["Staff", "Groups", "Schedule"]


def groups_of(browser, url="/admin/"):
    navigation = browser.get(url).context["sidebar_navigation"]
    return {group.get("title"): group["items"] for group in navigation}


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("", {None: ["Home"], "Messages": [MINE]}),
        (
            "Support agents",
            {
                None: ["Home"],
                "Work": WORK,
                "On call": ON_CALL,
                "Money": COSTS,
                "Contracts": CONTRACTS,
                "Reports": REPORTS,
                "Messages": MESSAGES,
                "Monitoring": MONITORING,
            },
        ),
        (
            "Duty managers",
            {
                None: ["Home"],
                "Work": WORK,
                "On call": ON_CALL,
                "Reports": REPORTS,
                **MONEY,
                "Contracts": CONTRACTS,
                "Messages": MESSAGES,
                "Monitoring": MONITORING,
            },
        ),
        (
            "Administrators",
            {
                None: ["Home"],
                "Work": WORK,
                "On call": ON_CALL,
                "Reports": REPORTS,
                **MONEY,
                "Contracts": CONTRACTS,
                "Messages": MESSAGES,
                "Monitoring": MONITORING,
                "Administration": ADMINISTRATION,
            },
        ),
    ],
)
def test_each_role_is_offered_what_it_may_use(signed_in, role, offered):
    groups = groups_of(signed_in(role))

    assert {title: [item["title"] for item in items] for title, items in groups.items()} == offered


def test_every_link_leads_to_a_page(signed_in):
    browser = signed_in("superuser")
    links = [item["link"] for items in groups_of(browser).values() for item in items]

    assert {link: browser.get(link, follow=True).status_code for link in links} == dict.fromkeys(
        links, 200
    )


@pytest.mark.parametrize(
    ("url", "current"),
    [
        ("/admin/", "Home"),
        ("/admin/outbox/message/", "Outbox"),
        ("/admin/outbox/message/?state__exact=DEAD", "Dead letters"),
        ("/admin/outbox/message/?state__exact=SENT", "Outbox"),
        ("/admin/intake/inboundmail/?look=recent", "Mail to look at"),
        ("/admin/contracts/order/add/", "Orders"),
    ],
)
def test_one_entry_is_the_current_one(signed_in, url, current):
    groups = groups_of(signed_in("superuser"), url)

    active = [item["title"] for items in groups.values() for item in items if item["active"]]
    assert active == [current]


def test_dead_letters_carry_their_number_and_none_is_shown_where_there_are_none(signed_in):
    browser = signed_in("superuser")
    badges = [item.get("badge") for item in groups_of(browser)["Messages"]]
    make_message(state=Message.State.DEAD, due_at=None)

    with_one = [item.get("badge") for item in groups_of(browser)["Messages"]]

    assert (badges, with_one) == ([None] * 4, [None, "1", None, None])


def test_the_queue_is_not_marked_while_the_preview_is_open(signed_in):
    groups = groups_of(signed_in("superuser"), reverse("admin:tickets_ticket_due"))

    active = [item["title"] for items in groups.values() for item in items if item["active"]]
    assert active == ["When would this be due?"]


def test_the_page_of_an_app_lists_what_one_may_see_of_it_and_is_nowhere_without_that(signed_in):
    page = reverse("admin:app_list", args=["outbox"])
    shown = signed_in("superuser").get(page)

    assert [model["object_name"] for model in shown.context["app_list"][0]["models"]] == ["Message"]
    assert signed_in("").get(page).status_code == 404
