"""Pages without a login: a person's on-call calendar, and taking a page in hand."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.contracts.models import User
from apps.escalation.feed import calendar_of
from apps.escalation.links import NoSuchLink, read_token
from apps.escalation.models import CalendarAddress, Page
from apps.escalation.page_mails import LINK
from apps.escalation.services import paging
from apps.escalation.services.calendars import digest_of
from apps.tickets.wording import moment

PAGE = "escalation/page.html"
NOT_FOUND = 404


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Return the calendar of whoever has this address; a revoked one is not there any more.

    Clause: S-2.
    """
    rows = CalendarAddress.objects.standing().select_related("user")
    found = rows.filter(digest=digest_of(token), user__is_active=True).first()
    if found is None:
        raise Http404("There is no such calendar.")
    return HttpResponse(
        calendar_of(found.user, at=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"X-Content-Type-Options": "nosniff"},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Show a page to who was told of it; the button takes it in hand.

    Opening it changes nothing, for the scanners of mail programs open links.

    Clause: S-2.
    """
    try:
        page, user = _meant(token)
    except NoSuchLink as refusal:
        return TemplateResponse(request, PAGE, {"refusal": str(refusal)}, status=NOT_FOUND)
    if request.method == "POST":
        paging.acknowledge(page=page, by=user, at=timezone.now())
        return HttpResponseRedirect(request.path)
    taken_at = page.acknowledged_at
    context = {
        "page": page,
        "user": user,
        "is_open": page.state != Page.State.ACKNOWLEDGED,
        "raised": moment(page.raised_at, user.time_zone),
        "taken": moment(taken_at, user.time_zone) if taken_at else "",
    }
    return TemplateResponse(request, PAGE, context)


def _meant(token: str) -> tuple[Page, User]:
    """Return the page and the person that a link names.

    :raises NoSuchLink: it names none, or somebody who left.
    """
    pk, person = read_token(token, kind=LINK)
    page = Page.objects.select_related("acknowledged_by", "ticket").filter(pk=pk).first()
    user = User.objects.filter(pk=person or 0, is_active=True, is_staff=True).first()
    if page is None or user is None:
        raise NoSuchLink
    return page, user
