"""Addresses of the workbench for ecosystems."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.ecosystems import degrading_pages, downloads, pages, typing_pages

urlpatterns = [
    path("", pages.study_list, name="studies"),
    path("<uuid:pk>/", pages.study, name="study"),
    path("<uuid:pk>/maps/", pages.maps, name="study_maps"),
    path("<uuid:pk>/measure/", pages.measure, name="study_measure"),
    path("<uuid:pk>/progress/", pages.progress, name="study_progress"),
    path("<uuid:pk>/classes/", typing_pages.classes, name="study_classes"),
    path("<uuid:pk>/degradation/", degrading_pages.degradation, name="study_degradation"),
    path("<uuid:pk>/degradation/moving/", degrading_pages.moving, name="study_degradation_moving"),
    path("<uuid:pk>/degradation/<uuid:work>/", degrading_pages.act, name="study_degradation_act"),
    path("<uuid:pk>/criteria/", typing_pages.criteria, name="study_criteria"),
    path("<uuid:pk>/criteria/<int:number>/", typing_pages.ecosystem, name="study_type"),
    path("<uuid:pk>/criteria/<int:number>/result/", typing_pages.result, name="study_type_result"),
    path("<uuid:pk>/versions/<int:number>/", typing_pages.version, name="study_version"),
    path("<uuid:pk>/versions/<int:number>/submit/", typing_pages.submit_version, name="study_submit"),
    path("<uuid:pk>/versions/<int:number>/<str:file>", downloads.download, name="study_download"),
]
