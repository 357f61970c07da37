"""Files of clients are downloads, whatever they say they are."""

import pytest
from django.urls import reverse

from apps.tickets.models import Attachment
from apps.tickets.rules.file_names import safe_name
from apps.tickets.services import Upload
from tests.factories import make_ticket
from tests.tickets_admin.pages import reader, signed_in

pytestmark = pytest.mark.django_db


def make_file(name="page.html", content=b"<script>alert(1)</script>"):
    ticket = make_ticket(uploads=[Upload(name, "text/html", content)])
    return ticket, Attachment.objects.get(message__ticket=ticket)


def address(ticket, file):
    return reverse("admin:tickets_ticket_attachment", args=[ticket.pk, file.pk])


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "page.xhtml", "a.pdf", "a.xml"])
def test_a_file_is_only_ever_downloaded(name):
    ticket, file = make_file(name)

    answer = reader().get(address(ticket, file))

    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\boot.ini", "boot.ini"),
        ('a".exe\r\nX-Evil: 1', "a_.exeX-Evil_ 1"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("...", "attachment"),
        ("", "attachment"),
        ("Bericht März.pdf", "Bericht März.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_no_path_and_shows_its_true_ending(name, safe):
    assert safe_name(name) == safe


def test_a_file_is_found_under_its_own_ticket_only():
    _, file = make_file()

    assert reader().get(address(make_ticket(), file)).status_code == 404


def test_who_may_not_see_the_ticket_does_not_get_its_files(client):
    ticket, file = make_file()

    assert client.get(address(ticket, file)).status_code == 302
    assert signed_in()[0].get(address(ticket, file)).status_code == 403
