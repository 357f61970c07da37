"""How pages read, by mail and as pushes. Each is made of facts, at the moment it is sent."""

from typing import Any

from apps.contracts.models import User
from apps.escalation.links import token_of
from apps.escalation.models import Page
from apps.escalation.on_call_mails import text_of, url_of
from apps.escalation.services import paging, reaching
from apps.outbox.pushing import Push, pushes
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.wording import moment

LINK = "page"


@renders(paging.RAISED)
def raised(payload: dict[str, Any]) -> Email:
    """Tell somebody of an alert, with the link by which they take it in hand.

    Clause: S-2, S-3.

    :raises Withdrawn: somebody has it in hand by now.
    """
    page, user = _open(payload), User.objects.get(pk=payload["user_id"])
    return Email(
        subject=f"Page: {page.subject}",
        text=text_of("mail/page_raised.txt", _facts(page, user)),
    )


@pushes(paging.RAISED)
def raised_as_push(payload: dict[str, Any]) -> Push:
    """Tell the same by a service of theirs, in fewer words.

    :raises Withdrawn: somebody has it in hand by now, or the contact is not there any more.
    """
    page, user = _open(payload), User.objects.get(pk=payload["user_id"])
    text = text_of("mail/page_push.txt", _facts(page, user))
    return Push(reaching.address_of(payload["contact_id"]), f"Page: {page.subject}", text)


@renders(paging.GIVEN_UP)
def given_up(payload: dict[str, Any]) -> Email:
    """Tell a duty manager that nobody took a page, and whom it went to.

    Clause: S-2, S-3.

    :raises Withdrawn: somebody has it in hand by now.
    """
    page = _open(payload)
    steps = page.steps.select_related("user").order_by("step")
    context = {
        "page": page,
        "raised": moment(page.raised_at, "UTC"),
        "steps": [(step, moment(step.at, "UTC")) for step in steps],
        "url": url_of("admin:escalation_page_change", page.pk),
    }
    what = "Nobody could be told" if page.state == Page.State.UNTOLD else "Nobody answers"
    return Email(subject=f"{what}: {page.subject}", text=text_of("mail/page_given_up.txt", context))


@pushes(reaching.TESTED)
def tested(payload: dict[str, Any]) -> Push:
    """Say a few words, to see whether they arrive.

    :raises Withdrawn: the contact is not there any more.
    """
    text = "This is a test. Pages will reach you like this."
    return Push(reaching.address_of(payload["contact_id"]), "Faultline: a test", text)


def _open(payload: dict[str, Any]) -> Page:
    page = Page.objects.select_related("acknowledged_by").get(pk=payload["page_id"])
    if page.state == Page.State.ACKNOWLEDGED:
        raise Withdrawn(f"{page.acknowledged_by} has it in hand.")
    return page


def _facts(page: Page, user: User) -> dict[str, Any]:
    return {
        "page": page,
        "raised": moment(page.raised_at, user.time_zone),
        "url": url_of("page_acknowledge", token_of(LINK, page.pk, str(user.pk))),
    }
