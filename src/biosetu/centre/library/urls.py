"""Addresses of the library."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.library import pages

urlpatterns = [
    path("", pages.listing, name="library"),
    path("new/<str:kind>/", pages.new, name="item_new"),
    path("from/<str:reference>/<str:kind>/", pages.draft, name="item_draft"),
    path("<int:pk>/", pages.detail, name="item"),
    path("<int:pk>/edit/", pages.edit, name="item_edit"),
    path("<int:pk>/do/<str:name>/", pages.do, name="item_do"),
]
