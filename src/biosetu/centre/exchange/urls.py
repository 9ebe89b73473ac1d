"""Addresses of the exchange."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.exchange import pages

urlpatterns = [
    path("", pages.arrivals, name="arrivals"),
    path("<int:pk>/take/", pages.take, name="arrival_take"),
    path("out/<str:reference>.json", pages.out, name="hand_over_file"),
]
