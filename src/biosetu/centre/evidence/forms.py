"""The form of a decision on proposals."""

from __future__ import annotations

from django import forms


class DecisionForm(forms.Form):
    """Which rows, accept or return, and why. Without rows it speaks of all that are pending."""

    verb = forms.ChoiceField(choices=[("accept", "accept"), ("return", "return")])
    rows = forms.TypedMultipleChoiceField(coerce=int, required=False)
    everything = forms.BooleanField(required=False)
    reason = forms.CharField(required=False, max_length=2000, strip=True)

    def __init__(self, *args: object, numbers: list[int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        rows = self.fields["rows"]
        if isinstance(rows, forms.TypedMultipleChoiceField):
            rows.choices = [(number, str(number)) for number in numbers]
