"""The parts of a policy file that are edited by form: what can be changed in each."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from apps.contracts.admin import words
from apps.contracts.admin.policy_fields import Input, length_of_time, shown
from apps.contracts.models import Reason
from apps.contracts.policy_file.parts import Hours
from apps.contracts.policy_file.problems import Path, Problem
from apps.contracts.policy_file.rules import Rules

Document = dict[str, Any]


@dataclass(slots=True)
class Group:
    """Inputs that belong together: a fee, a rule, a severity."""

    title: str
    clause: str = ""
    inputs: list[Input] = field(default_factory=list)
    table: list[list[Input]] = field(default_factory=list)  # rows such as the tiers of a fee


class Section(ABC):
    """A page of inputs over a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.groups = list(self.build())

    @abstractmethod
    def build(self) -> Iterator[Group]:
        """Yield the groups of inputs that the document calls for."""

    def inputs(self) -> Iterator[Input]:
        for group in self.groups:
            yield from group.inputs
            for row in group.table:
                yield from row

    def take(self, typed: Mapping[str, str]) -> None:
        for each in self.inputs():
            each.take(typed)

    def changed(self) -> Document:
        """Return the document with what was typed."""
        document = self.working_copy()
        for each in self.inputs():
            each.put(document)
        return document

    def working_copy(self) -> Document:
        """Return a copy that has a place for each input."""
        return deepcopy(self.document)

    def place(self, problems: Sequence[Problem]) -> list[tuple[Problem, str]]:
        """Show each problem at its input; return all with the name of their input, if any."""
        return [(problem, self._told(problem)) for problem in problems]

    def input_key(self, key: str) -> str:
        """Return what a key of the changed document is called on this page."""
        return key

    def _told(self, problem: Problem) -> str:
        key = self.input_key(problem.key)
        near = [each for each in self.inputs() if _is_near(each.name, key)] if key else []
        if near:
            near[0].problems.append(problem.text)
        return near[0].name if near else ""


def _is_near(name: str, key: str) -> bool:
    """Tell whether an input is at a key, below it, or holds the list whose entry it is."""
    return name == key or name.startswith((f"{key}.", f"{key}[")) or key.startswith(f"{name}[")


class General(Section):
    """The policy's own words and figures, and its plans."""

    def build(self) -> Iterator[Group]:
        policy = self.document["policy"]
        kinds = {"dated_on": "date", "warn_at_percent": "number"}
        names = ("provider", "title", "dated_on", "support_address", "warn_at_percent")
        yield Group(
            "The policy",
            inputs=[
                Input(("policy", name), GENERAL[name], kinds.get(name, "text"), shown(policy[name]))
                for name in names
            ],
        )
        for number, plan in enumerate(self.document["plans"]):
            path = ("plans", number)
            hours = shown(plan.get("tam_hours_per_month"))
            yield Group(
                f"Plan “{plan['title']}”",
                plan["clause"],
                [
                    Input((*path, "title"), "Title", "text", plan["title"]),
                    Input((*path, "tam_hours_per_month"), "TAM hours a month", "number", hours),
                ],
            )


GENERAL = {
    "provider": "Provider",
    "title": "Title",
    "dated_on": "Dated",
    "support_address": "Requests go to",
    "warn_at_percent": "People are warned at, % of a deadline's time",
}


class Severities(Section):
    """What each severity is called, when it is chosen, and examples."""

    def build(self) -> Iterator[Group]:
        for number, severity in enumerate(self.document["severities"]):
            path = ("severities", number)
            examples = shown(severity.get("examples"))
            yield Group(
                f"{severity['label']}",
                severity["clause"],
                [
                    Input((*path, "label"), "Label", "text", severity["label"]),
                    Input((*path, "criteria"), "When to choose it", "area", severity["criteria"]),
                    Input((*path, "examples"), "Such as, a line each", "lines", examples),
                ],
            )


class Reasons(Section):
    """What the entries of the lists are called."""

    def build(self) -> Iterator[Group]:
        for kind, name in Reason.Kind.choices:
            entries = self.document["reasons"].get(kind.lower(), [])
            if entries:
                inputs = [
                    Input(("reasons", kind.lower(), number, "label"), entry["key"], "text", label)
                    for number, entry in enumerate(entries)
                    for label in [entry["label"]]
                ]
                yield Group(name, inputs=inputs)


class RuleSettings(Section):
    """The figures of the rules: lengths of time, days, percentages, yes and no, contacts."""

    def build(self) -> Iterator[Group]:
        for name in Rules.model_fields:
            rule = self.document["rules"].get(name)
            inputs = list(self._settings(name, rule)) if rule else []
            if rule and inputs:
                yield Group(name.replace("_", " ").capitalize(), rule["clause"], inputs)

    def changed(self) -> Document:
        """A length of time that a rule may leave out is left out when both fields are empty."""
        document = super().changed()
        for name, rule in document["rules"].items():
            optional = _shape_of(name).model_fields
            for setting in [setting for setting, value in rule.items() if value == {}]:
                if not optional[setting].is_required():
                    del rule[setting]
        return document

    def _settings(self, name: str, rule: Document) -> Iterator[Input]:
        shape = _shape_of(name)
        for setting, about in shape.model_fields.items():
            path: Path = ("rules", name, setting)
            if setting not in rule and about.annotation is not bool:
                yield from _setting(path, _absent(about.annotation), about.annotation)
            elif setting in rule:
                yield from _setting(path, rule[setting], about.annotation)


def _shape_of(name: str) -> Any:
    """Return the shape of a rule, also of one that a policy may leave out."""
    annotation = Rules.model_fields[name].annotation
    return next(kind for kind in getattr(annotation, "__args__", [annotation]))


def _absent(annotation: Any) -> Any:
    """Return what stands for a setting that the file leaves out, if a form can add it."""
    if Hours in getattr(annotation, "__args__", ()):
        return {}
    return "" if annotation is int else None


def _setting(path: Path, value: Any, annotation: Any) -> Iterator[Input]:
    """Yield the inputs of one setting; of a list of tables, those of each of its entries."""
    label = words.label(str(path[-1]))
    if annotation is Hours or Hours in getattr(annotation, "__args__", ()):
        yield from length_of_time(value or {}, path, label)
    elif annotation is bool:
        yield Input(path, label, "tick", value)
    elif annotation is int:
        yield Input(path, label, "number", shown(value))
    elif isinstance(value, list) and value and all(type(each) is int for each in value):
        yield Input(path, label, "numbers", shown(value))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, entry in enumerate(value):
            about = entry.get("severities") or entry.get("severity") or ""
            keys = f" ({', '.join(about) if isinstance(about, list) else about})" if about else ""
            yield from _entry((*path, number), entry, f"{label} {number + 1}{keys}")


def _entry(path: Path, entry: Document, label: str) -> Iterator[Input]:
    for name, value in entry.items():
        said = f"{label}: {words.label(name).lower()}"
        if isinstance(value, dict):
            yield from length_of_time(value, (*path, name), said)
        elif type(value) is int:
            yield Input((*path, name), said, "number", shown(value))
        elif name in ("title", "email", "phone"):
            yield Input((*path, name), said, "text", value)


PLAIN: dict[str, tuple[str, type[Section]]] = {
    "rules": ("Rules", RuleSettings),
    "severities": ("Severities", Severities),
    "reasons": ("Lists", Reasons),
    "general": ("General and plans", General),
}
