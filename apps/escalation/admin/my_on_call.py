"""One's own on-call: the turns to come, the calendar's address, and how one is paged."""

from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from apps.contracts.admin.keys import key_in
from apps.contracts.models import User
from apps.contracts.models.names import validate_name
from apps.escalation.models import CalendarAddress, StaffContact
from apps.escalation.models.contacts import LONGEST_ADDRESS
from apps.escalation.queries.rotations import schedules
from apps.escalation.services import calendars, reaching
from apps.escalation.services.reaching import masked
from apps.outbox.models import Message
from apps.tickets.services import Refused
from apps.tickets.wording import moment

FORM_REFUSED = 422
MOST_TURNS = 14
SHOWN = timedelta(days=60)
PAGE = "admin/escalation/rotation/mine.html"


class ContactForm(forms.Form):
    """A service by which one is paged, and what one calls it."""

    label = forms.CharField(max_length=60, label="What you call it", validators=[validate_name])
    address = forms.CharField(max_length=LONGEST_ADDRESS, label="Address")


class MyOnCall:
    """A page for each of the staff; what is done there is done to oneself."""

    def __init__(self, rotation_admin: ModelAdmin) -> None:
        self.admin = rotation_admin

    def urls(self) -> list[URLPattern]:
        view = self.admin.admin_site.admin_view
        return [
            path("mine/", view(self.page), name="escalation_rotation_mine"),
            path("mine/contacts/", view(self.contacts), name="escalation_rotation_contacts"),
            path("mine/calendar/", view(self.calendar), name="escalation_rotation_calendar"),
        ]

    def page(self, request: HttpRequest) -> HttpResponse:
        """Show what is to come."""
        return self.shown(request)

    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Make a new address for the calendar, shown this once; or let the old one work no more."""
        user = self._user(request)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:escalation_rotation_mine"))
        if request.POST.get("act") == "revoke":
            calendars.revoke_address(user=user, at=timezone.now())
            messages.success(request, "Your calendar's address works no more.")
            return HttpResponseRedirect(reverse("admin:escalation_rotation_mine"))
        token = calendars.make_address(user=user, at=timezone.now())
        return self.shown(
            request, address=settings.BASE_URL + reverse("on_call_calendar", args=[token])
        )

    def contacts(self, request: HttpRequest) -> HttpResponse:
        """Add a contact of one's own, test it, or remove it."""
        user, page = self._user(request), reverse("admin:escalation_rotation_mine")
        if request.method != "POST":
            return HttpResponseRedirect(page)
        act = request.POST.get("act")
        if act in ACTS:
            contact = user.contacts.filter(pk=key_in(request.POST.get("contact", ""))).first()
            if contact is None:
                messages.warning(request, "This contact is not there any more.")
            else:
                messages.success(request, _done(contact, act))
            return HttpResponseRedirect(page)
        form = ContactForm(request.POST)
        if form.is_valid():
            try:
                contact = reaching.add_contact(user=user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error("address", str(refusal))
            else:
                messages.success(request, f"Pages reach you by {contact.label} too.")
                return HttpResponseRedirect(page)
        return self.shown(request, form=form)

    def shown(
        self, request: HttpRequest, *, address: str = "", form: forms.Form | None = None
    ) -> HttpResponse:
        """Return the page; ``address``: the calendar's, right after it was made."""
        user, at = self._user(request), timezone.now()
        contacts = user.contacts.order_by("pk")
        turns = [
            (plan.rotation, moment(turn.starts_at, zone), moment(turn.ends_at, zone), turn)
            for plan in schedules(since=at)
            for zone in [plan.rotation.time_zone]
            for turn in plan.turns(start=at, end=at + SHOWN)
            if turn.person == user.pk
        ]
        context: dict[str, Any] = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "media": self.admin.media,
            "title": "My on-call",
            "original": "My on-call",
            "turns": sorted(turns, key=lambda each: each[3].starts_at)[:MOST_TURNS],
            "is_on_call": any(turn.starts_at <= at for *_, turn in turns),
            "calendar": CalendarAddress.objects.standing().filter(user=user).first(),
            "address": address,
            "contacts": [(each, masked(each.address), _last_test(each)) for each in contacts],
            "form": form or ContactForm(),
        }
        status = FORM_REFUSED if form is not None else None
        response = TemplateResponse(request, PAGE, context, status=status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _user(self, request: HttpRequest) -> User:
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        return cast(User, request.user)


ACTS = ("test", "remove", "notices", "pages")


def _done(contact: StaffContact, act: str) -> str:
    """Do what a button beside a contact says; return what was done."""
    if act == "remove":
        reaching.remove_contact(contact=contact)
        return f"{contact.label} is removed."
    if act == "test":
        reaching.send_test(contact=contact, at=timezone.now(), act_key=str(uuid4()))
        return f"A test goes out to {contact.label}. Look here again."
    reaching.choose_notices(contact=contact, wanted=act == "notices")
    what = "Pages and notices reach" if act == "notices" else "Only pages reach"
    return f"{what} you by {contact.label}."


def _last_test(contact: StaffContact) -> Message | None:
    """Return the newest test of a contact, to see what became of it."""
    tests = Message.objects.filter(key__startswith=f"contact:{contact.pk}:test:")
    return tests.order_by("-pk").first()
