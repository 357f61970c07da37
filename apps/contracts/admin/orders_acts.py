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


ACTS = {
    act.key: act
    for act in [
        Act(
            "execute",
            "Execute",
            Order.State.DRAFT,
            "From its first day on, support is owed under it. Its terms then change only by an"
            " amendment, with a date and a reason.",
            ActForm,
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
    return act.form(data, initial={"ends_on": order.ends_on or today_of(order, at)})


def do(act: Act, order: Order, form: ActForm, *, by: User, at: datetime) -> str:
    """Do it, and return what was done in words.

    :raises services.OrderRefused: it does not fit the order as it is.
    """
    done = act.do(order=order, by=by, at=at, **form.cleaned_data)
    if done.state == Order.State.EXECUTED and act.key == "end":
        return f"The last day of {done} is {done.ends_on}. Its term ends by itself."
    return f"{done} is {done.get_state_display().lower()}."
