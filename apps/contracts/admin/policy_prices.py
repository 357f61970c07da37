"""Fees by form: amounts, minimum, increment, and the tiers of a price list."""

from collections.abc import Iterator

from apps.contracts.admin import words
from apps.contracts.admin.policy_fields import Input, shown
from apps.contracts.admin.policy_sections import Document, Group, Section
from apps.contracts.policy_file.problems import Path, key_of

TIER = {"from_minutes": "From, min", "to_minutes": "To, min", "amount": "Price"}
HOURLY = {
    "hourly_amount": ("An hour", "money"),
    "minimum_minutes": ("At least, minutes", "number"),
    "increment_minutes": ("Rounded up to, minutes", "number"),
}

PER_ORDER = {
    "billed": (
        "Charged",
        [("in_advance", "when a period begins"), ("in_arrears", "once a period is over")],
    ),
    "periods": (
        "Periods",
        [("from_start", "from the order's first day"), ("calendar", "of the calendar")],
    ),
    "pro_rata": (
        "A part of a period",
        [("daily", "costs its share of the days"), ("none", "costs all of it")],
    ),
}


class Prices(Section):
    """Each fee with its figures. A tier whose fields are emptied goes; the last row adds one."""

    def build(self) -> Iterator[Group]:
        currency = self.document["policy"]["currency"]
        for number, fee in enumerate(self.document.get("fees", [])):
            path: Path = ("fees", number)
            inputs = [Input((*path, "title"), "Title", "text", fee["title"])]
            if fee["kind"] == "hourly":
                inputs += _hourly(fee, path, currency)
            if fee["kind"] == "per_order":
                inputs += list(_per_order(fee, path))
            kind = words.KINDS[fee["kind"]].lower()
            yield Group(
                f"{fee['title']}: {kind}", fee["clause"], inputs, list(_tiers(fee, path, currency))
            )

    def changed(self) -> Document:
        document = super().changed()
        for fee in document.get("fees", []):
            if "tiers" in fee:
                fee["tiers"] = [tier for tier in fee["tiers"] if tier]
        return document

    def working_copy(self) -> Document:
        document = super().working_copy()
        for fee in document.get("fees", []):
            if "tiers" in fee:
                fee["tiers"].append({})
        return document

    def input_key(self, key: str) -> str:
        """A tier is counted among those that are left; here emptied ones stay to be seen."""
        for number, group in enumerate(self.groups):
            left = [row for row in group.table if any(each.value for each in row)]
            for place, row in enumerate(left):
                own = key_of(("fees", number, "tiers", place))
                if key == own or key.startswith(f"{own}."):
                    return key.replace(own, key_of(row[0].path[:-1]), 1)
        return key


def _hourly(fee: Document, path: Path, currency: str) -> Iterator[Input]:
    for name, (label, kind) in HOURLY.items():
        unit = currency if kind == "money" else ""
        yield Input((*path, name), label, kind, shown(fee.get(name)), unit=unit)
    label = "Only once the fault was found not to be the provider's"
    yield Input(
        (*path, "after_fault_finding"), label, "tick", fee.get("after_fault_finding", False)
    )


def _per_order(fee: Document, path: Path) -> Iterator[Input]:
    for name, (label, choices) in PER_ORDER.items():
        # A key that the file leaves out has its first value.
        yield Input((*path, name), label, "choice", fee.get(name) or choices[0][0], choices=choices)


def _tiers(fee: Document, path: Path, currency: str) -> Iterator[list[Input]]:
    """Yield a row for each tier, and an empty one."""
    if fee["kind"] != "tiers":
        return
    for number, tier in enumerate([*fee["tiers"], {}]):
        yield [
            Input(
                (*path, "tiers", number, name),
                label,
                "money" if name == "amount" else "number",
                shown(tier.get(name)),
                unit=currency if name == "amount" else "",
            )
            for name, label in TIER.items()
        ]
