"""A page without a password: who opens it by the link of a mail says that they read an analysis."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.changes.gap_mails import LINK, version_of
from apps.changes.models import GapAcknowledgement, GapVersion
from apps.changes.services.drafts import ChangeRefused
from apps.changes.services.gap_sending import acknowledge_gap
from apps.contracts.models import AuthorisedUser
from apps.escalation.links import NoSuchLink, read_token
from apps.tickets.wording import moment

PAGE = "changes/acknowledge.html"
NO_SUCH_PAGE, REFUSED = 404, 409


@never_cache
@require_http_methods(["GET", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was sent, in a few words; the button says that it was read.

    Opening it changes nothing, for the scanners of mail programs open links.

    Clause: V-2-gap, V-3.5.
    """
    try:
        version, person = _named(token)
    except NoSuchLink as refusal:
        return TemplateResponse(request, PAGE, {"refusal": str(refusal)}, status=NO_SUCH_PAGE)
    if request.method == "POST":
        try:
            acknowledge_gap(
                version=version,
                person=person,
                way=GapAcknowledgement.Way.LINK,
                at=timezone.now(),
            )
        except ChangeRefused as refusal:
            context = {**_context(version), "problem": str(refusal)}
            return TemplateResponse(request, PAGE, context, status=REFUSED)
        return HttpResponseRedirect(request.path)
    return TemplateResponse(request, PAGE, _context(version))


def _named(token: str) -> tuple[GapVersion, AuthorisedUser]:
    """Return the version and the person that a link names.

    The person has the address still to which the link was sent: with another one it is nobody's.

    :raises NoSuchLink: there is no such version, or nobody there any more.
    """
    pk, address = read_token(token, kind=LINK)
    found = GapVersion.objects.filter(pk=pk).first()
    if found is None:
        raise NoSuchLink
    version = version_of(found.pk)
    people = version.analysis.order.authorised_users.filter(is_active=True, email__iexact=address)
    person = people.first()
    if person is None:
        raise NoSuchLink
    return version, person


def _context(version: GapVersion) -> dict[str, object]:
    zone = str(version.analysis.order.zone)
    read = GapAcknowledgement.objects.filter(version=version).first()
    later = version.analysis.versions.filter(number__gt=version.number).exists()
    return {
        "version": version,
        "analysis": version.analysis,
        "sent": moment(version.sent_at, zone),
        "read": read,
        "read_at": moment(read.at, zone) if read else "",
        "is_replaced": later,
    }
