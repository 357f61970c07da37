"""What the mails of our corpus say."""

import pytest

from apps.intake.rules.mail import Part, parse
from tests.intake.mails import raw, read, reads_as

pytestmark = pytest.mark.clause("V-8.1")


def test_a_plain_mail_is_read_whole():
    text = "Hello,\n\nno calls since nine.\n\nAda"

    assert read("plain") == reads_as("plain", text=text)


def test_every_header_field_is_kept_in_order_for_later_checks():
    assert parse(raw("plain")).headers == (
        ("from", "Ada Reseller <ada@example.com>"),
        ("to", "support@example.org"),
        ("subject", "No calls"),
        ("message-id", "<plain@mail.example.com>"),
        ("date", "Mon, 04 Mar 2024 10:00:00 +0100"),
        ("mime-version", "1.0"),
        ("content-type", 'text/plain; charset="us-ascii"'),
    )


def test_a_mail_in_html_only_has_no_plain_text():
    page = "<html><body><p>No calls – since nine</p></body></html>"

    assert read("html_only") == reads_as("html_only", html=page)


def test_outlook_sends_both_forms_an_inline_image_and_a_folded_message_id():
    assert read("outlook") == reads_as(
        "outlook",
        message_id="AM0PR01MB0001@AM0PR01MB0001.prod.example.net",
        sender="joerg.mueller@example.com",
        sender_name="Müller, Jörg",
        to=("support@example.org", "kim@example.net"),
        subject="Störung",
        text="Störung im Büro [cid:image001.png@01DA]",
        html='<p class="MsoNormal">Störung im Büro <img src="cid:image001.png@01DA"></p>',
        attachments=(Part("image001.png", "image/png", b"\x89PNG\r\n\x1a\n"),),
    )


def test_an_answer_from_gmail_names_what_it_answers():
    quoted = "On Mon, Mar 4, 2024 at 9:00 AM Support <support@example.org> wrote:"

    assert read("gmail_reply") == reads_as(
        "gmail_reply",
        message_id="CAAA+bc=d_e@mail.example.com",
        in_reply_to=("ticket.17.ack@faultline.example.org",),
        references=("ticket.17.ack@faultline.example.org", "other@example.net"),
        to=("support@example.org", "kim@example.net"),
        subject="Re: [FL-000017] No calls",
        text=f"Works again, thanks 🎉\n\n{quoted}\n> Please try again.",
        html='<div dir="ltr">Works again, thanks 🎉</div>',
    )


def test_texts_around_an_attachment_are_one_text():
    assert read("apple_mail") == reads_as(
        "apple_mail",
        text="Before the trace.\n\nAfter the trace.",
        attachments=(Part("trace.log", "text/plain", b"INVITE"),),
    )


def test_a_plain_footer_does_not_pass_for_the_whole_of_an_html_mail():
    page = "<p>No calls</p>\n<pre>-- \nSent through &lt;a list&gt;</pre>"

    assert read("html_with_plain_footer") == reads_as("html_with_plain_footer", html=page)


def test_a_blank_plain_alternative_counts_as_none():
    assert read("empty_alternative") == reads_as("empty_alternative", html="<p>No calls</p>")


def test_a_phone_sends_its_text_as_base64():
    assert read("phone") == reads_as(
        "phone",
        text="See photo.\n\nSent from my phone",
        attachments=(Part("IMG_0001.jpeg", "image/jpeg", b"\xff\xd8\xff\xe0\x00\x10"),),
    )


def test_uuencode_stays_as_text():
    text = "See below.\nbegin 644 a.txt\n#0V%T\n`\nend"

    assert read("uuencoded") == reads_as("uuencoded", text=text)


def test_a_mailbox_line_before_the_header_is_dropped():
    name = "bare_newlines_from_a_pipe"

    assert read(name) == reads_as(name, text="Hi\nthere")


def test_carriage_returns_alone_end_lines():
    name = "carriage_returns_only"

    assert read(name) == reads_as(name, text="Hi\nthere")


def test_controls_and_nul_are_taken_out_of_every_text():
    assert read("control_characters") == reads_as("control_characters", text="abc\tde")


def test_a_header_without_an_end_is_read_up_to_the_first_other_line():
    assert read("header_without_end") == reads_as(
        "header_without_end",
        sender_name="",
        to=(),
        subject="",
        text="Hello, no calls.",
        defects=("The header ends without an empty line.",),
    )


def test_a_mail_without_id_and_date_is_read_and_says_so():
    assert read("no_message_id_no_date") == reads_as(
        "no_message_id_no_date",
        message_id="",
        sender_name="",
        to=(),
        sent_at=None,
        text="Hi",
        defects=("There is no usable Message-ID.", "There is no usable Date."),
    )


def test_other_ticket_systems_name_where_answers_go():
    assert read("other_ticket_system") == reads_as(
        "other_ticket_system",
        sender="help@example.net",
        sender_name="Help (Acme)",
        reply_to="help+4711@example.net",
        subject="Re: [ACME-4711] [FL-000017] No calls",
        text="##- Please type your reply above this line -##\nSolved.",
    )


def test_a_bounce_has_the_mail_system_as_sender():
    assert read("bounce") == reads_as(
        "bounce",
        sender="mailer-daemon",
        sender_name="Mail Delivery System",
        subject="Undelivered Mail Returned to Sender",
        text="Your mail could not be delivered.",
        attachments=(
            Part("delivery-status.txt", "message/delivery-status", b"Action: failed"),
            Part("headers.txt", "text/rfc822-headers", b"Subject: [FL-000017] No calls"),
        ),
    )
