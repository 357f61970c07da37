"""What staff fill in on a ticket's page. Whether it fits the ticket, the services decide."""

import hashlib
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms

from apps.contracts.models import Reason, Severity, User
from apps.tickets.admin.attachments import FilesField
from apps.tickets.admin.keys import LARGEST
from apps.tickets.models import Ticket


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
        ("close", "Close"),
    )
    ON_CLOSED = ("note", "call")
    WITH_FILES = ("answer", "ask", "note", "call")
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

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        self.fields["reason"].queryset = Reason.objects.filter(  # type: ignore[attr-defined]
            version=ticket.version_id, kind=Reason.Kind.CLOSING
        )

    @property
    def chosen(self) -> str:
        """What the form starts with: a closed ticket takes a note, but no mail to the client."""
        is_over = self.ticket.status == Ticket.State.CLOSED or self.ticket.merged_into_id
        return "note" if is_over and not self.is_bound else self["act"].value()

    @property
    def minds_others(self) -> bool:  # type: ignore[override]
        """Whatever the client is told."""
        return self.cleaned_data["act"] not in self.ON_CLOSED

    @property
    def fits_merged(self) -> bool:  # type: ignore[override]
        return bool(self.cleaned_data["act"] == "note")

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The acts that fit the ticket as it is, and what was chosen before it changed."""
        is_closed = self.ticket.status == Ticket.State.CLOSED
        fitting = self.ON_CLOSED if is_closed else [act for act, _ in self.ACTS]
        if self.ticket.merged_into_id is not None:
            fitting = ["note"]
        return [each for each in self.ACTS if each[0] in (*fitting, self.chosen)]

    def clean_text(self) -> str:
        """Browsers send line ends as they please; mails are written with plain ones."""
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean(self) -> None:
        if self.cleaned_data.get("act") == "close" and not (
            self.cleaned_data.get("reason") or "reason" in self.errors
        ):
            self.add_error("reason", "Say for which of the policy's reasons it is closed.")
        if (
            self.cleaned_data.get("attached")
            and self.cleaned_data.get("act") not in self.WITH_FILES
        ):
            self.add_error(
                "attached", "Send the files with an answer first: this takes none along."
            )

    @property
    def once(self) -> str:
        """Names this act: the same words sent twice are one act, other words are another.

        A person who goes back in the browser and writes something new sends the old key.
        """
        data = self.cleaned_data
        files = [hashlib.sha256(file.content).hexdigest() for file in data["attached"]]
        return str(uuid5(data["act_key"], "\n".join([data["act"], data["text"], *files])))


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
    explanation = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2, "class": "tk-input"})
    )

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
    explanation = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"rows": 2, "class": "tk-input"})
    )
