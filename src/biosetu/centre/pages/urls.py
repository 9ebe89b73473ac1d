"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("find/", views.search, name="search"),
    path("parties/", views.party_list, name="parties"),
    path("parties/<str:code>/", views.party, name="party"),
    path("parties/<str:code>/dossier.html", views.party_dossier, name="party_dossier"),
    path("parties/<str:code>/figures.csv", views.party_figures, name="party_figures"),
    path("centres/<str:centre>/parties/", views.coverage, name="coverage"),
    path("indicators/", views.indicator_list, name="indicators"),
    path("indicators/<str:code>/", views.indicator, name="indicator"),
    path("indicators/<str:code>/figures.csv", views.indicator_figures, name="indicator_figures"),
    path("codes/<str:kind>/", views.codes, name="codes"),
    path("targets/", views.target_list, name="targets"),
    path("targets/<str:code>/", views.target, name="target"),
]
