"""What staff fill in on an escalation, or to raise one. Whether it fits, the services decide."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Reason, User
from apps.escalation.queries import Terms
from apps.tickets.models import Ticket

LOST = "Something of the page got lost on its way: send it once more."
NONE_NAMED, THE_TAM = "none", "tam"
# By what a client can ask who does not write to the mailbox.
CHANNELS = (Ticket.Channel.PHONE, Ticket.Channel.CHAT, Ticket.Channel.EMAIL)


class AnswerForm(forms.Form):
    """What the client is told."""

    text = forms.CharField(required=False, strip=False, max_length=20_000)


class RaiseForm(forms.Form):
    """Who asks, on what ground, in which words. It can be sent twice and raises one escalation."""

    act_key = forms.UUIDField(error_messages={"required": LOST, "invalid": LOST})
    who = forms.ChoiceField(
        error_messages={
            "required": "Choose who asks.",
            "invalid_choice": "That person may not escalate under this order: choose another.",
        }
    )
    channel = forms.ChoiceField(
        choices=[(channel.value, channel.label) for channel in CHANNELS],
        initial=Ticket.Channel.PHONE.value,
    )
    ground = forms.ChoiceField(
        error_messages={
            "required": "Choose the ground.",
            "invalid_choice": "That is not a ground of this policy.",
        }
    )
    words = forms.CharField(required=False, max_length=20_000)
    is_disconnection = forms.BooleanField(required=False)

    def __init__(
        self, data: Any = None, *, ticket: Ticket, terms: Terms | None, by: User, at: Any
    ) -> None:
        super().__init__(data, auto_id="raise_%s")
        self.ticket, self.terms, self.by = ticket, terms, by
        rows = AuthorisedUser.objects.filter(order=ticket.order_id, is_active=True)
        people = rows.filter(may_escalate=True).order_by("name", "pk")
        self.people = {str(person.pk): person for person in people}
        tam = contracts.tam_now(ticket.order, at=at)
        self.is_tam = tam is not None and tam.tam_id == by.pk
        grounds = list(terms.grounds.values()) if terms else []
        self.grounds = {ground.key: ground for ground in grounds}
        offered = {"who": self._people_offered(), "ground": self._grounds_offered()}
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        if terms is None or not terms.path.disconnection_clause:
            del self.fields["is_disconnection"]

    def _people_offered(self) -> list[tuple[str, str]]:
        named = [(key, f"{person.name}, {person.email}") for key, person in self.people.items()]
        return [(THE_TAM, "I do, as the TAM"), *named] if self.is_tam else named

    def _grounds_offered(self) -> list[tuple[str, str]]:
        return [
            *((key, ground.label) for key, ground in self.grounds.items()),
            (NONE_NAMED, "None is named"),
        ]

    @property
    def chosen_who(self) -> str:
        """Who is chosen at first: the TAM where they look, else the requester."""
        if self.is_bound:
            return str(self["who"].value())
        return THE_TAM if self.is_tam else str(self.ticket.requester_id)

    @property
    def fresh_key(self) -> str:
        """The key to send next time: the one that came, if it is one."""
        try:
            return str(UUID(str(self.data.get("act_key", ""))))
        except ValueError:
            return str(uuid4())

    def raised(self) -> dict[str, Any]:
        """Return what a valid form says, as the service takes it."""
        given = self.cleaned_data
        client = self.people.get(given["who"])
        ground: Reason | None = self.grounds.get(given["ground"])
        words = given["words"].replace("\r\n", "\n")
        told = [given["who"], given["ground"], words, given.get("is_disconnection", False)]
        once = uuid5(given["act_key"], "\n".join(map(str, told)))
        return {
            "client": client,
            "sender": client.email if client else self.by.email,
            "ground": ground,
            "words": words,
            "channel": given["channel"] if client else Ticket.Channel.TAM,
            "is_disconnection": given.get("is_disconnection", False),
            "by": self.by,
            "source_key": f"staff:{once}",
        }
