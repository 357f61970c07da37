"""What finance types about a standing: an exemption or a promise, and why."""

from django import forms

from apps.billing.admin.fields import amount_field, day_field, text_field
from apps.billing.models import Exemption
from apps.billing.services.exempting import LONGEST_REASON


class SpareForm(forms.Form):
    """Until when an account is spared, why, and whether it is a promise to pay."""

    kind = forms.ChoiceField(
        label="What",
        choices=[
            (Exemption.Kind.PROMISE, "Promise to pay: no further step until then"),
            (Exemption.Kind.EXEMPTION, "Exemption: nothing is suspended until then"),
        ],
        widget=forms.Select(attrs={"class": "tk-input"}),
    )
    until_on = day_field("Last day")
    amount = amount_field("Promised amount", required=False)
    reason = text_field("Why, and who agreed it", longest=LONGEST_REASON)
