"""How a refused form says what is wrong, and where: no script is needed for it."""

from typing import Any

from django import forms, template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# What the page sends along by itself: nobody can mend it in a field.
HIDDEN = ("act_key", "seen")


@register.inclusion_tag("admin/intake/problems.html")
def problems(form: forms.BaseForm) -> dict[str, Any]:
    """Show in one place that a form was refused, with links to the fields that were."""
    unseen = [said for name in HIDDEN for said in form.errors.get(name, [])]
    return {"words": [*form.non_field_errors(), *unseen], "fields": refused_fields(form)}


@register.simple_tag
def aria(field: forms.BoundField, *, is_group: bool = False) -> SafeString:
    """Return the attributes of an input: its id, and if it was refused, that it was and why.

    The first that was refused is where the browser begins. ``is_group``: several inputs in one.
    """
    attributes = [("id", field.auto_id)]
    if is_group:
        attributes += [("role", "radiogroup"), ("tabindex", "-1")]
    if field.errors:
        attributes += [("aria-invalid", "true"), ("aria-describedby", f"{field.auto_id}_problem")]
        if refused_fields(field.form)[0].name == field.name:
            attributes.append(("autofocus", "autofocus"))
    return format_html_join(" ", '{}="{}"', attributes)


@register.simple_tag
def problem(field: forms.BoundField) -> SafeString:
    """Return what is wrong with a field, for its input to refer to."""
    if not field.errors:
        return SafeString()
    said = format_html_join(" ", "{}", ((words,) for words in field.errors))
    return format_html('<span class="tk-refused" id="{}_problem">{}</span>', field.auto_id, said)


def refused_fields(form: forms.BaseForm) -> list[forms.BoundField]:
    """Return the refused fields in the order in which the form has them."""
    return [form[name] for name in form.fields if name in form.errors and name not in HIDDEN]
