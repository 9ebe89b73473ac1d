"""Signing in and out, and the second step. What needs a mail server or is closed leads to one page that says so."""

from __future__ import annotations

from allauth.account import views
from allauth.account.decorators import reauthentication_required
from django.urls import include, path

from biosetu.centre.accounts.views import closed, delete

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("delete/", reauthentication_required(delete), name="account_delete"),
    path("password/", views.password_change, name="account_change_password"),
    path("password/set/", closed, name="account_set_password"),
    path("password/reset/", closed, name="account_reset_password"),
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("email/sent/", closed, name="account_email_verification_sent"),
    path("second-step/", include("allauth.mfa.urls")),
]
