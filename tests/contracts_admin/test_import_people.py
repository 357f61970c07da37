"""Names and rights in a list: empty cells, names that look alike, and who is faster."""

import pytest

from apps.contracts.models import Account, AuthorisedUser
from apps.contracts.services.sheets import SheetOutdated, import_sheet, preview_sheet
from apps.contracts.sheets.resources import RIGHTS, AccountSheet, AuthorisedUserSheet
from tests.contracts_admin.sheets import preview, problems, sheet_of, taken
from tests.factories import MORNING, make_client, make_order, make_staff

pytestmark = pytest.mark.django_db
OUTDATED = (
    "Nothing was imported: some of these rows were changed since the preview. "
    "Look at it again and confirm once more."
)


@pytest.fixture
def clerk():
    return make_staff(name="clerk")


@pytest.mark.clause("V-3.5")
def test_an_empty_right_is_the_usual_one_for_a_new_person_and_none_for_a_known_one(clerk):
    known = make_client()
    AuthorisedUser.objects.filter(pk=known.pk).update(
        may_open=False, may_see_invoices=True, sees_all_tickets=False
    )
    header = f"order,name,email,is_active,{','.join(RIGHTS)}\n"
    empty = "," * len(RIGHTS)
    text = header + f"{known.order.number},Ada King,{known.email},yes{empty}\n"
    text += f"{known.order.number},Bob,bob@client.example.com,yes{empty}\n"

    plan = taken(AuthorisedUserSheet, text, by=clerk)

    rights = {
        row.name: [getattr(row, name) for name in RIGHTS]
        for row in known.order.authorised_users.all()
    }
    assert rights == {
        "Ada King": [False, True, True, True, False, False],
        "Bob": [True, True, True, False, False, True],
    }
    assert [change.differences for change in plan.of("changed")] == [
        [("name", "Ada Client", "Ada King")]
    ]


@pytest.mark.clause("V-3.5")
def test_who_sees_only_their_own_tickets_is_set_by_a_list_and_shown_before(clerk):
    person = make_client()
    text = "order,name,email,is_active,sees_all_tickets\n"
    text += f"{person.order.number},{person.name},{person.email},yes,NO\n"

    (change,) = taken(AuthorisedUserSheet, text, by=clerk).of("changed")

    person.refresh_from_db()
    assert change.differences == [("sees_all_tickets", "yes", "no")]
    assert person.sees_all_tickets is False


def test_whether_somebody_is_active_is_always_said(clerk):
    text = f"order,name,email,is_active\n{make_order().number},Bob,bob@client.example.com,\n"

    assert problems(AuthorisedUserSheet, text, by=clerk) == ["row 2, is_active: is empty."]


@pytest.mark.parametrize(
    "name",
    ["FERNWOOD Straße", "Fernwood  Strasse", "fernwood\u00a0straße", "Fernwood Stra\u00dfe "],
)
def test_a_name_that_looks_like_one_that_is_there_is_refused_with_it(clerk, name):
    Account.objects.create(name="Fernwood straße")
    Account.objects.create(name="Hollow Oak")

    assert problems(AccountSheet, f"name\nHollow Oak\n{name}\n", by=clerk) == [
        f"row 3, name: “{name.strip()}” differs only in case, spaces or dashes from "
        "“Fernwood straße”, which is there. Write it like that."
    ]


def test_two_names_of_one_file_that_look_alike_are_refused_with_the_first_row(clerk):
    assert problems(AccountSheet, "name\nÉtoile\nHollow Oak\nE\u0301TOILE\n", by=clerk) == [
        "row 4, name: “E\u0301TOILE” differs only in case, spaces or dashes from “Étoile” "
        "in row 2. Keep one."
    ]


def test_names_that_look_alike_and_are_there_already_stay_importable(clerk):
    for name in ("Fernwood", "FERNWOOD"):
        Account.objects.create(name=name)

    assert problems(AccountSheet, "name\nFernwood\nFERNWOOD\n", by=clerk) == []


class SomebodyFaster(AccountSheet):
    """A list beside which somebody else adds the same account, once it has been compared."""

    class Meta(AccountSheet.Meta):
        pass

    def clashes(self, rows, known):
        yield from super().clashes(rows, known)
        Account.objects.create(name=rows[0].cells["name"])


def test_who_adds_the_same_row_at_the_last_moment_is_told_of_and_nothing_is_half_saved(clerk):
    plan = preview(AccountSheet, "name\nFernwood\nHollow Oak\n", by=clerk)
    call = {"sheet": plan.sheet, "digest": plan.digest, "by": clerk, "at": MORNING}

    with pytest.raises(SheetOutdated) as refused:
        import_sheet(resource=SomebodyFaster(), **call)

    assert str(refused.value) == OUTDATED
    assert [account.name for account in Account.objects.all()] == []


def test_a_preview_beside_which_the_same_row_is_added_is_refused_in_words(clerk):
    sheet = sheet_of(AccountSheet, "name\nFernwood\n")

    with pytest.raises(SheetOutdated) as refused:
        preview_sheet(resource=SomebodyFaster(), sheet=sheet, by=clerk, at=MORNING)

    assert str(refused.value) == OUTDATED


def test_an_order_that_is_not_there_is_named(clerk):
    text = "order,name,email,is_active\nO-404,Bob,bob@client.example.com,yes\n"

    assert problems(AuthorisedUserSheet, text, by=clerk) == [
        "row 2, order: there is no order “O-404”. Import or add it first."
    ]
