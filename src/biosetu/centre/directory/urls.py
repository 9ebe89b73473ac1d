"""Addresses of the directory."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.directory import pages

urlpatterns = [
    path("", pages.listing, name="directory"),
    path("register/", pages.register, name="provider_new"),
    path("<int:pk>/", pages.detail, name="provider"),
    path("<int:pk>/edit/", pages.edit, name="provider_edit"),
    path("<int:pk>/data.json", pages.own_data, name="provider_data"),
    path("<int:pk>/do/<str:name>/", pages.do, name="provider_do"),
]
