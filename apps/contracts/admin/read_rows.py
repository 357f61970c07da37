"""Rows of a form that two people may have open at once: each carries what was read.

What others changed meanwhile is taken over where this person left it alone. A row that both
changed is refused once, beside it and in words, with what was typed kept; saved again it goes in.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.core.exceptions import ValidationError

KEPT = "What you typed is kept. Look, and save again."
GONE = f"Somebody removed this row meanwhile. To have it again, save it as a new one. {KEPT}"
READ, DELETE = "read", "DELETE"


class ReadField(forms.CharField):
    """What the row said when its page was made: field -> value, as a browser would send it."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class ReadForm(forms.ModelForm):
    """A row that nobody changed since it was read, or that says who did and what it holds now.

    ``gone``: somebody removed the row while this person changed it. It is offered as a new one.
    """

    read = ReadField(required=False)

    def __init__(self, *args: Any, gone: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refusal = GONE if gone else ""
        if self.instance.pk is None:
            return
        self.stored = {
            name: _sent(self.initial[name]) for name in self.fields if name in self.initial
        }
        self.initial[READ] = urlencode(self.stored)
        if self.is_bound:
            self._meet_others()

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if self._refusal:
            self.add_error(None, self._refusal)
        return facts

    def _meet_others(self) -> None:
        read = read_in(self.data.get(self.add_prefix(READ)))
        fields = {name: self.fields[name] for name in self.stored if name in read}
        theirs = [
            name for name, field in fields.items() if not same(field, read[name], self.stored[name])
        ]
        if not theirs:
            return
        typed = typed_in(self.data, fields, self.add_prefix)
        ours = [name for name, field in fields.items() if not same(field, read[name], typed[name])]
        against = [name for name in ours if not same(fields[name], typed[name], self.stored[name])]
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name in set(theirs) - set(ours):
            _put(data, self.add_prefix(name), self.stored[name])
        removes = bool(data.pop(self.add_prefix(DELETE), None))
        data[self.add_prefix(READ)] = self.initial[READ]
        self.data = data
        if against or removes:
            self._refusal = self._told(theirs, removes=removes)

    def _told(self, names: list[str], *, removes: bool) -> str:
        last = self.instance.history.select_related("history_user").first()
        user = last.history_user if last else None
        who = (user.get_full_name() or str(user)) if user else "Somebody"
        now = "; ".join(f"{self[name].label} is {self._word(name)}" for name in names)
        kept = "Remove it again if it shall still go." if removes else KEPT
        return f"{who} changed this row meanwhile: {now}. {kept}"

    def _word(self, name: str) -> str:
        field, value = self.fields[name], self.stored[name]
        if isinstance(field, forms.BooleanField):
            return "yes" if value else "no"
        if isinstance(field, forms.ModelChoiceField):
            return str(getattr(self.instance, name))
        if isinstance(field, forms.ChoiceField):
            return str(getattr(self.instance, f"get_{name}_display")())
        return value or "empty"


class ReadFormSet(forms.BaseInlineFormSet):
    """The rows as they are stored by now, with what this person typed over them.

    Rows that others added stand among them. A row that others removed is dropped where this person
    left it alone, and is a new one where they changed it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gone: set[int] = set()
        if self.is_bound and self.instance.pk and self.management_form.is_valid():
            self._meet_others()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "gone": index in self._gone}

    def _meet_others(self) -> None:
        posted = [self._row(number) for number in range(self.total_form_count())]
        known = {row["id"][0]: row for row in posted if row.get("id", [""])[0]}
        stored = {str(row.pk): row for row in self.get_queryset()}
        if list(known) == list(stored):
            return
        kept = [known.get(pk) or self._stored_row(row) for pk, row in stored.items()]
        gone = [row for pk, row in known.items() if pk not in stored and self._changed(row)]
        new = [row for row in posted if not row.get("id", [""])[0]]
        if not known and self.initial_form_count():
            new = new[self.initial_form_count() :]  # a list that is only shown sends no rows
        for row in gone:
            row["id"], row[READ] = [""], [""]
        self._gone = set(range(len(kept), len(kept) + len(gone)))
        self._write([*kept, *gone, *new], known=len(kept))

    def _row(self, number: int) -> dict[str, list[str]]:
        """Return field -> what was sent for it, of one row."""
        start = f"{self.add_prefix(number)}-"
        data: Any = self.data
        return {key.removeprefix(start): data.getlist(key) for key in data if key.startswith(start)}

    def _stored_row(self, row: Any) -> dict[str, list[str]]:
        form: Any = self.form(instance=row)
        data = {name: [value] for name, value in form.stored.items() if value}
        return {**data, "id": [str(row.pk)], READ: [form.initial[READ]]}

    def _changed(self, row: Mapping[str, list[str]]) -> bool:
        """Return whether a row that is gone was changed here, and not to be removed anyway."""
        data = {key: values[-1] for key, values in row.items()}
        read = read_in(data.get(READ))
        fields = {name: field for name, field in self.form.base_fields.items() if name != READ}
        typed = typed_in(data, fields, str)
        changed = any(
            not same(field, read.get(name), typed[name]) for name, field in fields.items()
        )
        return changed and not data.get(DELETE)

    def _write(self, rows: list[dict[str, list[str]]], *, known: int) -> None:
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        start = f"{self.prefix}-"
        for key in [key for key in data if key.startswith(start) and key[len(start)].isdigit()]:
            del data[key]
        for number, row in enumerate(rows):
            for name, values in row.items():
                data.setlist(f"{self.add_prefix(number)}-{name}", values)
        data[f"{start}TOTAL_FORMS"], data[f"{start}INITIAL_FORMS"] = len(rows), known
        self.data = data
        del self.management_form


def read_in(text: Any) -> dict[str, str]:
    """Return what a row said when it was read; nothing, where its page did not say."""
    return dict(parse_qsl(str(text or ""), keep_blank_values=True))


def typed_in(data: Any, fields: Mapping[str, forms.Field], key: Any) -> dict[str, Any]:
    """Return field -> what was sent for it; ``key`` says under which name."""
    return {
        name: field.widget.value_from_datadict(data, {}, key(name))
        for name, field in fields.items()
    }


def same(field: forms.Field, one: Any, other: Any) -> bool:
    """Return whether two values that were sent mean the same, such as 4 and 4.00."""
    return bool(_meant(field, one) == _meant(field, other))


def _meant(field: forms.Field, sent: Any) -> Any:
    if isinstance(field, forms.ModelChoiceField):
        return str(sent or "")
    try:
        return field.to_python(sent)
    except ValidationError:
        return sent


def _sent(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def _put(data: Any, key: str, value: str) -> None:
    """Write a value as a browser sends it: of a box that is not ticked it sends nothing."""
    data.pop(key, None)
    if value:
        data[key] = value
