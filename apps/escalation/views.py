"""Pages without a password: who opens one by the link of a mail says that they have it in hand."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.escalation import services
from apps.escalation.links import NoSuchLink, read_token
from apps.escalation.models import Escalation
from apps.tickets.wording import moment

PAGE = "escalation/acknowledge.html"
NO_SUCH_PAGE = 404


@never_cache
@require_http_methods(["GET", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Show an escalation to a rung of its path; the button takes it in hand.

    Opening it changes nothing, for the scanners of mail programs open links.

    Clause: V-9.2, S-7.
    """
    try:
        pk, person = read_token(token, kind="escalation")
        escalation = _admitted(pk)
    except NoSuchLink as refusal:
        return TemplateResponse(request, PAGE, {"refusal": str(refusal)}, status=NO_SUCH_PAGE)
    if request.method == "POST":
        services.acknowledge(escalation=escalation, who=person, by=None, at=timezone.now())
        return HttpResponseRedirect(request.path)
    return TemplateResponse(request, PAGE, _context(escalation, person))


def _admitted(pk: int) -> Escalation:
    """Return the escalation that a link names.

    :raises NoSuchLink: there is none that goes to anybody.
    """
    rows = Escalation.objects.exclude(state=Escalation.State.REFUSED)
    related = ("ticket__version", "ticket__account", "ticket__severity", "client", "by", "ground")
    escalation = rows.select_related(*related).filter(pk=pk).first()
    if escalation is None:
        raise NoSuchLink
    return escalation


def _context(escalation: Escalation, person: str) -> dict[str, object]:
    ticket = escalation.ticket
    zone = ticket.version.time_zone if ticket else "UTC"
    return {
        "escalation": escalation,
        "ticket": ticket,
        "is_open": escalation.state == Escalation.State.OPEN,
        "is_theirs": escalation.taken_by == person,
        "raised": moment(escalation.raised_at, zone),
        "taken": moment(escalation.taken_at, zone) if escalation.taken_at else "",
    }
