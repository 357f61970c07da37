"""New request: who asks, then what; the answer with its reasons before or after it is taken.

A call is one of them: what becomes of it, a ticket or none, is chosen on the same form.
"""

from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.contracts import queries as contracts
from apps.contracts.admin.keys import key_in
from apps.contracts.models import Appointment, AuthorisedUser, Clause, Service, User
from apps.contracts.rules.entitlement import Answer, Wanted
from apps.intake import services
from apps.intake.admin.call_taken import callers, names_ticket, registered, take_call
from apps.intake.admin.new_request_form import NewRequestForm
from apps.intake.models import RefusedRequest
from apps.intake.rules.phone import ending_of
from apps.tickets.admin.entitled import checks
from apps.tickets.admin.refusals import in_full
from apps.tickets.models import Ticket
from apps.tickets.services import Refused

WHO, WHAT = "admin/intake/request/who.html", "admin/intake/request/what.html"
FORM_REFUSED = 422
MOST_PEOPLE = 30
CARRIED = ("on_ticket", "number")
LONGEST_CARRIED = 1000  # characters of a text, from one form to another


def new_request(request: HttpRequest, *, site: dict[str, Any]) -> HttpResponse:
    """Show who may ask; for one of them, ask what; take it, or say why not and keep what was typed.

    Clause: V-8.1, S-1.
    """
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    person = person_of(request.GET.get("requester", ""))
    if person is None:
        stranger = _with_words(reverse("admin:intake_request_stranger"), request, "q", "account")
        books = request.user.has_perm("contracts.add_appointment")
        facts = {"stranger_url": stranger, "books": books, **people_for(request)}
        return TemplateResponse(request, WHO, {**site, **facts})
    if request.method != "POST":
        carried = {name: request.GET.get(name, "")[:40] for name in CARRIED}
        channel = Ticket.Channel.PHONE if any(carried.values()) else channel_for(request, person)
        form = NewRequestForm(person=person, channel=channel, **carried)
        return _page(request, site, form)
    form = NewRequestForm(request.POST, person=person)
    if not form.is_valid():
        return _page(request, site, form)
    if form.only_checks:
        answer = contracts.entitled_user(user=person, at=timezone.now(), **form.facts())
        return _page(request, site, form, answer=answer)
    return _take(request, site, form)


def _take(request: HttpRequest, site: dict[str, Any], form: NewRequestForm) -> HttpResponse:
    is_call = form.cleaned_data["channel"] == Ticket.Channel.PHONE
    try:
        taken = take_call(request, form) if is_call else _taken(request, form)
    except Refused as refusal:
        form.add_error(None, in_full(refusal, version_id=form.person.order.version_id))
        return _page(request, site, form)
    if isinstance(taken, RefusedRequest):
        return _page(request, site, form, refused=taken)
    return taken


def _taken(request: HttpRequest, form: NewRequestForm) -> HttpResponse | RefusedRequest:
    """Take what did not come in a call."""
    given, facts = form.cleaned_data, form.facts()
    taken = services.request_support(
        requester=form.person,
        channel=given["channel"],
        wanted=facts.pop("wants"),
        subject=given["subject"],
        text=given["text"],
        at=timezone.now(),
        source_key=f"staff:{form.once}",
        by=cast(User, request.user),
        **facts,
    )
    if taken.refused is not None:
        return taken.refused
    return registered(request, cast(Ticket, taken.ticket), form.person)


def _page(
    request: HttpRequest,
    site: dict[str, Any],
    form: NewRequestForm,
    *,
    answer: Answer | None = None,
    refused: RefusedRequest | None = None,
) -> HttpResponse:
    is_no = refused is not None or (answer is not None and not answer.entitled)
    steps = refused.steps if refused else answer.as_json()["steps"] if answer else []
    order = form.person.order
    clauses = {row.ref: row for row in Clause.objects.filter(version=order.version_id)}
    context = {
        "form": form,
        "person": form.person,
        "order": order,
        "standing": contracts.standing_of(order.account),
        "answer": answer,
        "refused": refused,
        "booking_url": _booking(request, form) if is_no else "",
        "checks": checks(steps, clauses),
        # What was refused is told and done: to send the form once more is to ask once more.
        "act_key": str(uuid4()) if refused else form.fresh_key,
        **_hour(form.person, timezone.now()),
    }
    turned_down = refused is not None or bool(form.is_bound and form.errors)
    status = FORM_REFUSED if turned_down else None
    return TemplateResponse(request, WHAT, {**site, **context}, status=status)


def _booking(request: HttpRequest, form: NewRequestForm) -> str:
    """Return where help is booked that cannot be had at this hour."""
    given = form.cleaned_data
    if given["wanted"] != Wanted.HELP_NOW:
        return ""
    kind = Appointment.Kind.OFF_HOURS
    told = {"subject": given["subject"], "details": given["text"], "service": given["service"]}
    return booking_url(request, form.person, kind=kind, **told)


def booking_url(
    request: HttpRequest,
    person: AuthorisedUser,
    *,
    kind: str,
    subject: str,
    details: str = "",
    service: Service | None = None,
) -> str:
    """Return where an appointment is booked for a person, filled in as far as an address can hold.

    Empty: the reader books none, or nothing is owed to the person at any time.
    """
    if not request.user.has_perm("contracts.add_appointment"):
        return ""
    owed = contracts.entitled_user(user=person, at=timezone.now(), wants=Wanted.APPOINTMENT)
    if not owed.entitled:
        return ""
    told = {"kind": kind, "subject": subject, "service": service.pk if service else ""}
    short = {"details": details} if len(details) <= LONGEST_CARRIED else {}
    given = {name: value for name, value in {**told, **short}.items() if value}
    query = urlencode({"requester": person.pk, **given})
    return f"{reverse('admin:contracts_appointment_add')}?{query}"


def channel_for(request: HttpRequest, person: AuthorisedUser) -> str:
    """Return how it most likely came: who is the order's TAM was asked as the TAM."""
    tam = contracts.tam_now(person.order, at=timezone.now())
    is_theirs = tam is not None and tam.tam_id == request.user.pk
    return Ticket.Channel.TAM if is_theirs else Ticket.Channel.PHONE


def _with_words(url: str, request: HttpRequest, *names: str) -> str:
    """Return the address with those of the page's parameters that it has."""
    query = urlencode({name: request.GET[name] for name in names if request.GET.get(name)})
    return f"{url}?{query}" if query else url


def _hour(person: AuthorisedUser, at: datetime) -> dict[str, Any]:
    """Return the client's hour: their policy's time, and whether that is inside its hours."""
    version = person.order.version
    here = at.astimezone(ZoneInfo(version.time_zone))
    return {
        "here": f"{here:%A, %H:%M}",
        "zone": version.time_zone,
        "is_open": contracts.standard_hours(version.pk).is_open(at),
    }


def person_of(key: str) -> AuthorisedUser | None:
    people = AuthorisedUser.objects.select_related(
        "order__account__standing", "order__plan", "order__version__policy"
    )
    return people.defer("order__version__source").filter(pk=key_in(key)).first()


def people_for(request: HttpRequest) -> dict[str, Any]:
    """Return the people that the words fit, or those of the account that a link named.

    The words may be the number of a ticket, or that from which somebody calls: both go along.
    """
    words, account = request.GET.get("q", "").strip(), key_in(request.GET.get("account", ""))
    people = AuthorisedUser.objects.select_related("order__account", "order__plan")
    found: list[AuthorisedUser] = []
    if account:
        found = _first(people.filter(order__account=account))
    elif words and "\0" not in words:
        found = _first(people.filter(_fitting(words) | callers(words)))
    return {
        "carried": _carried(words),
        "words": words,
        "is_asked": bool(words or account),
        "people": found[:MOST_PEOPLE],
        "has_more": len(found) > MOST_PEOPLE,
    }


def _carried(words: str) -> str:
    """Return what of the words the form of a call wants to know."""
    name = "on_ticket" if names_ticket(words) else "number" if ending_of(words) else ""
    return f"&{urlencode({name: words[:40]})}" if name else ""


def _first(people: QuerySet[AuthorisedUser]) -> list[AuthorisedUser]:
    """Return as many as are shown, and one more. Who may ask stands before who may not any more."""
    order = ("-is_active", "order__account__name", "name", "pk")
    return list(people.order_by(*order)[: MOST_PEOPLE + 1])


def _fitting(words: str) -> Q:
    """Each word occurs in the name, the address, the account or the order number."""
    fitting = Q()
    for word in words.split()[:8]:
        fitting &= (
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(order__account__name__icontains=word)
            | Q(order__number__icontains=word)
        )
    return fitting
