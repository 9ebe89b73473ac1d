"""Addresses of the validation of a Party's figures."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.validation import views

urlpatterns = [
    path("<str:code>/validation/", views.sheet, name="validation"),
    path("<str:code>/validation/sheet.xlsx", views.workbook, name="validation_workbook"),
    path("<str:code>/validation/return/", views.returned, name="validation_return"),
    path("<str:code>/validation/suggestions/", views.suggestions, name="suggestions"),
    path("<str:code>/changes/", views.changes, name="changes"),
    path("<str:code>/validation/letters/<str:custodian>.docx", views.letter, name="validation_letter"),
]
