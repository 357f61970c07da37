"""Whether a machine wrote a mail: its answers are no requests, and no replies either.

The signs are those of RFC 3834 and of the mail systems in use. Three that
might be expected are left out, because persons' mails carry them too:
``X-Auto-Response-Suppress`` (Exchange and ticket systems ask for silence with
it), senders called noreply (a client's monitoring may be entitled to open
tickets), and subjects such as "Out of office" (words, and in every language).

Clause: V-8.1, V-2-response.
"""

from collections.abc import Collection

from .mail import ParsedMail

_MACHINES = {"mailer-daemon", "postmaster", "double-bounce"}
_PRECEDENCES = {"bulk", "junk", "list", "auto_reply"}
_LIST_FIELDS = ("list-id", "list-post", "list-help", "list-unsubscribe", "list-subscribe")
_ROBOT_FIELDS = (
    *("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoresponse"),
    *("x-auto-reply", "x-auto-reply-from", "x-mail-autoreply", "x-vacation"),
)
_REPORTS = (
    "multipart/report",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
)


def automatic_reason(mail: ParsedMail, *, own_addresses: Collection[str]) -> str:
    """Return why a machine must have written the mail, in words for staff; "" for a person's.

    ``own_addresses`` are those we send from, in any case: our own mail coming
    back is a machine's as well.

    Clause: V-8.1, V-2-response.
    """
    first: dict[str, str] = {}
    for name, value in mail.headers:
        first.setdefault(name, value)
    own = {address.strip().lower() for address in own_addresses}
    return (
        _our_own(mail, first, own)
        or _declared(first)
        or _report(mail, first)
        or _bounce(mail, first)
        or _mass(first)
    )


def _our_own(mail: ParsedMail, first: dict[str, str], own: set[str]) -> str:
    if mail.sender in own:
        return f"It comes from our own address {mail.sender}."
    if first.get("x-loop", "").lower().strip("<> ") in own:
        return "Its X-Loop says that it went through our mailbox before."
    return ""


def _declared(first: dict[str, str]) -> str:
    """The fields by which a machine says so itself."""
    submitted = first.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted not in {"no", ""}:
        return f"Its Auto-Submitted says “{submitted[:40]}”."
    for name in _ROBOT_FIELDS:
        if first.get(name, "no").lower() != "no":
            return f"It carries {name.title()}, as automatic answers do."
    return ""


def _report(mail: ParsedMail, first: dict[str, str]) -> str:
    kinds = [first.get("content-type", "").partition(";")[0].strip().lower()]
    kinds += [part.content_type for part in mail.attachments]
    reports = [kind for kind in kinds if kind in _REPORTS]
    return f"It is a report of a mail system ({reports[0]})." if reports else ""


def _bounce(mail: ParsedMail, first: dict[str, str]) -> str:
    if first.get("return-path", "").replace(" ", "") == "<>":
        return "Its Return-Path is empty, so nobody waits for an answer."
    if "x-failed-recipients" in first:
        return "It names recipients that a mail did not reach."
    if mail.sender.partition("@")[0] in _MACHINES:
        return f"It comes from a mail system ({mail.sender})."
    return ""


def _mass(first: dict[str, str]) -> str:
    precedence = first.get("precedence", "").lower()
    if precedence in _PRECEDENCES:
        return f"Its Precedence is “{precedence}”."
    named = [name for name in _LIST_FIELDS if name in first]
    return f"It went through a mailing list ({named[0].title()})." if named else ""
