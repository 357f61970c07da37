"""HTML of foreign mails: as text to read, and as a page that does no harm.

nh3 decides what is allowed. Before it stands a reduction of our own, because
its parser repairs broken nesting by copying, and a few kilobytes made for that
grow into many megabytes. What it gets is short, well nested and never deep.

Clause: none (safety of pages).
"""

import re
from html import escape, unescape

import nh3

from apps.intake.rules.charsets import storable

MAX_HTML = 500_000  # characters read; the raw mail holds the rest
MAX_OPEN = 60  # tags open at once; those further in lose their markup, not their text
MAX_STYLING = 6  # of them such as <b>, which a parser copies

_BLOCKS = {
    *("p", "div", "blockquote", "pre", "hr", "ul", "ol", "li", "dl", "dt", "dd", "center"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "td", "th"),
}
_STYLING = {"a", "b", "strong", "i", "em", "u", "s", "strike", "code", "small", "big"}
_TAGS = {*_BLOCKS, *_STYLING, "br", "span", "sub", "sup"}
_VOID = {"br", "hr"}
# What a parser would close by itself, and by which tags.
_ENDED_BY = {
    **{tag: ("p",) for tag in _BLOCKS},
    **{tag: ("p", tag) for tag in ("p", "li", "dt", "dd", "tr", "td", "th")},
}
# What these hold is for programs; some are never closed in mails that were cut off.
_UNSEEN = ("script", "style", "title", "template", "noscript", "svg", "math", "iframe", "object")
_ATTRIBUTES = {
    "a": {"href"},
    "td": {"style", "colspan", "rowspan"},
    "th": {"style", "colspan", "rowspan"},
    **{tag: {"style"} for tag in ("p", "div", "span", "blockquote", "pre", "table", "tr", "li")},
}
# No property here takes a url(), nor moves anything over what is not the mail's.
_PROPERTIES = {
    *("color", "background-color", "font-weight", "font-style", "text-decoration"),
    *("text-align", "margin-left", "padding-left", "border-left"),
}
_MAX_ATTRIBUTE = 2_000

# Never fails and never goes back, so that the cost is that of the length.
_TOKEN = re.compile(
    r"<!--.*?(?:--!?>|\Z)"
    rf"|<(?P<unseen>{'|'.join(_UNSEEN)})\b.*?(?:</(?P=unseen)\b[^>]*+>?|\Z)"
    r"|<(?P<close>/?)(?P<tag>[a-z][a-z0-9:-]*+)"
    r"(?P<attributes>(?:[^>=]++|=\s*+(?:\"[^\"]*+\"?|'[^']*+'?)?+)*+)>?"
    r"|<[!?/][^>]*+>?"
    r"|(?P<text>[^<]++|<)",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([a-z-]+)\s*=\s*(?:\"([^\"]*)\"?|'([^']*)'?|([^\s\"'>]+))", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_CLEAN_TOKEN = re.compile(r"<(/?)([a-z0-9]+)(?: href=\"([^\"]*)\")?>|([^<]+)")


def text_of(html: str) -> str:
    """Return the readable text of an HTML mail: blocks on their own lines, links spelt out.

    Clause: none (safety of pages).
    """
    clean = nh3.clean(
        _reduced(html),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    return _squeezed(storable(_lines(clean)))


def sanitised(html: str) -> str:
    """Return HTML that may be shown in a sandbox: no programs, forms, images or outside content.

    Links stay, and tell their target neither who sent the reader nor which page opened it.

    Clause: none (safety of pages).
    """
    return nh3.clean(
        _reduced(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",
        filter_style_properties=_PROPERTIES,
        link_rel="noopener noreferrer nofollow",
    )


def _reduced(html: str) -> str:
    """Return the known tags only, each closed in its place, and at most ``MAX_OPEN`` deep."""
    out: list[str] = []
    opened: list[str] = []
    for token in _TOKEN.finditer(html[:MAX_HTML].replace("\x00", "")):
        tag = (token["tag"] or "").lower()
        if token["text"]:
            out.append(escape(unescape(token["text"]), quote=False))
        elif tag in _VOID:
            out.append(f"<{tag}>")
        elif tag in _TAGS and token["close"]:
            _close(out, opened, tag)
        elif tag in _TAGS:
            _open(out, opened, tag, token["attributes"])
    out.extend(f"</{tag}>" for tag in reversed(opened))
    return "".join(out)


def _open(out: list[str], opened: list[str], tag: str, attributes: str) -> None:
    if tag in _BLOCKS:
        # Styling that spans blocks is what a parser repairs with copies, so none does.
        while opened and opened[-1] in _STYLING:
            out.append(f"</{opened.pop()}>")
    if tag == "a" or (opened and opened[-1] in _ENDED_BY.get(tag, ())):
        _close(out, opened, "a" if tag == "a" else opened[-1])
    styling = sum(name in _STYLING for name in opened)
    if len(opened) < MAX_OPEN and (tag not in _STYLING or styling < MAX_STYLING):
        opened.append(tag)
        out.append(f"<{tag}{_attributes(tag, attributes)}>")


def _close(out: list[str], opened: list[str], tag: str) -> None:
    """Close the nearest such tag and all that was left open inside it; nothing if none is."""
    if tag in opened:
        while (name := opened.pop()) != tag:
            out.append(f"</{name}>")
        out.append(f"</{tag}>")


def _attributes(tag: str, text: str) -> str:
    wanted = _ATTRIBUTES.get(tag, set())
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text) if wanted else ():
        value = unescape("".join(values))
        if name.lower() in wanted and len(value) <= _MAX_ATTRIBUTE:
            found.setdefault(name.lower(), value)
    return "".join(f' {name}="{escape(value)}"' for name, value in found.items())


def _lines(clean: str) -> str:
    """Return the text of clean HTML, a newline where a block begins or ends."""
    out = ["\n"]
    link, label, kept = "", 0, 0
    for close, tag, href, text in _CLEAN_TOKEN.findall(clean):
        fresh = out[-1].endswith("\n")
        if text:
            words = unescape(text) if kept else _SPACE.sub(" ", unescape(text))
            piece = words.lstrip(" ") if out[-1][-1] in " \n" and not kept else words
        elif tag == "a":
            piece = _target(link, "".join(out[label:])) if close else ""
            link, label = unescape(href), len(out)
        else:
            kept += (tag == "pre") * (-1 if close else 1)
            piece = _break(tag, bool(close), fresh)
        if piece:  # so that the last one tells whether a line has begun
            out.append(piece)
    return "".join(out)


def _target(link: str, label: str) -> str:
    """Return where a link leads, unless its words say so."""
    named = link.partition(":")[2].strip("/")
    return f" <{link}>" if label.strip() and named not in label else ""


def _break(tag: str, closing: bool, fresh: bool) -> str:
    """Return what stands in a text for the begin or end of a tag."""
    if tag == "br":
        return "\n"
    if tag in {"td", "th"}:
        return " " if closing else ""
    if tag not in _BLOCKS:
        return ""
    return ("" if fresh else "\n") + ("- " if tag == "li" and not closing else "")


def _squeezed(text: str) -> str:
    """Return the text without blanks at line ends, its blank lines singly."""
    lines = "\n".join(line.rstrip() for line in text.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
