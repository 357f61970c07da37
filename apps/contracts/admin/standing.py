"""An account's standing, changed by a person: asked first, with a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.contracts import queries, services
from apps.contracts.models import Account, Standing, User
from apps.contracts.services.standing import LONGEST_WHY


class StandingForm(forms.Form):
    """How the account is to stand, why, and whether it stays so whatever is paid."""

    state = forms.ChoiceField(
        label="Standing", choices=Standing.State.choices, widget=UnfoldAdminSelectWidget
    )
    why = forms.CharField(
        label="Why",
        max_length=LONGEST_WHY,
        widget=UnfoldAdminTextInputWidget,
        help_text="Staff see it, and the client too when something is refused for it.",
        error_messages={"required": "Say why: staff and the client are shown the reason."},
    )
    hold = forms.BooleanField(
        label="Hold",
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="Ticked: it stays so until a person changes it, whatever is paid or falls due.",
    )


class StandingPage(ModelAdmin):
    """The page of an account on which its standing is changed."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.standing_view)
        own = path("<int:pk>/standing/", view, name="contracts_account_standing")
        return [own, *super().get_urls()]

    def standing_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the standing and its reason, and set it when that is posted.

        Clause: S-12.
        """
        by = request.user
        if not isinstance(by, User) or not by.has_perm("contracts.change_standing"):
            raise PermissionDenied
        account = self.get_object(request, str(pk))
        if account is None:
            raise Http404
        standing = queries.standing_of(account)
        form = StandingForm(
            request.POST if request.method == "POST" else None, initial=_initial(standing)
        )
        clause = queries.delinquency_clause(account)
        if form.is_valid():
            try:
                moved = services.set_standing(
                    account=account, clause=clause, at=timezone.now(), by=by, **form.cleaned_data
                )
            except services.StandingRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                return self._done(request, account, form, moved=moved)
        context = {"account": account, "standing": standing, "clause": clause, "form": form}
        return TemplateResponse(
            request,
            "admin/contracts/account/standing.html",
            {
                **self.admin_site.each_context(request),
                **context,
                "opts": self.opts,
                "title": f"Standing of {account}",
                "page": _page(pk),
            },
        )

    def _done(
        self, request: HttpRequest, account: Account, form: StandingForm, *, moved: bool
    ) -> HttpResponse:
        label = Standing.State(form.cleaned_data["state"]).label.lower()
        held = ", held by you" if form.cleaned_data["hold"] else ""
        text = f"Standing of {account}: {label}{held}." if moved else "That is how it stands."
        if moved:
            self.log_change(request, account, text)
        # Read anew: where a hold was lifted, what is owed has had its effect by now.
        now = Standing.objects.filter(account=account).first()
        if now and now.state != form.cleaned_data["state"]:
            text += f" By what is owed it is now: {now.get_state_display().lower()}."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(_page(account.pk))


def _initial(standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return {"state": Standing.State.GOOD}
    return {"state": standing.state, "hold": standing.held_by_id is not None}


def _page(pk: int) -> str:
    return reverse("admin:contracts_account_change", args=[pk])
