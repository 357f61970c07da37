"""Money by the API: what is billed and why, for who may see it."""

import pytest

from apps.billing.invoice_pdf import document_pdf
from apps.contracts.models import AuthorisedUser
from tests.api_made import ROOT, asking, make_token
from tests.billing_made import make_charge
from tests.portal_made import invoiced, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_person()


@pytest.fixture
def program(person):
    return asking(make_token(person=person)[1])


def read(program, where, **query):
    return program.get(f"{ROOT}{where}", query).json()


@pytest.mark.clause("V-3.4.6", "S-12")
def test_invoices_have_pages_the_latest_first(person, program, django_assert_num_queries):
    references = [invoiced(person).reference for _ in range(3)][::-1]
    invoiced(make_person())

    page = read(program, "/invoices", limit=2)
    rest = read(program, "/invoices", limit=2, after=page["next"])

    assert [each["reference"] for each in page["items"] + rest["items"]] == references
    assert (rest["next"], page["items"][0]["open_amount"]) == (None, "120.00")
    with django_assert_num_queries(2):  # the token, the documents
        read(program, "/invoices")


@pytest.mark.clause("V-3.4.6", "S-13")
def test_an_invoice_says_its_lines_and_taxes_and_is_the_file_that_was_sent(
    person, program, django_assert_num_queries
):
    document = invoiced(person, amounts=("100.00", "20.00"))

    told = read(program, f"/invoices/{document.reference}")
    rest = read(program, f"/invoices/{document.reference}", from_line=2)
    file = program.get(f"{ROOT}/invoices/{document.reference}/pdf")

    assert [each["net_amount"] for each in told["lines"]] == ["100.00", "20.00"]
    assert [each["position"] for each in rest["lines"]] == [2]
    assert [(each["percent"], each["tax_amount"]) for each in told["taxes"]] == [
        ("20.000", "24.00")
    ]
    assert (told["total_amount"], told["next_line"]) == ("144.00", None)
    assert (file.headers["Content-Type"], file.content) == (
        "application/pdf",
        document_pdf(document),
    )
    with django_assert_num_queries(5):  # the token, the document, lines, charges, taxes
        read(program, f"/invoices/{document.reference}")


@pytest.mark.clause("R-8")
def test_what_is_not_invoiced_yet_says_why(person, program, django_assert_num_queries):
    make_charge(account=person.order.account, amount="12.50")
    make_charge(account=make_person().order.account)

    [told] = read(program, "/charges")["items"]

    assert (told["net_amount"], told["why"]) == (
        "12.50",
        [{"sentence": "Made for a test", "clause": "H-9"}],
    )
    with django_assert_num_queries(2):  # the token, the charges
        read(program, "/charges")


@pytest.mark.clause("V-3.5")
def test_the_right_to_see_invoices_is_asked_each_time(person, program):
    before = program.get(f"{ROOT}/invoices").status_code
    AuthorisedUser.objects.filter(pk=person.pk).update(may_see_invoices=False)
    after = program.get(f"{ROOT}/invoices")

    assert (before, after.status_code, after.json()["code"]) == (200, 403, "right-missing")
