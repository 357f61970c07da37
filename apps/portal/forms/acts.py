"""What a client writes on a ticket. Each can be sent twice and acts once."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import Severity
from apps.portal.queries.tickets.grounds import Ground
from apps.tickets.attachments import FilesField, SeveralFilesInput

LONGEST = 100_000  # characters of a message
LOST = _("Something of the page got lost on its way: send it once more.")


def files_field() -> FilesField:
    """Files to go along."""
    return FilesField(
        required=False, label=_("Files"), widget=SeveralFilesInput(attrs={"multiple": True})
    )


def text_field(label: Any, *, rows: int = 6, most: int = LONGEST, **more: Any) -> forms.CharField:
    """Something to be written at length; lines end as they do in mails."""
    return _Text(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more)


class _Text(forms.CharField):
    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


def given_again(told: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return what was filled in, to be filled in again; a tick that was left out stays out."""
    return {name: told[name] for name in names if told.get(name, "") not in ("", "False")}


class OnceForm(forms.Form):
    """A form with a key, so that the same sent twice is one act, and other words another."""

    act_key = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": LOST, "invalid": LOST}
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("act_key", uuid4())

    def once(self, *words: object) -> str:
        """Name the act by its key and by what was said."""
        return str(uuid5(self.cleaned_data["act_key"], "\n".join(map(str, words))))


class ReplyForm(OnceForm):
    """A message on a ticket, with files."""

    text = text_field(
        _("Your message"),
        error_messages={"required": _("Write something: an empty message helps nobody.")},
    )
    attached = files_field()

    def name(self) -> str:
        """Name what was sent."""
        said = self.cleaned_data
        files = [hashlib.sha256(file.content).hexdigest() for file in said["attached"] or []]
        return self.once(said["text"], *files)


class SettleForm(OnceForm):
    """Whether a solution settles it; a refusal says why not."""

    CONFIRM, REFUSE = "confirm", "refuse"
    act = forms.ChoiceField(
        choices=[(CONFIRM, _("It is settled")), (REFUSE, _("It is not settled"))],
        error_messages={
            "required": _("Say whether it is settled."),
            "invalid_choice": _("Say whether it is settled."),
        },
    )
    text = text_field(
        _("In your words"),
        rows=4,
        required=False,
        help_text=_("Needed where it is not settled: what does not work yet."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("act") == self.REFUSE and not said.get("text"):
            self.add_error("text", _("Say what is not settled: that is what is looked at."))
        return said

    def name(self) -> str:
        """Name what was sent."""
        said = self.cleaned_data
        return self.once(said["act"], said["text"])


class DisputeForm(OnceForm):
    """Which severity it should have, and what that rests on."""

    wanted = forms.ChoiceField(
        label=_("Severity that it should have"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the severity that it should have."),
            "invalid_choice": _("That is no severity of this ticket's policy."),
        },
    )
    claim = text_field(
        _("Why"), rows=4, error_messages={"required": _("Say why: it is decided by that.")}
    )
    evidence = text_field(
        _("What shows it"),
        rows=4,
        required=False,
        help_text=_("How many are affected, since when, what you measured."),
    )

    def __init__(
        self, data: Any = None, *, severities: Sequence[Severity], now: Severity, **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.others = {row.key: row for row in severities if row.pk != now.pk}
        self.fields["wanted"].choices = [  # type: ignore[attr-defined]
            (key, row.label) for key, row in self.others.items()
        ]

    def facts(self) -> dict[str, Any]:
        """Return what the service is told."""
        said = self.cleaned_data
        return {
            "wanted": self.others[said["wanted"]],
            "claim": said["claim"],
            "evidence": said["evidence"],
            "act_key": self.once(said["wanted"], said["claim"], said["evidence"]),
        }


class EscalateForm(OnceForm):
    """On which of the grounds that are admissible, and in which words."""

    NONE = "-"
    ground = forms.ChoiceField(
        label=_("Ground"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the ground."),
            "invalid_choice": _("That is no ground on which this ticket can be escalated now."),
        },
    )
    words = text_field(_("What you want to be done"), required=False)

    def __init__(self, data: Any = None, *, offered: Sequence[Ground], **more: Any) -> None:
        super().__init__(data, **more)
        self.offered = {ground.key or self.NONE: ground for ground in offered}
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (key, ground.reason.label if ground.reason else _("No particular ground"))
            for key, ground in self.offered.items()
        ]
        if len(self.offered) == 1:
            self.initial.setdefault("ground", next(iter(self.offered)))

    def facts(self) -> dict[str, Any]:
        """Return what the service is told."""
        said = self.cleaned_data
        return {
            "ground": self.offered[said["ground"]].reason,
            "words": said["words"],
            "source_key": f"portal:{self.once(said['ground'], said['words'])}",
        }
