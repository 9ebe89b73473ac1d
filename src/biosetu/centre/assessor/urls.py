"""Addresses of the assessor's pages."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.assessor import pages

urlpatterns = [
    path("", pages.assessment_list, name="assessments"),
    path("<uuid:pk>/", pages.page, name="assessment"),
    path("<uuid:pk>/result/", pages.result, name="assessment_result"),
    path("<uuid:pk>/occurrences/", pages.occurrences, name="assessment_occurrences"),
    path("<uuid:pk>/occurrences/progress/", pages.progress, name="assessment_progress"),
    path("<uuid:pk>/occurrences/stop/", pages.stop, name="assessment_stop"),
    path("<uuid:pk>/versions/<int:number>/submit/", pages.submit, name="assessment_submit"),
    path("<uuid:pk>/versions/<int:number>/<str:kind>.csv", pages.export, name="assessment_export"),
]
