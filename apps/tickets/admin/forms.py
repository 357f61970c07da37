"""What staff fill in on a ticket's page. Whether it fits the ticket, the services decide."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms

from apps.contracts.admin.keys import LARGEST
from apps.contracts.models import AuthorisedUser, Reason, Severity, User
from apps.tickets.attachments import FilesField
from apps.tickets.models import Ticket

SENTENCE = {"rows": 2, "class": "tk-input"}


def sentence_field(**further: Any) -> forms.CharField:
    """A few words of explanation; whether they are needed, the services decide."""
    widget = forms.Textarea(attrs=SENTENCE)
    return forms.CharField(required=False, strip=False, widget=widget, **further)


def named(key: UUID, *words: object) -> str:
    """Name an act by the form's key and what was typed into it.

    A person who goes back in the browser and writes something new sends the old key.
    """
    return str(uuid5(key, "\n".join(map(str, words))))


class ActForm(forms.Form):
    """A form that can be sent twice and acts once."""

    act_key = forms.UUIDField(
        initial=uuid4,
        widget=forms.HiddenInput,
        error_messages={
            "required": "Something of the page got lost on its way: send it once more.",
            "invalid": "Something of the page got lost on its way: send it once more.",
        },
    )
    # The latest event that the page showed when the form was sent.
    seen = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST,
        widget=forms.HiddenInput,
        error_messages={
            name: "Something of the page got lost on its way: send it once more."
            for name in ("invalid", "min_value", "max_value")
        },
    )
    name = ""
    permission = "tickets.change_ticket"
    holds_ticket = True
    # Whether the act is refused once when others were faster with something of weight.
    minds_others = False
    # Whether the act fits a ticket that was merged into another one.
    fits_merged = False

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, auto_id=f"{self.name}_%s")
        self.ticket = ticket

    @property
    def fresh_key(self) -> str:
        """The key to send next time: the one that came, if it is one."""
        sent = self["act_key"].value()
        try:
            return str(UUID(str(sent)))
        except ValueError:
            return str(uuid4())


class WriteForm(ActForm):
    """Anything that is written on a ticket: one text, and what it is."""

    name = "write"
    ACTS = (
        ("answer", "Answer"),
        ("ask", "Ask the client"),
        ("note", "Internal note"),
        ("call", "Log a call"),
        ("workaround", "Give a workaround"),
        ("solve", "Give the solution"),
    )
    FITTING: Mapping[str, Sequence[str]] = {
        Ticket.State.OPEN: [act for act, _ in ACTS],
        Ticket.State.WAITING: [act for act, _ in ACTS],
        Ticket.State.SOLVED: ("answer", "note", "call"),
        Ticket.State.ANSWERED: ("note", "call", "answer"),
        Ticket.State.SUSPENDED: ("note", "call", "answer"),
        Ticket.State.CLOSED: ("note", "call"),
    }
    act = forms.ChoiceField(choices=ACTS, initial="answer")
    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 7, "class": "tk-input"}),
        required=False,  # the services say better what is missing
        strip=False,
    )
    reason = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That is not a closing reason of this policy."},
    )
    attached = FilesField(required=False)
    # With whom a call was; nobody is named: with the requester.
    caller = forms.ModelChoiceField(
        queryset=AuthorisedUser.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That is not one of this order's users."},
    )
    exclusion = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That is not an exclusion of this policy."},
    )

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        for name, kind in [("reason", Reason.Kind.CLOSING), ("exclusion", Reason.Kind.EXCLUSION)]:
            self.fields[name].queryset = Reason.objects.filter(  # type: ignore[attr-defined]
                version=ticket.version_id, kind=kind
            )
        users = AuthorisedUser.objects.filter(order=ticket.order_id)
        self.fields["caller"].queryset = users  # type: ignore[attr-defined]

    @property
    def chosen(self) -> str:
        """What the form starts with: a closed ticket takes a note, but no mail to the client."""
        if self.is_bound or "act" in self.initial:
            return str(self["act"].value())
        return self.fitting[0]

    @property
    def fitting(self) -> Sequence[str]:
        """The acts that fit the ticket as it is."""
        is_merged = self.ticket.merged_into_id is not None
        return ("note",) if is_merged else self.FITTING[self.ticket.status]

    @property
    def minds_others(self) -> bool:  # type: ignore[override]
        """Whatever the client is told."""
        return self.cleaned_data["act"] not in ("note", "call")

    @property
    def fits_merged(self) -> bool:  # type: ignore[override]
        return bool(self.cleaned_data["act"] == "note")

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The acts that fit the ticket as it is, and what was chosen before it changed."""
        fitting = (*self.fitting, self.chosen)
        return [each for each in self.ACTS if each[0] in fitting]

    def clean_text(self) -> str:
        """Browsers send line ends as they please; mails are written with plain ones."""
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("act") != "solve" or "reason" in self.errors:
            return
        reason = given.get("reason")
        if reason is None:
            self.add_error("reason", "Say for which of the policy's reasons it is closed.")
        elif not reason.terms.get("excluded"):
            given["exclusion"] = None  # its list was not in view

    @property
    def once(self) -> str:
        """Names this act: the same words sent twice are one act, other words are another."""
        data = self.cleaned_data
        files = [hashlib.sha256(file.content).hexdigest() for file in data["attached"]]
        return named(data["act_key"], data["act"], data["text"], *files)


class SeverityForm(ActForm):
    """Another severity, for one of the policy's reasons."""

    name = "severity"
    minds_others = True
    to = forms.ModelChoiceField(
        queryset=Severity.objects.none(),
        error_messages={
            "required": "Choose the new severity.",
            "invalid_choice": "That is not a severity of this policy.",
        },
    )
    reason = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        error_messages={
            "required": "Choose one of the policy's reasons.",
            "invalid_choice": "That is not one of this policy's reasons.",
        },
    )
    explanation = sentence_field()

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        version = ticket.version_id
        self.fields["to"].queryset = Severity.objects.filter(version=version)  # type: ignore[attr-defined]
        self.fields["reason"].queryset = Reason.objects.filter(  # type: ignore[attr-defined]
            version=version, kind=Reason.Kind.SEVERITY_CHANGE
        )


class AssignForm(ActForm):
    """Whose desk it shall lie on; nobody: back to the queue."""

    name = "assign"
    to = forms.ModelChoiceField(
        queryset=User.objects.filter(is_staff=True, is_active=True),
        required=False,
        error_messages={"invalid_choice": "That person does not work on tickets."},
    )


class ReopenForm(ActForm):
    """Why a closure is taken back."""

    name = "reopen"
    minds_others = True
    explanation = sentence_field()
