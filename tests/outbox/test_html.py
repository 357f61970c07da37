"""The HTML part: one frame, made from the text; nothing of others is markup in it."""

import re

import pytest

from apps.outbox.html import html_of
from apps.outbox.rendering import Email
from apps.outbox.transport import compose
from tests.outbox.making import make_message

OURS = "https://faultline.example.com"


@pytest.fixture(autouse=True)
def site(settings):
    settings.BASE_URL = OURS


def body(text, *, automatic=True):
    """What is between the frame's outer tags, without its styles and its line breaks."""
    page = html_of(Email(subject="Tea", text=text, automatic=automatic))
    inner = page.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    plain = re.sub(r'\s+style="[^"]*"', "", inner)
    return (
        re.sub(r"[ \n]*(<[^>]*>)[ \n]*", r"\1", plain).removeprefix("<div>").removesuffix("</div>")
    )


def links(text, *, automatic):
    return re.findall(r'<a href="([^"]*)"', body(text, automatic=automatic))


def test_facts_lists_and_wrapped_lines_are_seen_for_what_they_are():
    text = (
        "Resolution was missed.\n"
        "\n"
        "Ticket:    FL-1 No dial tone\n"
        "Reason:    one\n"
        "two\n"
        "\n"
        "Why:\n"
        "  - The clock starts.\n"
        "  - It ends.\n"
        "\n"
        "Keep FL-1 in the subject of whatever you write about it, so that it\n"
        "reaches the same ticket.\n"
    )

    assert body(text) == (
        '<p dir="auto">Resolution was missed.</p>'
        '<div><table role="presentation">'
        '<tr><td>Ticket</td><td dir="auto">FL-1 No dial tone</td></tr>'
        '<tr><td>Reason</td><td dir="auto">one<br>two</td></tr>'
        "</table></div>"
        '<p dir="auto">Why:</p>'
        '<ul><li dir="auto">The clock starts.</li><li dir="auto">It ends.</li></ul>'
        '<p dir="auto">Keep FL-1 in the subject of whatever you write about it, so that it'
        " reaches the same ticket.</p>"
    )


def test_what_a_person_wrote_keeps_its_lines_its_indent_and_its_dashes():
    long = "This is a line of more than sixty characters, and a person ended it"
    text = f"{long}\nhere.\n\n  - Order: 1\n  Port: 2\n\n--\nGrace\nFL-1\n"

    assert body(text, automatic=False) == (
        f'<p dir="auto">{long}<br>here.</p>'
        '<p dir="auto">\u00a0\u00a0- Order: 1<br>\u00a0\u00a0Port: 2</p>'
        '<p dir="auto">Grace<br>FL-1</p>'
    )


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ subject }}{% now 'Y' %}"
ESCAPED = (
    "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;"
    "{{ subject }}{% now &#x27;Y&#x27; %}"
)


@pytest.mark.parametrize("automatic", [True, False])
def test_what_others_wrote_is_text_and_never_markup(automatic):
    page = html_of(Email(subject=HOSTILE, text=f"{HOSTILE}\n", automatic=automatic))

    assert f"<title>{ESCAPED}</title>" in page
    assert f'margin:0 0 16px">{ESCAPED}</p>' in page


@pytest.mark.parametrize(
    "text", ["Subject:  {}\nFrom:     Ada\n", "Subject:  Tea\n{}:  x\n", "Why:\n  - {}\n"]
)
def test_facts_and_lists_are_escaped_too(text):
    assert "<b>" not in html_of(Email(subject="Tea", text=text.format("<b>bold</b>")))


def test_what_no_page_may_carry_is_left_out():
    assert body("a\x00b\x1bc\x7fd\x0ce\r\n", automatic=False) == '<p dir="auto">abcde</p>'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://docs.example.com/a?b=1&c=2.", ["https://docs.example.com/a?b=1&amp;c=2"]),
        ("(http://example.com/x)", ["http://example.com/x"]),
        ("https://example.com/a_(b)", ["https://example.com/a_(b)"]),
        ('https://example.com/"onclick="x', ["https://example.com/"]),
        ("https://example.com/\u202egpj.exe", ["https://example.com/"]),
        ("javascript:alert(1) data:text/html,x example.com a@example.com file:///etc", []),
        ("<https://example.com>", ["https://example.com"]),
    ],
)
def test_whole_web_addresses_of_a_person_become_links_and_nothing_else(text, found):
    assert links(text, automatic=False) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{OURS}/admin/", [f"{OURS}/admin/"]),
        (OURS, [OURS]),
        ("Subject:  https://evil.example.net\nFrom:  Eve", []),
        (f"{OURS}.evil.example.net/ {OURS}@evil.example.net/", []),
    ],
)
def test_an_automatic_mail_links_to_our_own_site_only(text, found):
    assert links(text, automatic=True) == found


def test_a_link_reads_as_where_it_goes():
    assert body("https://example.com/?a&b", automatic=False) == (
        '<p dir="auto"><a href="https://example.com/?a&amp;b" rel="noopener noreferrer">'
        "https://example.com/?a&amp;b</a></p>"
    )


def test_the_page_fetches_nothing_and_sets_no_colours_against_a_dark_mode():
    page = html_of(Email(subject="Tea", text="Hello\n\n--\nGrace", language="de"))

    assert re.findall(r"(?:src|url|@import|<link|<style|<script|background)", page) == []
    assert '<html lang="de">' in page
    assert '<meta name="color-scheme" content="light dark">' in page


def test_html_of_ones_own_is_sent_as_it_is():
    assert html_of(Email(subject="Tea", text="Hello", html="<p>Hello</p>")) == "<p>Hello</p>"


@pytest.mark.django_db
def test_a_mail_has_both_parts_the_text_first():
    mail = compose(make_message(), Email(subject="Tea", text="Hello")).message()

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.get_payload()] == ["text/plain", "text/html"]


def test_a_long_text_takes_no_long_time():
    text = "https://" * 50_000 + "\n" + "a: b\n" * 50_000

    assert len(html_of(Email(subject="Tea", text=text))) > len(text)
