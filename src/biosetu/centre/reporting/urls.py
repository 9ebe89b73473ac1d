"""Addresses of the national report: for people with an account below the Party, for offices by their link."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.reporting import collect, files, parts, views

REPORT = "parties/<str:code>/report/<str:cycle>/"
PART = REPORT + "parts/<str:part>/"
OFFICE = "office/<str:token>/"

urlpatterns = [
    path("reports/", views.mine, name="reports"),
    path("report-check/", files.check, name="report_check"),
    path("report-check/<uuid:copy>.xlsx", files.corrected, name="report_corrected"),
    path("parties/<str:code>/report/", views.latest, name="report_latest"),
    path(REPORT, views.overview, name="report"),
    path(REPORT + "section/<str:key>/", views.section, name="report_section"),
    path(REPORT + "step/<str:verb>/", views.step, name="report_step"),
    path(REPORT + "document.<str:kind>", views.document, name="report_document"),
    path(REPORT + "questions.<str:kind>", views.questions, name="report_questions"),
    path(REPORT + "questions/return/", views.take_questions, name="report_questions_return"),
    path(REPORT + "bodies.zip", views.bodies, name="report_bodies"),
    path(REPORT + "workbooks/", files.workbooks, name="report_workbooks"),
    path(REPORT + "workbooks/<str:indicator>.xlsx", files.workbook, name="report_workbook"),
    path(REPORT + "collect/", collect.collect, name="report_collect"),
    path(REPORT + "collect/<str:what>/", collect.act, name="report_act"),
    path(REPORT + "differences/", collect.differences, name="report_differences"),
    path(PART, parts.show, name="report_part"),
    path(PART + "return/", parts.take, name="report_part_return"),
    path(PART + "file.<str:kind>", parts.send, name="report_part_file"),
    path(PART + "<str:verb>/", parts.do, name="report_part_do"),
    path(OFFICE, parts.office, name="office"),
    path(OFFICE + "<str:part>/", parts.show_linked, name="office_part"),
    path(OFFICE + "<str:part>/return/", parts.take_linked, name="office_part_return"),
    path(OFFICE + "<str:part>/file.<str:kind>", parts.send_linked, name="office_part_file"),
    path(OFFICE + "<str:part>/<str:verb>/", parts.do_linked, name="office_part_do"),
]
