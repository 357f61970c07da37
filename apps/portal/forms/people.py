"""What somebody fills in of a person who may speak for the client."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import RIGHTS, AuthorisedUser, Order
from apps.contracts.services import Particulars

LONGEST_REASON = 100  # what the history keeps
LABELS = {
    "may_open": (_("May open tickets"), _("And book appointments, and ask for services.")),
    "may_escalate": (_("May escalate"), ""),
    "may_confirm_closure": (_("May confirm closure"), ""),
    "may_see_invoices": (_("May see invoices"), _("And dispute amounts, and see what is owed.")),
    "may_manage_users": (_("May manage users"), _("As you do on this page.")),
    "sees_all_tickets": (_("Sees all tickets"), _("Without it: only their own.")),
}
USUAL = {"may_open", "may_escalate", "may_confirm_closure", "sees_all_tickets"}
LACKING = _("You cannot give it: you do not have it yourself.")
TAKEN_FOR_GOOD = _("You can take it away but not give it back: you do not have it yourself.")
MOVES = _(
    "Requests from it are theirs. Under another one they are invited anew, and until they join"
    " nobody sits here."
)
WHY = _("The history keeps it, with your name.")


class PersonForm(forms.Form):
    """Who somebody is, and what they may do; of that no more can be given than the reader has."""

    order = forms.ChoiceField(label=_("Order"), error_messages={"required": _("Choose the order.")})
    name = forms.CharField(
        label=_("Name"), max_length=120, error_messages={"required": _("Say who it is.")}
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Requests from this address are theirs, and they sign in with it."),
        error_messages={"required": _("Say where they are written to.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("Where they call from: so a voice message is known to be theirs."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, required=False, help_text=WHY
    )

    def __init__(
        self,
        data: Any = None,
        *,
        orders: Sequence[Order] = (),
        held: Collection[str],
        person: AuthorisedUser | None = None,
        edition: int = 0,
    ) -> None:
        super().__init__(data)
        if person is None and len(orders) > 1:
            self.fields["order"].choices = [(order.pk, str(order)) for order in orders]  # type: ignore[attr-defined]
        else:
            del self.fields["order"]
        if person is not None:
            for name in ("name", "email", "phone"):
                self.initial[name] = getattr(person, name)
            self.fields["email"].help_text = MOVES
        self.initial["seen"] = edition
        # Who comes back is given anew what they may do.
        has = person.rights if person is not None and person.is_active else frozenset()
        wanted = USUAL if person is None else person.rights
        for right in RIGHTS:
            self.fields[right] = self._right(right, wanted, held, has)

    def _right(
        self, right: str, wanted: Collection[str], held: Collection[str], has: Collection[str]
    ) -> forms.BooleanField:
        words: Any
        label, words = LABELS[right]
        is_shut = right not in held and right not in has
        if right not in held:
            words = LACKING if is_shut else TAKEN_FOR_GOOD
        return forms.BooleanField(
            label=label,
            help_text=words,
            required=False,
            disabled=is_shut,
            initial=right in wanted and not is_shut,
        )

    @property
    def rights(self) -> list[Any]:
        """Return the fields of the rights."""
        return [self[right] for right in RIGHTS]

    def to(self) -> Particulars:
        """Return who they are to be, as the service is told."""
        said = self.cleaned_data
        rights = frozenset(right for right in RIGHTS if said[right])
        return Particulars(said["name"], said["email"], said["phone"], rights)


class EndForm(forms.Form):
    """Why somebody ends."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        help_text=WHY,
        error_messages={"required": _("Say why: the history keeps it.")},
    )
