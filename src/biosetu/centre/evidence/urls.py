"""Addresses of the way in: upload, preview, run, review."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.evidence import views

urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("upload/template.csv", views.template, name="upload_template"),
    path("uploads/<uuid:upload_id>/", views.preview, name="preview"),
    path("uploads/<uuid:upload_id>/propose/", views.propose_upload, name="propose"),
    path("runs/", views.run_list, name="runs"),
    path("runs/<uuid:run_id>/", views.run_page, name="run"),
    path("runs/<uuid:run_id>/progress/", views.run_progress, name="run_progress"),
    path("runs/<uuid:run_id>/cancel/", views.cancel_run, name="run_cancel"),
    path("runs/<uuid:run_id>/resume/", views.resume_run, name="run_resume"),
    path("runs/<uuid:run_id>/decide/", views.decide, name="decide"),
    path("review/", views.review_queue, name="review"),
]
