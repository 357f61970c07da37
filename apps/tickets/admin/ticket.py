"""The admin of tickets: their addresses, and the views behind them."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from apps.contracts.admin.keys import key_in
from apps.contracts.models import Reason, User
from apps.contracts.queries.catalogue import catalogue
from apps.tickets import services
from apps.tickets.admin.acts import FORMS, MERGED_FORMS, act
from apps.tickets.admin.beside import beside
from apps.tickets.admin.canned import as_text, chosen, with_words
from apps.tickets.admin.forms import ActForm
from apps.tickets.admin.page import logged_on, page_of
from apps.tickets.admin.queue import QueueAdmin
from apps.tickets.admin.related import (
    clients_of,
    dispute_choices,
    presence,
    related_to,
    why_refused,
)
from apps.tickets.admin.splitting import SplitPages
from apps.tickets.admin.status_report import send_report
from apps.tickets.admin.watch_forms import followers
from apps.tickets.admin.when_due import when_due
from apps.tickets.attachments import download, take_files
from apps.tickets.models import Attachment, Ticket
from apps.tickets.panels import panels_of

UNCHANGED = 204
FORM_REFUSED = 422
PAGE = "admin/tickets/ticket/page.html"
LIVE = "admin/tickets/ticket/live.html"


@admin.register(Ticket)
class TicketAdmin(SplitPages, QueueAdmin):
    """The queue, and a page for each ticket. Each form calls one service."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("when-due/", view(self.when_due_view), name="tickets_ticket_due"),
            path("report/<int:order_id>/", view(send_report), name="tickets_ticket_report"),
            path("<int:pk>/act/<slug:name>/", view(self.act_view), name="tickets_ticket_act"),
            path("<int:pk>/canned/", view(self.canned_view), name="tickets_ticket_canned"),
            # Asked for by a script: a redirect to the login page would end up in the page.
            path("<int:pk>/live/", self.live_view, name="tickets_ticket_live"),
            path(
                "<int:pk>/attachments/<int:attachment>/",
                view(self.attachment_view),
                name="tickets_ticket_attachment",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        ticket = self._ticket(request, object_id)
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self._page(request, ticket)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a form says; or show the page again with what was typed, and why not."""
        ticket = self._ticket(request, str(pk))
        asked = FORMS.get(name, ActForm)
        if not request.user.has_perm(asked.permission):
            raise PermissionDenied
        if name not in FORMS:
            raise Http404
        page = reverse("admin:tickets_ticket_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(page)
        form = asked(request.POST, ticket=ticket)
        take_files(form, request)
        if form.is_valid():
            try:
                done = act(form, ticket=ticket, by=cast(User, request.user), at=timezone.now())
            except services.Refused as refusal:
                form.add_error(None, why_refused(refusal, ticket, zone=_zone()))
                ticket = self._ticket(request, str(pk))  # as it is now
                form.ticket = ticket
            else:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(page)
        return self._page(request, ticket, refused=form)

    def canned_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put a canned reply into the text box, and send nothing; a script asks for its words."""
        ticket = self._ticket(request, str(pk))
        if not request.user.has_perm(ActForm.permission):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[pk]))
        words = chosen(request, ticket)
        if request.headers.get("Accept") == "text/plain":
            return as_text(words)
        if not words:
            self.message_user(request, "Choose a canned reply first.", messages.WARNING)
        page = self._page(request, ticket, refused=with_words(request, ticket, words))
        page.status_code = 200
        return page

    def live_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return what has changed since the page was made; 204 when nothing has."""
        if not self.admin_site.has_permission(request):
            return HttpResponse(status=403)
        ticket = self._ticket(request, str(pk))
        services.note_viewer(
            ticket=ticket,
            user=cast(User, request.user),
            is_writing="writing" in request.GET,
            at=timezone.now(),
        )
        context = self._living(request, ticket)
        if request.GET.get("seen") == context["fingerprint"]:
            return HttpResponse(status=UNCHANGED)
        return TemplateResponse(request, LIVE, context)

    def attachment_view(self, request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
        ticket = self._ticket(request, str(pk))
        found = Attachment.objects.filter(pk=attachment, message__ticket=ticket).first()
        if found is None:
            raise Http404
        return download(found)

    def when_due_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = when_due(request.GET, at=timezone.now(), reader=_zone())
        template = "admin/tickets/ticket/when_due.html"
        # No opts: the page is about no ticket, and is called by its own name.
        site = {**self._site(request), "opts": None, "title": "When would this be due?"}
        return TemplateResponse(request, template, site | context)

    def _ticket(self, request: HttpRequest, key: str) -> Ticket:
        """Return the ticket for somebody who may see it."""
        rows = Ticket.objects.select_related(
            *("account", "order", "version__policy", "plan", "requester", "severity", "assignee"),
            *("merged_into", "account__standing"),
        )
        ticket = rows.filter(pk=key_in(key)).first()
        if not self.has_view_permission(request, ticket):
            raise PermissionDenied
        if ticket is None:
            raise Http404(f"There is no ticket with the key {key}.")
        return ticket

    def _page(
        self, request: HttpRequest, ticket: Ticket, *, refused: ActForm | None = None
    ) -> HttpResponse:
        forms = {
            name: form(ticket=ticket)
            for name, form in FORMS.items()
            if request.user.has_perm(form.permission)
            and (ticket.merged_into_id is None or name in MERGED_FORMS)
        }
        if refused is not None:
            forms[refused.name] = refused
        clients = clients_of(ticket)
        context = {
            **self._site(request),
            **self._living(request, ticket),
            **related_to(ticket),
            "title": ticket.number,
            "subtitle": ticket.subject,
            "original": ticket,
            "forms": forms,
            **beside(ticket, request.user),
            **followers(ticket, request.user, clients),
        }
        context["panels"] = panels_of(
            ticket,
            cast(User, request.user),
            there=context["there"],
            history=context["reading"].history,
            hours=context["reading"].hours,
        )
        if "write" in forms:
            context |= _choices(ticket)
            context |= dispute_choices(clients, context["severity_reasons"])
        if "time" in forms:
            context |= logged_on(ticket)
        status = FORM_REFUSED if refused else None
        return TemplateResponse(request, PAGE, context, status=status)

    def _living(self, request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
        everything = "all" in request.GET
        at = timezone.now()
        page = page_of(ticket, at=at, zone=_zone(), everything=everything)
        others = presence(ticket, cast(User, request.user), at=at)
        fingerprint = page["fingerprint"] + others["mark"]
        return {**page, **others, "fingerprint": fingerprint, "everything": everything}

    def _site(self, request: HttpRequest) -> dict[str, Any]:
        site = self.admin_site.each_context(request)
        return {**site, "opts": self.opts, "media": self.media, "is_fullwidth": "1"}


def _choices(ticket: Ticket) -> dict[str, Any]:
    """Return what the forms offer, each list read once."""
    people = User.objects.filter(is_staff=True, is_active=True)
    found: dict[str, Any] = {name: [] for name in _LISTS.values()}
    for row in catalogue(ticket.version_id).reasons:
        if row.kind in _LISTS:
            found[_LISTS[row.kind]].append(row)
    return {**found, "people": sorted(people, key=str)}


_LISTS: dict[str, str] = {
    Reason.Kind.CLOSING: "closing_reasons",
    Reason.Kind.SEVERITY_CHANGE: "severity_reasons",
    Reason.Kind.EXCLUSION: "exclusions",
    Reason.Kind.CATEGORY: "categories",
    Reason.Kind.COVERED_WORK: "kinds_of_work",
}


def _zone() -> str:
    return timezone.get_current_timezone_name()
