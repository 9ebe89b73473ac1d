"""Addresses of what communities hold."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.holdings import pages

urlpatterns = [
    path("", pages.listing, name="holdings"),
    path("new/", pages.new, name="holding_new"),
    path("<int:pk>/", pages.detail, name="holding"),
    path("<int:pk>/edit/", pages.edit, name="holding_edit"),
    path("<int:pk>/file/", pages.file, name="holding_file"),
    path("<int:pk>/do/<str:name>/", pages.do, name="holding_do"),
]
