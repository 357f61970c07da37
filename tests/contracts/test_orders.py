"""An order's life by its services: drafted, executed, amended, ended, terminated."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.contracts import services
from apps.contracts.models import AgreedTarget, Order
from apps.contracts.services.orders import today_of
from tests.contracts.orders_acted import OVER, TODAY, amend, execute, refusal
from tests.factories import (
    MORNING,
    make_agreed,
    make_order,
    make_policy,
    make_preset,
    make_service,
    make_staff,
    severity_of,
)

pytestmark = pytest.mark.django_db


def agreed(order: Order, key: str, hours: float, **facts) -> AgreedTarget:
    given = {
        "severity": severity_of(order.version, key),
        "kind": "RESOLUTION",
        "duration": timedelta(hours=hours),
        "calendar": order.version.calendars.get(key=order.version.standard_calendar),
    }
    return AgreedTarget(**{**given, **facts})


def both(order: Order, other: Order, what: str) -> str:
    return (
        f"{order} and {other} of {order.account} would both cover {what}. "
        "Change the term or the services of one of them."
    )


@pytest.mark.clause("V-1.2")
def test_executing_says_who_when_and_why():
    by = make_staff()

    order = execute(make_order(state="DRAFT"), by=by)

    order.refresh_from_db()
    revision, history = order.revisions.get(), order.history.latest("history_id")
    assert (order.state, order.revision) == ("EXECUTED", 2)
    assert (revision.kind, revision.number, revision.dated_on) == ("EXECUTED", 2, TODAY)
    assert (revision.by, revision.at, revision.reason, revision.changes) == (
        by,
        MORNING,
        "Signed",
        [],
    )
    assert (history.history_user, history.history_date, history.history_change_reason) == (
        by,
        MORNING,
        "Signed",
    )


@pytest.mark.clause("V-1.2")
@pytest.mark.parametrize("state", ["EXECUTED", "ENDED", "TERMINATED"])
def test_only_a_draft_is_executed(state):
    order = make_order(state=state)

    assert refusal(execute, order) == f"{order} is {state.lower()} already."


@pytest.mark.clause("V-4")
def test_a_plan_without_targets_cannot_be_executed():
    order = make_order(state="DRAFT")
    bare = order.version.plans.model(
        version=make_draft(), clause=order.plan.clause, key="bare", title="Bare"
    )
    bare.save()
    Order.objects.filter(pk=order.pk).update(plan=bare, version=bare.version)

    assert "is a draft. Publish it" in (told := refusal(execute, order))
    assert "Bare of Harbour" in told
    assert "promises no targets" in told


def make_draft():
    text = (make_policy().source).replace("harbour-support", "harbour-draft")
    return services.load_policy(text=text, name="x.toml", at=MORNING).version


@pytest.mark.clause("V-1.2", "V-2-order")
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "when"),
    [
        (date(2026, 6, 30), None, "from 2026-06-30 to 2026-06-30"),
        (date(2026, 7, 1), None, ""),
        (date(2025, 1, 1), date(2026, 1, 1), "from 2026-01-01 to 2026-01-01"),
        (date(2025, 1, 1), date(2025, 12, 31), ""),
    ],
)
def test_executed_orders_of_an_account_share_no_day(starts_on, ends_on, when):
    other = make_order(ends_on=date(2026, 6, 30))
    order = make_order(account=other.account, state="DRAFT", starts_on=starts_on, ends_on=ends_on)

    if when:
        assert refusal(execute, order) == both(order, other, f"all services {when}")
    else:
        assert execute(order).state == "EXECUTED"


@pytest.mark.clause("V-2-order")
@pytest.mark.parametrize(
    ("ours", "theirs", "shared"),
    [
        (["Trunks"], ["Voicemail"], ""),
        (["Trunks", "Fax"], ["Fax", "Trunks"], "Fax; Trunks"),
        (["Trunks"], [], "Trunks"),
        ([], ["Fax"], "Fax"),
    ],
)
def test_orders_for_different_services_may_stand_side_by_side(ours, theirs, shared):
    known = {title: make_service(title=title) for title in ("Fax", "Trunks", "Voicemail")}
    other = make_order()
    order = make_order(account=other.account, state="DRAFT")
    order.services.set([known[title] for title in ours])
    other.services.set([known[title] for title in theirs])

    if shared:
        assert refusal(execute, order) == both(order, other, f"{shared} from 2026-01-01 on")
    else:
        assert execute(order).state == "EXECUTED"


@pytest.mark.clause("V-1.2")
@pytest.mark.parametrize("state", ["DRAFT", "ENDED", "TERMINATED"])
def test_an_order_that_is_not_executed_is_in_nobodys_way(state):
    other = make_order(state=state)

    assert execute(make_order(account=other.account, state="DRAFT")).state == "EXECUTED"


@pytest.mark.clause("V-1.2")
def test_another_accounts_order_is_in_nobodys_way():
    make_order()

    assert execute(make_order(state="DRAFT")).state == "EXECUTED"


@pytest.mark.clause("V-2-order", "V-4")
def test_an_upgrade_raises_the_tams_time_at_once():
    order = make_order(version=make_preset(slug="voximplant-premium-2023"), plan="silver")
    gold = order.version.plans.get(key="gold")

    amended = amend(order, terms={"plan": gold})

    assert (order.tam_minutes, amended.tam_minutes) == (8 * 60, 40 * 60)
    assert amend(amended, terms={"tam_minutes_per_month": 90}).tam_minutes == 90


@pytest.mark.clause("V-2-order")
def test_the_second_of_two_amendments_is_refused_and_told_who_and_what():
    order = make_order()
    ina = make_staff(name="ina")
    amend(order, terms={"ends_on": date(2026, 12, 31)}, by=ina)

    assert refusal(amend, order, revision=1, terms={"time_zone": "UTC"}) == (
        "ina, 2026-03-04 14:00 UTC: amended, Last day from – to 2026-12-31."
    )
    order.refresh_from_db()
    assert (order.revision, order.time_zone) == (2, "")


@pytest.mark.clause("V-2-order")
@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"reason": " "}, "Say why the order is amended: the history keeps it."),
        (
            {"dated_on": date(2026, 3, 5)},
            "An amendment counts at once: enter it on 2026-03-05, not before.",
        ),
        (
            {"terms": {"number": "X", "account": None}},
            "An amendment does not change account, number. Make a new order.",
        ),
        (
            {"dated_on": date(2025, 12, 31)},
            "{order} begins on 2026-01-01: an amendment cannot be dated before that.",
        ),
        ({"terms": {"ends_on": date(2026, 3, 3)}}, OVER),
        ({"terms": {"ends_on": date(2025, 12, 31)}}, "The last day lies before the first, 2026"),
        ({"terms": {"tam_minutes_per_month": 0}}, "At least a minute"),
        ({"terms": {"fee_amount": 1}}, "Say for which period the fee is"),
        ({"terms": {"fee_period": "YEAR"}}, "Say how much the fee is"),
        ({"terms": {"fee_amount": -1, "fee_period": "YEAR"}}, "A fee is not negative."),
    ],
)
def test_an_amendment_that_makes_no_sense_is_refused_in_words(facts, told):
    order = make_order()

    assert refusal(amend, order, **facts).startswith(told.format(order=order))
    assert not order.revisions.exists()


@pytest.mark.clause("V-2-order")
def test_an_executed_order_is_no_draft_and_a_draft_is_not_amended():
    draft, order = make_order(state="DRAFT"), make_order()
    facts = {"terms": {}, "by": make_staff(), "at": MORNING, "revision": 1}

    assert refusal(services.edit_draft, order=order, **facts) == (
        f"{order} is no draft any more: its terms change by an amendment."
    )
    assert refusal(amend, draft) == f"{draft} is draft: only an executed order is amended."


@pytest.mark.clause("V-2-order")
def test_what_stays_the_same_writes_no_revision():
    order = make_order()

    assert amend(order, terms={"plan": order.plan, "services": []}).revision == 1
    assert (order.revisions.count(), order.history.count()) == (0, 1)


@pytest.mark.clause("V-5", "V-2-order")
def test_targets_are_agreed_and_withdrawn_with_the_amendment_that_says_so():
    order = make_order()
    amended = amend(order, agreed=[agreed(order, "1", 4)])

    back = amend(amended, withdrawn=[*amended.agreed_targets.all()])

    told = [row.changes[0]["after"] for row in back.revisions.order_by("number")]
    assert told == ["Priority 1 resolution 4 h of “Standard hours”", "–"]
    assert not AgreedTarget.objects.exists()
    assert AgreedTarget.history.latest("history_id").history_change_reason == "Upgrade"


@pytest.mark.clause("V-5", "V-2-order")
def test_a_target_of_another_policy_twice_or_of_no_time_is_refused():
    order = make_order()
    foreign = make_preset(slug="skyswitch-support-2017")
    severity, calendar = severity_of(foreign, "1"), foreign.calendars.get(key="standard")
    make_agreed(order=order, severity="1", hours=4)

    assert refusal(amend, order, agreed=[agreed(order, "2", 4, severity=severity)]) == (
        f"“{severity}” is another policy's. Choose a severity of {order.version}."
    )
    assert refusal(amend, order, agreed=[agreed(order, "2", 4, calendar=calendar)]) == (
        f"“{calendar}” is another policy's. Choose a calendar of {order.version}."
    )
    assert refusal(amend, order, agreed=[agreed(order, "2", -1)]) == (
        "A target takes time: more than nothing."
    )
    assert refusal(amend, order, agreed=[agreed(order, "1", 5)]) == (
        "Resolution, Priority 1 is agreed twice. State it once."
    )
    assert order.agreed_targets.count() == 1


@pytest.mark.clause("V-2-order")
def test_a_new_policy_needs_targets_and_a_calendar_of_its_own():
    order = make_order()
    make_agreed(order=order, severity="1", hours=4)
    foreign = make_preset(slug="skyswitch-support-2017")
    terms = {"version": foreign, "plan": foreign.plans.get()}

    assert "is another policy's. Choose a severity of" in refusal(amend, order, terms=terms)
    assert "is another policy's. Choose one of" in refusal(
        amend, order, terms={**terms, "tam_calendar": order.version.calendars.first()}
    )
    moved = amend(order, terms=terms, withdrawn=[*order.agreed_targets.all()])
    assert moved.version == foreign


@pytest.mark.clause("V-2-order")
@pytest.mark.parametrize(
    ("starts_on", "dated_on"),
    [(date(2026, 1, 1), date(2026, 1, 1)), (TODAY, TODAY), (date(2026, 4, 1), TODAY)],
)
def test_an_amendment_is_dated_from_the_first_day_on_or_today(starts_on, dated_on):
    order = amend(make_order(starts_on=starts_on), dated_on=dated_on, terms={"time_zone": "UTC"})

    assert order.revisions.get().dated_on == dated_on


@pytest.mark.clause("V-2-order")
def test_an_amendment_may_end_an_order_today_and_leaves_a_last_day_that_is_over_alone():
    order = amend(make_order(), terms={"ends_on": TODAY})
    past = make_order(ends_on=date(2026, 2, 1))

    assert order.ends_on == TODAY
    assert amend(past, terms={"time_zone": "UTC"}).time_zone == "UTC"


@pytest.mark.clause("V-1.2", "V-2-order")
def test_a_draft_that_was_changed_since_its_terms_were_looked_at_is_not_executed():
    order, ina = make_order(state="DRAFT"), make_staff(name="ina")
    facts = {"terms": {"ends_on": date(2026, 12, 31)}, "by": ina, "at": MORNING}
    services.edit_draft(order=order, revision=1, **facts)

    assert refusal(execute, order, revision=1) == (
        "ina, 2026-03-04 14:00 UTC: draft changed, Last day from – to 2026-12-31."
    )
    order.refresh_from_db()
    assert (order.state, execute(order).state) == ("DRAFT", "EXECUTED")


@pytest.mark.clause("V-3.1")
def test_a_day_is_one_of_the_policys_zone():
    order = make_order()

    assert today_of(order, datetime(2026, 3, 4, 4, 59, tzinfo=UTC)) == date(2026, 3, 3)
    assert today_of(order, datetime(2026, 3, 4, 5, 0, tzinfo=UTC)) == TODAY
