"""Addresses of the helpdesk."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.helpdesk import answering, pages, priorities, sharing, steps, support

urlpatterns = [
    path("", pages.queue, name="requests"),
    path("new/", pages.new, name="request_new"),
    path("results/", answering.dashboard, name="results"),
    path("results/figures.csv", answering.export, name="results_csv"),
    path("results/report.docx", answering.report, name="results_report"),
    path("priorities/", priorities.page, name="priorities"),
    path("priorities/priorities.csv", priorities.export, name="priorities_csv"),
    path("for/<str:code>/", support.support, name="party_support"),
    path("for/<str:code>/joint/", sharing.new, name="joint_new"),
    path("template.xlsx", pages.template, name="request_template"),
    path("<str:reference>/", pages.detail, name="request"),
    path("<str:reference>/edit/", pages.edit, name="request_edit"),
    path("<str:reference>/form.xlsx", pages.form_file, name="request_form"),
    path("<str:reference>/bio-bridge.json", pages.biobridge_file, name="request_biobridge"),
    path("<str:reference>/files/<int:pk>/", pages.attachment, name="request_file"),
    path("<str:reference>/do/<str:name>/", steps.do, name="request_do"),
]
