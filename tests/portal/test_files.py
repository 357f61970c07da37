"""Files of tickets: only through a check, and never shown or run by a browser in our name."""

import re
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.contracts.models import AuthorisedUser
from apps.tickets.models import Attachment
from tests.factories import make_ticket
from tests.portal_made import file_of, make_person, signed_in
from tests.tickets.reading import later

pytestmark = pytest.mark.django_db
SCRIPT = b"<script>alert(document.domain)</script>"
# What a browser might take for a page, by its name, its type or what is in it.
DISGUISED = {
    "page.html": ("text/html", b"<!DOCTYPE html>" + SCRIPT),
    "page.xhtml": ("application/xhtml+xml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"),
    "drawing.svg": ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT),
    "photo.png": ("image/png", b"\x89PNG\r\n\x1a\n" + SCRIPT),
    "photo.gif": ("text/html", b"GIF89a" + SCRIPT),
    "trace.txt": ("text/html;charset=utf-7", b"+ADw-script+AD4-alert(1)"),
    "feed.xml": ("text/xml", b"<?xml-stylesheet href='x.xsl'?><a/>"),
    "plan.pdf": ("application/pdf", b"%PDF-1.7" + SCRIPT),
    "no name in it": ("", SCRIPT),
    'a"; filename="b.html': ("text/html", SCRIPT),
    "line\r\nSet-Cookie: a=b.txt": ("text/plain", b"x"),
    "\u202egnp.exe.txt": ("image/png", b"x"),
}


@pytest.fixture(autouse=True)
def an_hour_later():
    with time_machine.travel(later(hours=1), tick=False):
        yield


def test_what_is_uploaded_is_downloaded_as_it_came_and_shown_by_no_browser():
    person = make_person()
    browser, ticket = signed_in(person), make_ticket(requester=person)
    where = reverse("portal:ticket", args=[ticket.pk])
    for name, (kind, content) in DISGUISED.items():
        file = SimpleUploadedFile(name, content, content_type=kind)
        said = {"act_key": uuid4(), "text": name, "attached": [file]}
        assert browser.post(f"{where}reply/", said).status_code == 302

    files = Attachment.objects.order_by("pk")
    got = [browser.get(reverse("portal:ticket_file", args=[file.pk])) for file in files]
    page = browser.get(where).text

    assert [each.content for each in got] == [content for _, content in DISGUISED.values()]
    told = ["Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "X-Frame-Options"]
    harmless = ("application/octet-stream", "nosniff", "sandbox; default-src 'none'", "DENY")
    assert {tuple(each[name] for name in told) for each in got} == {harmless}
    plain = re.compile(r"""attachment; filename(="[^"\\\r\n]+"|\*=utf-8''[\w.%~-]+)""")
    assert [each for each in got if not plain.fullmatch(each["Content-Disposition"])] == []
    assert {name for each in got for name in each.cookies} == set()
    links = re.findall(r'<a href="/portal/tickets/files/\d+/" download>', page)
    assert (len(links), page.count("/portal/tickets/files/")) == (len(DISGUISED),) * 2


@pytest.mark.clause("V-3.5")
def test_a_colleagues_file_is_there_for_who_sees_all_tickets_and_not_for_others():
    owner = make_person()
    one, other = make_person(order=owner.order), make_person(order=owner.order)
    AuthorisedUser.objects.filter(pk=other.pk).update(sees_all_tickets=False)
    where = reverse("portal:ticket_file", args=[file_of(owner).pk])

    assert [signed_in(each).get(where).status_code for each in (one, other)] == [200, 404]
