"""Lists taken in: all or nothing, and every wrong row named in words."""

from datetime import date

import pytest

from apps.contracts.models import Account, AuthorisedUser, Order, OrderRevision
from apps.contracts.services.sheets import SheetOutdated, SheetRefused, import_sheet
from apps.contracts.sheets.plan import CHANGED, NEW, UNCHANGED
from apps.contracts.sheets.resources import AccountSheet, AuthorisedUserSheet, OrderSheet
from tests.contracts_admin.sheets import preview, problems, taken
from tests.factories import MORNING, make_client, make_order, make_policy, make_staff

pytestmark = pytest.mark.django_db
HEADER = "account,number,policy,version,plan,state,starts_on,ends_on\n"


@pytest.fixture
def clerk():
    return make_staff(name="clerk")


def order_row(order: Order, **changes: str) -> str:
    facts = OrderSheet().shown(order) | changes
    return ",".join(facts[name] for name in HEADER.strip().split(",")) + "\n"


def user_row(user: AuthorisedUser, **changes: str) -> str:
    facts = {"order": user.order.number, "name": user.name, "email": user.email, "active": "yes"}
    return ",".join((facts | changes).values()) + "\n"


@pytest.mark.clause("V-3.5")
def test_people_are_added_and_changed_and_the_history_names_the_file(clerk):
    ada = make_client(email="ada@client.example.com")
    text = "order,name,email,is_active\n"
    text += user_row(ada, name="Ada King", email="ADA@client.example.com")
    text += user_row(ada, name="Bob", email="bob@client.example.com", active="no")

    plan = taken(AuthorisedUserSheet, text, by=clerk)

    (changed,) = plan.of(CHANGED)
    bob = AuthorisedUser.objects.get(email="bob@client.example.com")
    ada.refresh_from_db()
    assert changed.differences == [
        ("name", "Ada Client", "Ada King"),
        ("email", "ada@client.example.com", "ADA@client.example.com"),
    ]
    assert (ada.name, bob.is_active, bob.may_open, bob.may_see_invoices) == (
        "Ada King",
        False,
        True,
        False,
    )
    assert [
        (row.history_change_reason, row.history_user, row.history_date, row.history_type)
        for row in (ada.history.latest("history_id"), bob.history.get())
    ] == [("Imported from a.csv", clerk, MORNING, kind) for kind in "~+"]


@pytest.mark.clause("V-2-order")
def test_an_order_comes_in_executed_with_its_first_revision(clerk):
    version = make_policy()
    Account.objects.create(name="Fernwood")
    plan = version.plans.order_by("pk")[0]
    slug = version.policy.slug
    text = HEADER + f"Fernwood,ORD-7,{slug},{version.number},{plan.key},Executed,2026-02-01,\n"

    taken(OrderSheet, text, by=clerk)

    order = Order.objects.get(number="ORD-7")
    revision = OrderRevision.objects.get(order=order)
    assert (order.plan, order.state, order.starts_on, order.ends_on) == (
        plan,
        "EXECUTED",
        date(2026, 2, 1),
        None,
    )
    assert (revision.number, revision.kind, revision.reason, revision.by) == (
        order.revision,
        "EXECUTED",
        "Imported from a.csv",
        clerk,
    )


@pytest.mark.clause("V-2-order")
def test_an_executed_orders_terms_change_by_an_amendment_that_names_the_file(clerk):
    order = make_order()

    taken(OrderSheet, HEADER + order_row(order, ends_on="2027-12-31"), by=clerk)

    order.refresh_from_db()
    revision = OrderRevision.objects.get(order=order)
    assert (order.ends_on, revision.kind, revision.reason) == (
        date(2027, 12, 31),
        "AMENDED",
        "Imported from a.csv",
    )
    assert order.history.latest("history_id").history_user == clerk


@pytest.mark.clause("V-2-order")
def test_a_draft_may_be_changed_and_executed_in_one_row(clerk):
    order = make_order(state="DRAFT")
    row = order_row(order, state="EXECUTED", ends_on="2027-12-31")

    taken(OrderSheet, HEADER + row, by=clerk)

    order.refresh_from_db()
    kinds = [each.kind for each in OrderRevision.objects.filter(order=order).order_by("number")]
    assert (order.state, kinds) == ("EXECUTED", ["DRAFTED", "EXECUTED"])


@pytest.mark.clause("V-2-order")
@pytest.mark.usefixtures("nothing_published")
@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("account", "Nobody", "there is no account “Nobody”. Import or add it first."),
        ("policy", "golden", "there is no published policy “golden”; there is {slug}."),
        ("version", "9", "“9” is not a published version of {slug}; it has 1."),
        ("plan", "golden", "“golden” is not a plan of {version}; it has {plans}."),
        ("state", "OPEN", "“OPEN” is none of DRAFT, EXECUTED, ENDED, TERMINATED."),
        ("starts_on", "31.12.2026", "“31.12.2026” is not a date. Write it as 2026-12-31."),
        ("starts_on", "2026-02-30", "“2026-02-30” is not a day of the calendar."),
        ("starts_on", "", "is empty."),
        ("ends_on", "2025-01-01", "The last day lies before the first, 2026-01-01."),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_and_column(clerk, column, value, reason):
    order = make_order()
    version = order.version
    plans = ", ".join(version.plans.order_by("pk").values_list("key", flat=True))
    told = reason.format(slug=version.policy.slug, version=version, plans=plans)

    found = problems(OrderSheet, HEADER + order_row(order, **{column: value}), by=clerk)

    assert found == [f"row 2, {column}: {told}"]


@pytest.mark.clause("V-2-order")
def test_two_new_orders_of_one_file_that_overlap_are_refused_with_both_named(clerk):
    order = make_order(ends_on=date(2026, 6, 30))
    text = HEADER + order_row(order, number="ORD-A", starts_on="2026-07-01", ends_on="2026-12-31")
    text += order_row(order, number="ORD-B", starts_on="2026-12-31", ends_on="")

    found = problems(OrderSheet, text, by=clerk)

    assert found == [
        f"row 3: ORD-B and ORD-A of {order.account} would both cover all services "
        "from 2026-12-31 to 2026-12-31. Change the term or the services of one of them."
    ]
    assert Order.objects.count() == 1


def test_an_orders_end_is_not_imported_but_told_on_its_page(clerk):
    order = make_order()

    found = problems(OrderSheet, HEADER + order_row(order, state="TERMINATED"), by=clerk)

    assert found == [f"row 2: {order} was EXECUTED: change its state on its own page."]


def test_one_bad_row_and_nothing_is_saved(clerk):
    user = make_client()
    text = "order,name,email,is_active\n"
    text += user_row(user, email="new@client.example.com")
    text += user_row(user, email="no address", active="perhaps")

    plan = preview(AuthorisedUserSheet, text, by=clerk)

    assert [str(problem) for problem in plan.problems] == [
        "row 3, is_active: “perhaps” is neither yes nor no.",
        "row 3, email: Enter a valid email address.",
        "row 3, email: “no address” is not a plain mail address. Use one such as name@example.com.",
    ]
    with pytest.raises(SheetRefused):
        import_sheet(
            resource=AuthorisedUserSheet(),
            sheet=plan.sheet,
            digest=plan.digest,
            by=clerk,
            at=MORNING,
        )
    assert AuthorisedUser.objects.count() == 1


@pytest.mark.clause("V-3.5")
def test_the_rules_of_the_form_hold_for_a_file(clerk):
    user = make_client()
    text = "order,name,email,is_active\n" + user_row(user, email="ada", name="A" * 121)

    assert problems(AuthorisedUserSheet, text, by=clerk) == [
        "row 2, name: Ensure this value has at most 120 characters (it has 121).",
        "row 2, email: Enter a valid email address.",
        "row 2, email: “ada” is not a plain mail address. Use one such as name@example.com.",
    ]


def test_a_key_that_is_twice_in_the_file_names_the_first_row(clerk):
    user = make_client()
    text = "order,name,email,is_active\n"
    text += user_row(user, email="new@client.example.com")
    text += user_row(user, email="NEW@client.example.com")

    assert problems(AuthorisedUserSheet, text, by=clerk) == [
        f"row 3, order and email: “{user.order.number} · new@client.example.com” "
        "is in row 2 already."
    ]


def test_a_preview_keeps_nothing_and_what_is_the_same_stays_untouched(clerk):
    Account.objects.create(name="Fernwood")

    plan = preview(AccountSheet, "name\nFernwood\nHollow Oak\n", by=clerk)

    assert [len(plan.of(kind)) for kind in (NEW, CHANGED, UNCHANGED)] == [1, 0, 1]
    assert [account.name for account in Account.objects.all()] == ["Fernwood"]


@pytest.mark.clause("V-3.5")
def test_a_change_between_preview_and_confirmation_refuses_the_whole(clerk):
    user = make_client()
    text = "order,name,email,is_active\n" + user_row(user, name="Ada King")
    text += user_row(user, email="new@client.example.com")
    plan = preview(AuthorisedUserSheet, text, by=clerk)
    AuthorisedUser.objects.filter(pk=user.pk).update(name="Ada Lovelace")
    call = {"sheet": plan.sheet, "digest": plan.digest, "by": clerk, "at": MORNING}

    with pytest.raises(SheetOutdated):
        import_sheet(resource=AuthorisedUserSheet(), **call)

    assert [row.name for row in AuthorisedUser.objects.all()] == ["Ada Lovelace"]


def test_confirming_twice_adds_nothing_twice(clerk):
    plan = preview(AccountSheet, "name\nFernwood\n", by=clerk)
    call = {"sheet": plan.sheet, "digest": plan.digest, "by": clerk, "at": MORNING}
    import_sheet(resource=AccountSheet(), **call)

    with pytest.raises(SheetOutdated):
        import_sheet(resource=AccountSheet(), **call)

    assert Account.objects.count() == 1


def test_ten_thousand_rows_cost_no_more_statements_than_their_batches(
    clerk, django_assert_max_num_queries
):
    text = "name\n" + "".join(f"Account {number}\n" for number in range(10_000))

    with django_assert_max_num_queries(250):
        taken(AccountSheet, text, by=clerk)

    assert Account.objects.count() == 10_000
