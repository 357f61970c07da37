"""What was excluded, and what others did: by period, account and policy, and as a sheet."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.backoffice.reports import found
from apps.backoffice.reports.asked import Asked
from apps.contracts.models import Reason
from apps.tickets import services
from tests.factories import make_client, make_order, make_preset, make_staff, make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import reader, signed_in, text_of

pytestmark = pytest.mark.django_db

EXCLUSIONS, CASES = (
    reverse("admin:tickets_report_exclusions"),
    reverse("admin:tickets_report_cases"),
)


def premium_ticket(**facts):
    order = make_order(version=make_preset(slug="voximplant-premium-2023"))
    return make_ticket(requester=make_client(order=order), severity="II", **facts)


def excluded(key="infrastructure", **facts):
    ticket = premium_ticket(**facts)
    solve_as_excluded(ticket, key)
    return ticket


def solve_as_excluded(ticket, key="infrastructure", at=None):
    at = at or later(hours=1)
    reasons = Reason.objects.filter(version=ticket.version)
    services.solve(
        ticket=ticket,
        reason=reasons.get(kind="CLOSING", key="outside-control"),
        exclusion=reasons.get(kind="EXCLUSION", key=key),
        text="Not ours.",
        by=make_staff(),
        at=at,
        act_key=f"x{ticket.pk}{at}",
    )


def handed_out(**facts):
    given = {"party": "VENDOR", "name": "Vendor desk", "reference": "=1+1", "workaround": "Dial 9."}
    ticket = make_ticket()
    act = {"ticket": ticket, "by": make_staff(), "at": later(hours=1), "act_key": f"h{ticket.pk}"}
    return services.hand_out(**{"service_affecting": False, **given, **act, **facts})


def ask(page, at=None, **given):
    with time_machine.travel(at or later(hours=2), tick=False):
        return reader().get(page, given)


@pytest.mark.clause("V-3.3")
def test_exclusions_are_counted_and_lead_to_their_tickets():
    first = excluded()
    excluded()
    excluded("third-party-carrier")

    answer = ask(EXCLUSIONS)

    assert [count for _, count in answer.context["counted"]] == [2, 1]
    assert first.number in text_of(answer)


def test_a_period_and_an_account_narrow_it():
    ticket = excluded()
    other = excluded()

    assert ask(EXCLUSIONS, account=ticket.account.name).context["total"] == 1
    assert ask(EXCLUSIONS, since="2026-03-05", until="2026-03-06").context["total"] == 0
    assert ask(EXCLUSIONS, at=later(days=29), account=other.account.name).context["total"] == 1
    assert ask(EXCLUSIONS, at=later(days=30)).context["total"] == 0


@pytest.mark.clause("V-3.3")
def test_a_ticket_is_in_the_period_in_which_it_was_excluded_whatever_happens_to_it_afterwards():
    ticket = excluded()
    late = {"by": make_staff(), "at": later(days=20), "act_key": "n"}
    services.note(ticket=ticket, text="They asked again.", **late)

    first, second = {"since": "2026-03-04", "until": "2026-03-04"}, {"since": "2026-03-05"}

    assert ask(EXCLUSIONS, at=later(days=21), **first).context["total"] == 1
    assert ask(EXCLUSIONS, at=later(days=21), **second).context["total"] == 0


@pytest.mark.clause("V-3.3")
def test_what_is_taken_back_is_no_exclusion_and_what_is_excluded_anew_counts_from_then():
    ticket = excluded()
    services.reopen(ticket=ticket, explanation="Ours.", by=make_staff(), at=later(hours=2))
    ticket.refresh_from_db()
    assert (ticket.exclusion, ticket.excluded_at) == (None, None)

    solve_as_excluded(ticket, at=later(days=3))

    ticket.refresh_from_db()
    assert ticket.excluded_at == later(days=3)
    days = {"since": "2026-03-07", "until": "2026-03-07"}
    assert ask(EXCLUSIONS, at=later(days=4), **days).context["total"] == 1


@pytest.mark.postgresql
def test_the_report_reads_an_index_and_no_table():
    ticket = excluded()
    asked = Asked(starts_at=later(days=-1), ends_at=later(days=1), account=None, policy=None)
    with connection.cursor() as cursor:
        # With so few rows any way is cheap: whether the index alone can do it is what matters.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    rows = found.excluded(asked)

    plans = [rows[:200].explain(), rows.order_by().values("exclusion").explain()]

    assert [("ticket_excluded" in plan, "Sort" in plan) for plan in plans] == [
        (True, False),
        (True, False),
    ]
    assert ticket in rows


def test_what_makes_no_sense_is_said():
    assert "ends before it begins" in text_of(
        ask(EXCLUSIONS, since="2026-03-05", until="2026-03-01")
    )
    assert "There is no account of that name." in text_of(ask(CASES, account="Nobody"))
    assert "That is not a day." in text_of(ask(CASES, since="x"))


@pytest.mark.clause("S-9")
def test_cases_show_age_workaround_and_whether_service_suffers():
    handed_out()
    closed = handed_out(party="THIRD_PARTY", name="Carrier", service_affecting=True)
    services.hand_back(case=closed, outcome="Cured.", by=make_staff(), at=later(hours=3))

    text = text_of(ask(CASES, at=later(hours=5)))

    assert "1 open, 1 closed" in text
    assert "Vendor desk =1+1 Platform vendor does not suffer Dial 9." in text
    assert "4 h open" in text
    assert "2 h closed: Cured." in text


def test_a_sheet_holds_no_formula():
    handed_out()
    excluded(subject="=cmd()")

    cases, exclusions = ask(CASES, csv="1"), ask(EXCLUSIONS, csv="1")

    assert cases["Content-Type"] == "text/csv; charset=utf-8"
    assert ",'=1+1," in cases.content.decode()
    assert ",'=cmd()," in exclusions.content.decode()


def test_a_report_costs_the_same_however_much_it_lists():
    client = reader()

    def count(page):
        with (
            time_machine.travel(later(hours=2), tick=False),
            CaptureQueriesContext(connection) as q,
        ):
            client.get(page)
        return len(q)

    excluded()
    handed_out()
    few = [count(EXCLUSIONS), count(CASES)]
    for _ in range(3):
        excluded()
        handed_out()

    assert [count(EXCLUSIONS), count(CASES)] == few


def test_who_may_see_no_tickets_sees_no_report():
    client, _ = signed_in()

    assert [client.get(page).status_code for page in (EXCLUSIONS, CASES)] == [403, 403]
