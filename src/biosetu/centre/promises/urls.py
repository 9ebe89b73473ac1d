"""Addresses of what Parties promise."""

from __future__ import annotations

from django.urls import path

from biosetu.centre.promises import capacity, intake, pages, together

urlpatterns = [
    path("parties/<str:code>/promises/", pages.overview, name="promises"),
    path("parties/<str:code>/promises/import/", intake.bring, name="promises_import"),
    path("parties/<str:code>/promises/template.xlsx", intake.template, name="promises_template"),
    path(
        "parties/<str:code>/promises/statements/<str:kind>.xlsx",
        intake.statements_template,
        name="promises_statements_template",
    ),
    path("parties/<str:code>/promises/drafts/<uuid:draft_id>/", intake.draft, name="promised_draft"),
    path("parties/<str:code>/promises/measured/", pages.measured, name="promises_measured"),
    path("parties/<str:code>/promises/measured.csv", pages.measured_csv, name="promises_measured_csv"),
    path("parties/<str:code>/promises/promises.xlsx", pages.exported, {"kind": "xlsx"}, name="promises_xlsx"),
    path("parties/<str:code>/promises/promises.json", pages.exported, {"kind": "json"}, name="promises_json"),
    path("parties/<str:code>/promises/decisions.xlsx", pages.decisions_workbook, name="promises_decisions"),
    path("parties/<str:code>/promises/decisions/", pages.decisions_return, name="promises_decisions_return"),
    path("parties/<str:code>/promises/new-action/", pages.action, name="promised_action_new"),
    path("parties/<str:code>/promises/actions/<path:key>", pages.action, name="promised_action"),
    path("parties/<str:code>/promises/targets/<path:key>", pages.target, name="promised_target"),
    path("parties/<str:code>/capacity/", capacity.sheet, name="capacity"),
    path("parties/<str:code>/capacity/sheet.xlsx", capacity.workbook, name="capacity_sheet"),
    path("parties/<str:code>/capacity/return/", capacity.returned, name="capacity_return"),
    path("alignment/", together.matrix, name="alignment"),
    path("alignment/alignment.csv", together.matrix_csv, name="alignment_csv"),
    path("alignment/demand/", capacity.demand, name="demand"),
    path("alignment/demand.csv", capacity.demand_csv, name="demand_csv"),
    path("alignment/terms/", together.terms, name="terms"),
    path("alignment/terms.csv", together.terms_csv, name="terms_csv"),
]
