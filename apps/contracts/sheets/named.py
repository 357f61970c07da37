"""Cells that name a row of the database by its natural key: accounts, orders, policies, plans."""

from collections.abc import Iterable
from typing import Any, TypeVar

from import_export.widgets import Widget

from apps.contracts.models import Account, Calendar, Order, Plan, PolicyVersion, Service
from apps.contracts.sheets.cells import LONGEST_NUMBER, Depends, TextCell, listed

BETWEEN = "; "
Keyed = TypeVar("Keyed", Plan, Calendar, Service)


def number_in(text: str) -> int:
    """Return the number that a text is; 0, which no version has, where it is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else 0


def by_key(word: str, rows: Iterable[Keyed]) -> Keyed | None:
    """Return the row with exactly that key, else the only one that differs in case; None: none."""
    keys = {row.key: row for row in rows}
    folded = [row for key, row in keys.items() if key.casefold() == word.casefold()]
    return keys.get(word) or (folded[0] if len(folded) == 1 else None)


class AccountCell(TextCell):
    """An account, by its name."""

    def clean(self, value: str, row: Any = None, **given: Any) -> Account:
        account = given["known"].accounts.get(value)
        if account is None:
            raise ValueError(f"there is no account “{value}”. Import or add it first.")
        return account


class OrderCell(TextCell):
    """An order, by its number."""

    def clean(self, value: str, row: Any = None, **given: Any) -> Order:
        order = given["known"].orders.get(value)
        if order is None:
            raise ValueError(f"there is no order “{value}”. Import or add it first.")
        return order


class PolicyCell(TextCell):
    """A policy, by its slug. Which of its versions it is, another column says."""

    def clean(self, value: str, row: Any = None, **given: Any) -> str:
        slugs = sorted({slug for slug, _ in given["known"].versions})
        if value not in slugs:
            raise ValueError(f"there is no published policy “{value}”; there is {listed(slugs)}.")
        return value


class VersionCell(TextCell):
    """A published version of the row's policy, by its number."""

    def clean(self, value: str, row: Any = None, **given: Any) -> PolicyVersion:
        versions = given["known"].versions
        numbers = sorted(number for slug, number in versions if slug == row.get("policy"))
        if not numbers:
            raise Depends
        number = number_in(value)
        if number not in numbers:
            raise ValueError(
                f"“{value}” is not a published version of {row['policy']}; "
                f"it has {listed(numbers)}."
            )
        return versions[row["policy"], number]

    def render(self, value: PolicyVersion | None, obj: Any = None, **given: Any) -> str:
        return str(value.number) if value else ""


class PlanCell(TextCell):
    """A plan of the row's policy version, by its key."""

    def clean(self, value: str, row: Any = None, **given: Any) -> Plan:
        known = given["known"]
        version = known.versions.get((row.get("policy"), number_in(row.get("version", ""))))
        if version is None:
            raise Depends
        plans = known.plans[version.pk]
        plan = by_key(value, plans.values())
        if plan is None:
            raise ValueError(f"“{value}” is not a plan of {version}; it has {listed(plans)}.")
        return plan

    def render(self, value: Plan | None, obj: Any = None, **given: Any) -> str:
        return value.key if value else ""


class CalendarCell(TextCell):
    """A calendar of the row's policy version, by its key."""

    def clean(self, value: str, row: Any = None, **given: Any) -> Calendar:
        known = given["known"]
        version = known.versions.get((row.get("policy"), number_in(row.get("version", ""))))
        if version is None:
            raise Depends
        calendars = known.calendars[version.pk]
        calendar = by_key(value, calendars.values())
        if calendar is None:
            raise ValueError(
                f"“{value}” is not a calendar of {version}; it has {listed(calendars)}."
            )
        return calendar

    def render(self, value: Calendar | None, obj: Any = None, **given: Any) -> str:
        return value.key if value else ""


class ServicesCell(Widget):
    """Services, by their keys or titles, with semicolons between them."""

    def clean(self, value: str, row: Any = None, **given: Any) -> list[Service]:
        known = given["known"]
        words = [word.strip() for word in value.split(BETWEEN.strip()) if word.strip()]
        if not words:
            raise ValueError("names no service. Leave it empty where everything is covered.")
        found = {self._service(word, known.services) for word in words}
        order = known.there.get((row["number"],))
        there = set(order.services.all()) if order else set()
        unused = [str(each) for each in found - there if not each.is_active]
        if unused:
            raise ValueError(f"{listed(sorted(unused))}: out of use. Leave it out, or activate it.")
        return sorted(found, key=lambda service: service.key)

    def _service(self, word: str, services: Iterable[Service]) -> Service:
        service = by_key(word, services)
        if service is not None:
            return service
        called = [each for each in services if each.title.casefold() == word.casefold()]
        if not called:
            raise ValueError(
                f"there is no service “{word}”; there is {listed(each.key for each in services)}."
            )
        if len(called) > 1:
            keys = listed(each.key for each in called)
            raise ValueError(f"“{word}” may be any of {keys}. Write the key.")
        return called[0]

    def render(self, value: Iterable[Service], obj: Any = None, **given: Any) -> str:
        return BETWEEN.join(sorted(service.key for service in value))
