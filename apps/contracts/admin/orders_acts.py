"""What is done with an order as a whole: executed, ended, terminated. Asked first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextInputWidget

from apps.contracts import services
from apps.contracts.admin.kept import LONGEST_REASON
from apps.contracts.models import Order, User
from apps.contracts.services.order_revisions import AGREED, EMPTY, words_of
from apps.contracts.services.orders import today_of


class ActForm(forms.Form):
    """Why it is done; the history keeps it."""

    reason = forms.CharField(
        label="Why",
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept in the history beside who and when.",
        error_messages={"required": "Say why: the history keeps it."},
    )


class ExecuteForm(ActForm):
    """Which terms were looked at."""

    revision = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "Open this page anew."),
    )


class EndForm(ActForm):
    ends_on = forms.DateField(
        label="Last day",
        widget=UnfoldAdminDateWidget,
        help_text="The order still serves this day.",
    )
    field_order = ["ends_on", "reason"]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: when it is offered, what it means, and the service that does it."""

    key: str
    title: str
    from_state: str
    means: str
    form: type[ActForm]
    do: Callable[..., Order]
    is_grave: bool = False

    @property
    def variant(self) -> str:
        """The theme's button for it."""
        return "danger" if self.is_grave else "primary" if self.key == "execute" else "default"


ACTS = {
    act.key: act
    for act in [
        Act(
            "execute",
            "Execute",
            Order.State.DRAFT,
            "From its first day on, support is owed under it. Its terms then change only by an"
            " amendment, with a date and a reason.",
            ExecuteForm,
            services.execute_order,
        ),
        Act(
            "end",
            "End",
            Order.State.EXECUTED,
            "Support is owed up to and including the last day. Tickets that are registered by then"
            " are served to their end.",
            EndForm,
            services.end_order,
        ),
        Act(
            "terminate",
            "Terminate",
            Order.State.EXECUTED,
            "From this moment on nothing is owed for new requests. Tickets that are registered"
            " already are served to their end.",
            ActForm,
            services.terminate_order,
            is_grave=True,
        ),
    ]
}


def acts_of(order: Order) -> list[Act]:
    """Return what can be done with the order as it is."""
    return [act for act in ACTS.values() if act.from_state == order.state]


def form_of(act: Act, order: Order, data: Any, *, at: datetime) -> ActForm:
    """Return the act's form; the last day offered is the term's own, else today."""
    initial = {"ends_on": order.ends_on or today_of(order, at), "revision": order.revision}
    return act.form(data, initial=initial)


def refuse(form: ActForm, refusal: services.OrderRefused, order: Order) -> None:
    """Say why on the form; of what changed meanwhile, ask anew for the terms as they are now."""
    text = str(refusal)
    if isinstance(refusal, services.ChangedMeanwhile):
        text = f"{text} Nothing was done. Look at the terms as they are now, and try again."
        form.data = {**form.data.dict(), "revision": order.revision}  # type: ignore[attr-defined]
    form.add_error(None, text)


def terms_of(order: Order) -> list[tuple[str, str]]:
    """Return what an order agrees, in words, to be looked at before it is executed."""
    found = words_of(order)
    fee, until = found["fee_amount"], found["ends_on"]
    if order.fee_amount is not None:
        fee = f"{fee} {order.version.currency} a {found['fee_period'].lower()}"
    tam = f"{order.tam_minutes} minutes a month" if order.tam_minutes else "none"
    if order.tam_calendar:
        tam = f"{tam}, reached in “{order.tam_calendar}”"
    zone = found["time_zone"] if order.time_zone else f"{order.version.time_zone}, the policy's"
    return [
        ("Policy", found["version"]),
        ("Plan", found["plan"]),
        ("Term", f"{found['starts_on']} to {until if order.ends_on else 'open end'}"),
        ("Services", found["services"] if order.services.exists() else "all"),
        ("Fee", fee if order.fee_amount is not None else "none agreed"),
        ("TAM", tam),
        ("Time zone of the TAM's months", zone),
        ("Agreed targets", found[AGREED] if found[AGREED] != EMPTY else "none, the plan's hold"),
    ]


def do(act: Act, order: Order, form: ActForm, *, by: User, at: datetime) -> str:
    """Do it, and return what was done in words.

    :raises services.OrderRefused: it does not fit the order as it is.
    """
    done = act.do(order=order, by=by, at=at, **form.cleaned_data)
    if act.key == "end":
        return f"The last day of {done} is {done.ends_on}. Its term ends by itself."
    return f"{done} is {done.get_state_display().lower()}."
