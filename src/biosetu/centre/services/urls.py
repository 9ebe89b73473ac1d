"""Addresses of services."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.services import pages

urlpatterns = [
    path("", pages.listing, name="services"),
    path("new/", pages.new, name="service_new"),
    path("services.csv", pages.export, name="services_csv"),
    path("<int:pk>/", pages.detail, name="service"),
    path("<int:pk>/edit/", pages.edit, name="service_edit"),
    path("<int:pk>/do/<str:name>/", pages.do, name="service_do"),
]
