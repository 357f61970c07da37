"""The form of an order: what makes no sense is refused in words, and nobody's typing is lost."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminDateWidget

from apps.contracts.admin.kept import KeptForm
from apps.contracts.models import Calendar, Order, Plan, PolicyVersion, Service, Severity
from apps.contracts.queries.names import names_of
from apps.contracts.services.order_checks import overlap_problem, problems_of
from apps.contracts.services.order_revisions import (
    TERMS,
    ChangedMeanwhile,
    revisions_since,
    word,
)
from apps.contracts.services.orders import amendment_problem, lock, over_words, today_of

KEPT = "What you typed is kept; what others changed stands beside it. Look, and save again."

OVER = "What you typed is shown here to be read; it cannot be saved."
NO_SERVICES = (
    'No services are listed yet: everything is covered. <a class="fl-link" href="{}">Add one</a>'
)


class OrderForm(KeptForm):
    """An order that makes sense, and that nobody changed since this form was read."""

    read_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "version" not in self.fields:
            return  # who may only look, or an executed order: its terms are not asked
        self.fields["read_revision"].required = self.instance.pk is not None
        self.fields["read_revision"].initial = self.instance.revision
        published = Q(state=PolicyVersion.State.PUBLISHED)
        versions = PolicyVersion.objects.filter(published | Q(pk=self.instance.version_id))
        names = names_of(versions.select_related("policy").defer("source"))
        self._offer("version", versions.select_related("policy"))
        self.fields["version"].label_from_instance = lambda row: names.get(row.pk, row)  # type: ignore[attr-defined]
        for name, model in (("plan", Plan), ("tam_calendar", Calendar)):
            rows = model.objects.filter(version__in=versions).select_related("version__policy")
            self._offer(name, rows)
            self.fields[name].label_from_instance = with_policy(names)  # type: ignore[attr-defined]
        there = Q(orders=self.instance) if self.instance.pk else Q(pk=None)
        self._offer("services", Service.objects.filter(Q(is_active=True) | there).distinct())
        if not Service.objects.exists():
            page = reverse("admin:contracts_service_add")
            self.fields["services"].help_text = format_html(NO_SERVICES, page)

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if "version" not in self.fields:
            return facts
        if self.instance.pk:
            self._meet_others()
        order = self._as_it_would_be()
        if order is not None:
            for field, text in problems_of(order):
                if field not in self.errors:
                    self.add_error(field if field in self.fields else None, text)
        return facts

    def terms(self) -> dict[str, Any]:
        """Return the terms of a valid form, as the services take them."""
        return {name: value for name, value in self.cleaned_data.items() if name in TERMS}

    def _as_it_would_be(self) -> Order | None:
        """Return the order with what was typed, unsaved; None: too little was."""
        facts = self.cleaned_data
        if not (facts.get("version") and facts.get("plan")):
            return None
        names = [name for name in TERMS if name != "services"]
        stored = (
            {name: getattr(self.instance, name, None) for name in names} if self._is_old else {}
        )
        typed = {name: facts[name] for name in names if name in facts}
        order = Order(pk=self.instance.pk, state=self.instance.state, **{**stored, **typed})
        return order if order.starts_on else None

    @property
    def _is_old(self) -> bool:
        return self.instance.pk is not None

    def _meet_others(self) -> None:
        """Say who changed the order since it was read; take over what this person left alone."""
        now = lock(self.instance)
        read = self.cleaned_data.get("read_revision")
        if read is None or read == now.revision:
            return
        revisions = revisions_since(now, read)
        self.add_error(None, f"{ChangedMeanwhile(now, revisions)} {KEPT}")
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        was: dict[str, str] = {}
        for revision in revisions:
            for change in revision.changes:
                was.setdefault(change["field"], change["before"])
        for name in [name for name in was if name in self.fields and name in self.cleaned_data]:
            typed = word(name, _plain(self.cleaned_data[name]))
            current = word(name, _value(now, name))
            if typed == was[name]:
                _put(data, name, _value(now, name))
            elif typed != current:
                self.add_error(name, f"Changed meanwhile, to {current}.")
        data["read_revision"] = now.revision
        self.data = data


class AmendForm(OrderForm):
    """What an amendment asks besides the terms: its date and its reason."""

    dated_on = forms.DateField(
        label="Dated",
        widget=UnfoldAdminDateWidget,
        help_text="The date that the amendment bears. It counts from the moment it is saved.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["change_reason"].required = True
        if self.instance.pk:
            self.fields["dated_on"].initial = today_of(self.instance, timezone.now())

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        now = lock(self.instance)
        if now.state != Order.State.EXECUTED:
            self.add_error(None, f"{over_words(now)} {OVER}")
        elif not self.errors:
            for text in self._refusals(facts["dated_on"], facts["change_reason"]):
                self.add_error(None, text)
        return facts

    def _refusals(self, dated_on: date, reason: str) -> Iterator[str]:
        terms = self.terms()
        now = lock(self.instance)
        refusal = amendment_problem(
            now, terms=terms, dated_on=dated_on, reason=reason, at=timezone.now()
        )
        order = self._as_it_would_be()
        if refusal:
            yield refusal
        elif order is not None:
            overlap = overlap_problem(order, terms["services"])
            if overlap:
                yield overlap


def with_policy(names: Mapping[int, str]) -> Callable[[Plan | Calendar | Severity], str]:
    """Return how a policy's part is called; ``names`` says what the versions are called."""
    return lambda row: f"{row} · {names.get(row.version_id, row.version)}"


def _value(order: Order, name: str) -> Any:
    return list(order.services.all()) if name == "services" else getattr(order, name)


def _plain(value: Any) -> Any:
    return list(value) if hasattr(value, "all") else value


def _put(data: Any, name: str, value: Any) -> None:
    """Write a value into a form's data, as a browser would send it."""
    if isinstance(value, list):
        data.setlist(name, [str(row.pk) for row in value])
    elif isinstance(value, Model):
        data[name] = str(value.pk)
    else:
        data[name] = "" if value is None else str(value)
