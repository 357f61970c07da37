"""HTML of foreign mails, as text and as a page."""

import time

import pytest

from apps.intake.html import sanitised, text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("no tags & no &amp;ntities", "no tags & no &ntities"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<p>one<p>two", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p class=MsoNormal>one</p><p>&nbsp;</p><p>two</p>", "one\n\ntwo"),
        ("one<br><br><br><br>two", "one\n\ntwo"),
        ("  one \n two\t<b> three</b>", "one two three"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b &lt;c&gt;\n</pre>d", "a\n  b <c>\nd"),
        ("a<hr>b", "a\nb"),
        ("<style>p{}</style><script>alert('<p>')</script>a<title>t</title>", "a"),
        ("a<script>never closed", "a"),
        ("a<!-- <p>b</p> -->c<!DOCTYPE x><?xml?>d<!-- open", "acd"),
        ("5 < 6 <3 &lt;b&gt; &#0; &euro;", "5 < 6 <3 <b> \ufffd €"),
        ("<o:p>office</o:p><font color=red>red</font>", "officered"),
        ('<a href="https://example.com/x">here</a>', "here <https://example.com/x>"),
        ('<a href="https://example.com/">example.com</a>', "example.com"),
        ('<a href="mailto:a@example.com">a@example.com</a>', "a@example.com"),
        ('<a href="https://example.com/x"><img src=x></a>', ""),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ('<a href="https://example.com/?a=1&amp;b=2>">x</a>', "x <https://example.com/?a=1&b=2>>"),
        ('<p title="a > b">text</p>', "text"),
        ("<b>one</i> two</b></b>", "one two"),
        ("nul\x00 bell&#7; escape&#27;[31m &#xd800;", "nul bell escape[31m \ufffd"),
    ],
)
def test_html_reads_as_text(html, text):
    assert text_of(html) == text


REL = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("", ""),
        ("plain & simple", "plain &amp; simple"),
        ("<b>one<p>two</p></b>", "<b>one</b><p>two</p>"),
        ("<p onclick=alert(1)>a</p>", "<p>a</p>"),
        ("<img src=https://example.com/pixel.png alt=x>a", "a"),
        ("<svg onload=alert(1)><p>a</p></svg>b", "b"),
        ("<form action=x><input name=p><button>Go</button></form>", "Go"),
        ("<iframe src=https://example.com></iframe>a", "a"),
        ("<base href=https://example.com><meta http-equiv=refresh>a", "a"),
        (
            '<a href="https://example.com/" target=_top>a</a>',
            f'<a href="https://example.com/" {REL}>a</a>',
        ),
        ("<a href=javascript:alert(1)>a</a>", f"<a {REL}>a</a>"),
        ("<a href=' java&#10;script:alert(1)'>a</a>", f"<a {REL}>a</a>"),
        ("<a href=/admin/logout>a</a>", f"<a {REL}>a</a>"),
        (
            "<a href=tel:+49>a<a href=tel:+50>b",
            f'<a href="tel:+49" {REL}>a</a><a href="tel:+50" {REL}>b</a>',
        ),
        ("<div style='color:red;position:fixed'>a</div>", '<div style="color:red">a</div>'),
        ("<div style='background:url(https://example.com/x)'>a</div>", '<div style="">a</div>'),
        ("<p background=https://example.com/x>a</p>", "<p>a</p>"),
        (f"<p style='color:{'r' * 3000}'>a</p>", "<p>a</p>"),
        ("<scr<script>x</script>ipt>alert(1)</script>", "xipt&gt;alert(1)"),
        ("<p title='</p><script>'>a</p>", "<p>a</p>"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
    ],
)
def test_html_is_shown_without_harm(html, safe):
    assert sanitised(html) == safe


HOSTILE = ["<div>", "<b>", "<a><p>", "<p>x", "<table><b>x", "<", "<!--", "<b x='", "<script>", "&"]
REPAIRED = ["<b id=1><p>", "<a href=https://example.com/><div>x</div>", "<td>", "</p>", "<pre>"]


@pytest.mark.parametrize("piece", [*HOSTILE, *REPAIRED])
def test_hostile_html_costs_no_more_than_its_length(piece):
    html = piece * (100_000 // len(piece))
    begun = time.perf_counter()
    sizes = len(text_of(html)), len(sanitised(html))

    assert max(sizes) < 20 * len(html)
    assert time.perf_counter() - begun < 6  # the usual is under one second


def test_only_the_first_half_million_characters_are_read():
    assert text_of("x" * 500_001) == "x" * 500_000
