"""The questions of “When would this be due?”. Each choice narrows the ones below it."""

import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from apps.contracts.admin.keys import key_in
from apps.contracts.models import PolicyVersion
from apps.tickets.admin.local_time import NoSuchTime, shown
from apps.tickets.models import Ticket
from apps.tickets.wording import moment

LOCAL = "%Y-%m-%dT%H:%M"
READABLE = [LOCAL, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]


class NaiveDateTime(forms.DateTimeField):
    """A wall-clock time: which instants it names, its zone decides, and that is another field."""

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        for form in READABLE:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 (naive on purpose)
            except ValueError:
                continue
        raise forms.ValidationError("Write the time as 2025-03-30T14:30.")


class WhenDueForm(forms.Form):
    """A version first; then plans and severities are its own. Keys survive a change of version."""

    version = forms.ModelChoiceField(
        queryset=PolicyVersion.objects.select_related("policy"),
        empty_label=None,
        error_messages={
            "required": "Choose a policy.",
            "invalid_choice": "There is no such policy version. Choose one of these.",
        },
    )
    plan = forms.ChoiceField(error_messages={"required": "Choose a plan."})
    severity = forms.ChoiceField(error_messages={"required": "Choose a severity."})
    channel = forms.ChoiceField(choices=Ticket.Channel.choices)
    local = NaiveDateTime(
        label="Registered at", error_messages={"required": "Say when it would be registered."}
    )
    zone = forms.ChoiceField(error_messages={"required": "Choose the zone of that time."})
    turn = forms.ChoiceField(choices=[("", ""), ("1", "first"), ("2", "second")], required=False)

    def __init__(self, data: Mapping[str, Any], *, at: datetime, reader: str) -> None:
        self.given = {name: data.get(name, "") for name in self.base_fields}
        super().__init__(self.given, auto_id="due_%s")
        self.is_asked = "show" in data
        self.reader = reader
        self.turns: list[tuple[str, str]] = []
        self.found = self._found()
        self._fill_in(at)
        for name, options in self._own().items():
            field = self.fields[name]
            field.choices = options  # type: ignore[attr-defined]
            field.error_messages["invalid_choice"] = f"This policy has no such {name}."
        zones = self.fields["zone"]
        zones.choices = [(name, name) for name in _zones()]  # type: ignore[attr-defined]
        zones.error_messages["invalid_choice"] = "There is no such time zone."

    @property
    def plan_id(self) -> int:
        """The row of the chosen plan."""
        return self._plans[self.cleaned_data["plan"]][0]

    def clean(self) -> None:
        given = self.cleaned_data
        if "local" not in given or "zone" not in given:
            return
        try:
            instants = shown(given["local"], given["zone"]).instants
        except NoSuchTime as error:
            self.add_error("local", str(error))
            return
        if len(instants) > 1:
            self.turns = [
                (str(number), f"the {word} time, {moment(at, given['zone'])}")
                for number, word, at in zip((1, 2), ("first", "second"), instants, strict=True)
            ]
            if not given.get("turn"):
                text = "This time occurs twice: the clocks go back. Say which one is meant."
                self.add_error("local", text)
                return
        given["instant"] = instants[int(given.get("turn") or 1) - 1 if self.turns else 0]

    def _found(self) -> PolicyVersion | None:
        """Return the version that was chosen, or the first one offered."""
        versions = PolicyVersion.objects.select_related("policy")
        key = str(self.data["version"])
        if not key:
            return versions.order_by("-state", "policy__title", "-number").first()
        return versions.filter(pk=key_in(key)).first()

    def _fill_in(self, at: datetime) -> None:
        """Answer what was not asked yet: the page shows a whole question from the start."""
        if self.is_asked or self.found is None:
            return
        data = self.given
        data["version"] = data["version"] or str(self.found.pk)
        if data["zone"] not in zoneinfo.available_timezones():
            data["zone"] = self.found.time_zone
        data["channel"] = data["channel"] or Ticket.Channel.EMAIL
        if not data["local"]:
            data["local"] = at.astimezone(ZoneInfo(data["zone"])).strftime(LOCAL)

    def _own(self) -> dict[str, list[tuple[str, str]]]:
        plans = [(key, title) for key, (_, title) in self._plans.items()]
        return {"plan": plans, "severity": self._severities}

    @cached_property
    def _plans(self) -> dict[str, tuple[int, str]]:
        if self.found is None:
            return {}
        rows = self.found.plans.order_by("pk").values_list("key", "pk", "title")
        return {key: (pk, title) for key, pk, title in rows}

    @cached_property
    def _severities(self) -> list[tuple[str, str]]:
        if self.found is None:
            return []
        return list(self.found.severities.order_by("rank").values_list("key", "label"))


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    return sorted(zoneinfo.available_timezones())
