"""Addresses of the exchange."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.exchange import bringing, pages

urlpatterns = [
    path("", pages.arrivals, name="arrivals"),
    path("<int:pk>/take/", pages.take, name="arrival_take"),
    path("sheets/<str:kind>/", bringing.bring, name="bring"),
    path("sheets/<str:kind>/empty.xlsx", bringing.template, name="bring_template"),
    path("sheet/<int:pk>/", bringing.sheet, name="sheet"),
    path("sheet/<int:pk>/do/<str:name>/", bringing.do, name="sheet_do"),
    path("out/<str:reference>.json", pages.out, name="hand_over_file"),
]
