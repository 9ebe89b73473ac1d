"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("parties/", views.home, name="parties"),
    path("indicators/", views.home, name="indicators"),
    path("targets/", views.home, name="targets"),
]
