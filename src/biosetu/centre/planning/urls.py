"""Addresses of the planning workbench."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.planning import pages, results

urlpatterns = [
    path("", pages.plan_list, name="plans"),
    path("upload/", pages.upload, name="plan_upload"),
    path("units/", pages.units, name="plan_units"),
    path("shared/<str:token>/", results.shared, name="plan_shared"),
    path("<uuid:pk>/", pages.study, name="plan"),
    path("<uuid:pk>/layer/", pages.layer, name="plan_layer"),
    path("<uuid:pk>/versions/<int:number>/", results.version, name="plan_version"),
    path("<uuid:pk>/versions/<int:number>/progress/", results.progress, name="plan_progress"),
    path("<uuid:pk>/versions/<int:number>/cancel/", results.stop, name="plan_cancel"),
    path("<uuid:pk>/versions/<int:number>/share/", results.make_link, name="plan_share"),
    path("<uuid:pk>/versions/<int:number>/publish/", results.publish, name="plan_publish"),
    path("<uuid:pk>/versions/<int:number>/files/<str:kind>/", results.download, name="plan_file"),
    path("<uuid:pk>/links/<uuid:link>/withdraw/", results.withdraw_link, name="plan_withdraw"),
    path("<uuid:pk>/compare/", results.compare, name="plan_compare"),
]
