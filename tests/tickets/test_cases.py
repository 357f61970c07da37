"""Work that is handed to others, and ways around a fault."""

import pytest

from apps.tickets import services
from apps.tickets.models import VendorCase
from apps.tickets.services import Refused
from tests.factories import make_staff, make_ticket
from tests.tickets.life import premium, row, solve, wholesale
from tests.tickets.reading import everything, facts, later, mails

pytestmark = pytest.mark.django_db


def hand_out(ticket, *, party="VENDOR", affecting=False, name="Switch maker", key="case"):
    return services.hand_out(
        ticket=ticket,
        party=party,
        name=name,
        reference="SR-77",
        service_affecting=affecting,
        workaround="Dial nine first.",
        by=make_staff(),
        at=later(hours=1),
        act_key=key,
    )


@pytest.mark.clause("S-9")
def test_a_vendors_case_lifts_the_fixed_time_and_is_on_the_ticket():
    ticket = wholesale("3")

    case = hand_out(ticket)

    assert not ticket.deadlines.filter(kind="RESOLUTION").exists()
    assert (case.reference, case.workaround) == ("SR-77", "Dial nine first.")
    assert facts(ticket, "HANDED_OUT")[0]["service_affecting"] is False


@pytest.mark.clause("V-3.6", "S-9")
@pytest.mark.parametrize(("party", "affecting"), [("VENDOR", True), ("THIRD_PARTY", False)])
def test_otherwise_the_clocks_run_on(party, affecting):
    ticket = wholesale("3")
    before = row(ticket, "RESOLUTION")

    hand_out(ticket, party=party, affecting=affecting)

    assert row(ticket, "RESOLUTION") == before


@pytest.mark.clause("V-3.6")
def test_under_a_policy_without_the_rule_a_vendor_lifts_nothing():
    ticket = premium("I")
    before = row(ticket, "RESPONSE")

    hand_out(ticket)

    assert row(ticket, "RESPONSE") == before


@pytest.mark.clause("S-9")
def test_a_case_is_opened_once_amended_with_history_and_closed_once():
    ticket = wholesale("3")
    case = hand_out(ticket)
    assert hand_out(ticket) == case

    services.amend_case(
        case=case, reference="SR-78", workaround="", by=make_staff(), at=later(hours=2)
    )
    for _ in range(2):
        services.hand_back(case=case, outcome="Patched.", by=make_staff(), at=later(hours=3))

    case = VendorCase.objects.get()
    assert (case.reference, case.outcome, case.closed_at) == ("SR-78", "Patched.", later(hours=3))
    assert case.history.count() == 3
    assert len(facts(ticket, "HANDED_BACK")) == 1


@pytest.mark.clause("V-3.6")
@pytest.mark.parametrize(
    ("change", "why"),
    [({"party": "FRIEND"}, "third party or the platform's vendor"), ({"name": " "}, "who helps")],
)
def test_a_case_needs_a_party_and_a_name(change, why):
    ticket = wholesale("3")
    before = everything()

    with pytest.raises(Refused, match=why):
        hand_out(ticket, **change)

    assert everything() == before


@pytest.mark.clause("V-3.6")
def test_nothing_is_handed_out_on_a_closed_ticket():
    ticket = wholesale("4")
    solve(ticket, "not-covered", exclusion=ticket.version.reasons.get(kind="EXCLUSION"))

    with pytest.raises(Refused, match="is closed"):
        hand_out(ticket)


@pytest.mark.clause("S-8", "V-3.3")
def test_a_workaround_is_a_response_and_no_solution():
    ticket = wholesale("3")
    for _ in range(2):
        services.give_workaround(
            ticket=ticket,
            text="Dial nine first.",
            by=make_staff(),
            at=later(minutes=30),
            act_key="around",
        )

    ticket.refresh_from_db()
    assert row(ticket, "RESPONSE")[0] == "MET"
    assert (ticket.status, row(ticket, "RESOLUTION")[0]) == ("OPEN", "OPEN")
    assert len(facts(ticket, "WORKAROUND_GIVEN")) == 1
    assert mails("ticket.replied") == [ticket.requester.email]


@pytest.mark.clause("S-9", "R-14")
def test_where_service_suffers_after_all_the_time_to_resolve_is_owed_as_if_never_lifted():
    ticket, by = wholesale("3"), make_staff()
    before = row(ticket, "RESOLUTION")
    case = hand_out(ticket)
    same = {"case": case, "reference": case.reference, "workaround": case.workaround, "by": by}

    for _ in range(2):
        services.amend_case(service_affecting=True, at=later(hours=2), **same)

    assert row(ticket, "RESOLUTION") == before
    told = [each["service_affecting"] for each in facts(ticket, "HANDED_OUT")]
    assert (told, case.history.count()) == ([False, True], 2)
    services.amend_case(service_affecting=False, at=later(hours=3), **same)
    assert not ticket.deadlines.filter(kind="RESOLUTION").exists()


@pytest.mark.clause("S-9", "V-8.1.4")
def test_a_running_case_goes_on_with_the_ticket_that_its_own_was_merged_into():
    into = wholesale("3")
    gone = make_ticket(requester=into.requester, severity="3", at=later(minutes=1))
    running, over = hand_out(gone, key="1"), hand_out(gone, key="2", affecting=True)
    services.hand_back(case=over, outcome="Patched.", by=make_staff(), at=later(hours=2))
    by = make_staff()

    services.merge(duplicate=gone, into=into, by=by, at=later(hours=3), act_key="m")
    services.hand_back(
        case=VendorCase.objects.get(pk=running.pk), outcome="Cured.", by=by, at=later(hours=4)
    )

    assert [each.ticket for each in VendorCase.objects.order_by("pk")] == [into, gone]
    told = facts(into, "HANDED_OUT")
    assert [(each["case"], each["service_affecting"]) for each in told] == [(running.pk, False)]
    # As on the duplicate: where service does not suffer there is no fixed time.
    assert not into.deadlines.filter(kind="RESOLUTION").exists()
    assert [each["outcome"] for each in facts(into, "HANDED_BACK")] == ["Cured."]
    assert [row.history_change_reason for row in running.history.order_by("history_id")] == [
        *("Handed out", f"{gone.number} was merged into {into.number}", "Handed back"),
    ]
