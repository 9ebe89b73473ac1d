"""The addresses of the centre. English has no prefix; every other language has its code."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from biosetu.centre.accounts.posts import focal_points
from biosetu.centre.api.pages import documentation, own, revoke
from biosetu.centre.api.views import api
from biosetu.centre.audit import pages as audit
from biosetu.centre.health import health

urlpatterns = [
    path("health", health, name="health"),
    path("api/v1/", api.urls),
    *i18n_patterns(
        path("api/", documentation, name="api"),
        path("account/keys/", reauthentication_required(own), name="api_keys"),
        path("account/keys/<int:pk>/revoke/", reauthentication_required(revoke), name="api_key_revoke"),
        path("record/", audit.page, name="audit"),
        path("record/record.csv", audit.export, name="audit_csv"),
        path("parties/<str:code>/focal-points/", focal_points, name="focal_points"),
        path("account/", include("biosetu.centre.accounts.urls")),
        path("directory/", include("biosetu.centre.directory.urls")),
        path("library/", include("biosetu.centre.library.urls")),
        path("held/", include("biosetu.centre.holdings.urls")),
        path("exchange/", include("biosetu.centre.exchange.urls")),
        path("assessments/", include("biosetu.centre.assessor.urls")),
        path("plans/", include("biosetu.centre.planning.urls")),
        path("ecosystems/", include("biosetu.centre.ecosystems.urls")),
        path("requests/", include("biosetu.centre.matching.urls")),
        path("requests/", include("biosetu.centre.helpdesk.urls")),
        path("services/", include("biosetu.centre.services.urls")),
        path("", include("biosetu.centre.evidence.urls")),
        path("parties/", include("biosetu.centre.validation.urls")),
        path("", include("biosetu.centre.promises.urls")),
        path("", include("biosetu.centre.reporting.urls")),
        path("", include("biosetu.centre.pages.urls")),
        prefix_default_language=False,
    ),
]
handler400 = "biosetu.centre.pages.errors.bad_request"
handler403 = "biosetu.centre.pages.errors.permission_denied"
handler404 = "biosetu.centre.pages.errors.not_found"
handler500 = "biosetu.centre.pages.errors.our_fault"
