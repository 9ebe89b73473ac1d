"""The form of a decision on proposals."""

from __future__ import annotations

from typing import Any

from django import forms


class DecisionForm(forms.Form):
    """Which rows, accept or return, and why. Without rows it speaks of all that are pending."""

    verb = forms.ChoiceField(choices=[("accept", "accept"), ("return", "return")])
    rows = forms.TypedMultipleChoiceField(coerce=int, required=False)
    everything = forms.BooleanField(required=False)
    reason = forms.CharField(required=False, max_length=2000, strip=True)

    def __init__(self, *args: Any, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.fields["rows"]
        if isinstance(rows, forms.TypedMultipleChoiceField):
            rows.choices = [(number, str(number)) for number in numbers]
