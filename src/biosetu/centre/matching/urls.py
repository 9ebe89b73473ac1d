"""Addresses of matching at a centre."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.matching import pages, weighing

urlpatterns = [
    path("assignment/", pages.index, name="assignments"),
    path("assignment/<str:centre>/", pages.page, name="assignment"),
    path("assignment/<str:centre>/<int:number>/", pages.past, name="assignment_past"),
    path("assignment/<str:centre>/<int:number>/progress/", pages.progress, name="assignment_progress"),
    path("assignment/<str:centre>/do/<str:name>/", pages.do, name="assignment_do"),
    path("assignment/<str:centre>/request/<str:reference>/<str:name>/", pages.line_do, name="assignment_line"),
    path("weights/<str:centre>/", weighing.page, name="weights"),
    path("weights/<str:centre>/weights.csv", weighing.export, name="weights_csv"),
]
