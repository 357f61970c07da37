"""What staff fill in for a client: the policy's own severities and categories, the services."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Reason, Service, Severity
from apps.contracts.rules.entitlement import Wanted
from apps.intake.admin.call_fields import ADDED, CallFields
from apps.tickets.models import Ticket

LOST = "Something of the page got lost on its way: send it once more."


class AskedForm(forms.Form):
    """What somebody asks, by whatever channel. It can be sent twice and is taken once."""

    CHANNELS = (Ticket.Channel.PHONE, Ticket.Channel.CHAT, Ticket.Channel.TAM, Ticket.Channel.EMAIL)
    act_key = forms.UUIDField(error_messages={"required": LOST, "invalid": LOST})
    channel = forms.ChoiceField(
        choices=[(channel.value, channel.label) for channel in CHANNELS],
        initial=Ticket.Channel.PHONE,
        label="Came by",
    )
    subject = forms.CharField(
        max_length=250, error_messages={"required": "Say in a few words what it is about."}
    )
    text = forms.CharField(
        max_length=100_000,
        label="What is asked",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write down what was asked: it opens the conversation."},
    )

    @property
    def about(self) -> str:
        """In whose name it is asked, where the form's fields do not say so."""
        return ""

    @property
    def fresh_key(self) -> str:
        """The key to send next time: the one that came, if it is one."""
        try:
            return str(UUID(str(self.data.get("act_key", ""))))
        except ValueError:
            return str(uuid4())

    @property
    def once(self) -> str:
        """Names this request: the same one sent twice is taken once, other words are another.

        Who goes back in the browser and writes something new sends the old key.
        """
        told = [f"{name}={self.data.get(name, '')}" for name in sorted(self.base_fields)]
        return str(uuid5(self.cleaned_data["act_key"], "\n".join([self.about, *told])))

    def clean_text(self) -> str:
        """Browsers send line ends as they please; mails are written with plain ones."""
        return self.cleaned_data["text"].replace("\r\n", "\n")


class NewRequestForm(AskedForm, CallFields):
    """A request in a client's name, and the call in which it came, if it came in one."""

    field_order = (
        *("act_key", "channel", "number", "category", "service", "becomes", "on_ticket"),
        *("is_answer", "wanted", "severity", "is_disconnection", "subject", "text"),
        *("minutes", "began_at", "logs_time"),
    )
    WANTED = (
        (Wanted.TICKET.value, "In its turn"),
        (Wanted.HELP_NOW.value, "Right now: somebody must act at this hour"),
    )
    wanted = forms.ChoiceField(choices=WANTED, initial=Wanted.TICKET.value, label="Help is wanted")
    severity = forms.ModelChoiceField(
        queryset=Severity.objects.none(),
        error_messages={
            "required": "Choose a severity.",
            "invalid_choice": "That is not a severity of this policy.",
        },
    )
    category = forms.ModelChoiceField(
        queryset=Reason.objects.none(),
        required=False,
        error_messages={"invalid_choice": "That is not a category of this policy."},
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.filter(is_active=True),
        required=False,
        error_messages={"invalid_choice": "That service is not on offer any more."},
    )
    is_disconnection = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, person: AuthorisedUser, **initial: Any) -> None:
        super().__init__(data, auto_id="request_%s", initial=initial)
        self.person = person
        version = person.order.version_id
        self.severities = list(Severity.objects.filter(version=version).order_by("rank"))
        own: dict[str, Any] = {
            "severity": Severity.objects.filter(version=version),
            "category": Reason.objects.filter(version=version, kind=Reason.Kind.CATEGORY),
        }
        for name, rows in own.items():
            self.fields[name].queryset = rows.order_by("pk")  # type: ignore[attr-defined]
        default = [severity.pk for severity in self.severities if severity.is_default]
        self.fields["severity"].initial = default[0] if default else None
        self.offer()
        if initial.get("on_ticket"):
            self.fields["becomes"].initial = ADDED
        if not self.asks_disconnection:
            del self.fields["is_disconnection"]
        if self.only_checks:
            self.fields["subject"].required = self.fields["text"].required = False

    @property
    def only_checks(self) -> bool:
        """Whether the answer is wanted, and nothing is to be taken."""
        return "check" in self.data

    @property
    def asks_disconnection(self) -> bool:
        """Whether to this policy it matters that another provider cut a customer off."""
        order = self.person.order
        rules = contracts.terms(version_id=order.version_id, plan_id=order.plan_id).rules
        return "installs" in rules and not rules["installs"].settings["disconnection_is_outage"]

    @property
    def about(self) -> str:
        return str(self.person.pk)

    def facts(self) -> dict[str, Any]:
        """Return what the answer depends on."""
        given = self.cleaned_data
        return {
            "wants": Wanted(given["wanted"]),
            "severity": given["severity"],
            "category": given["category"],
            "service": given["service"],
            "is_disconnection": given.get("is_disconnection", False),
        }
