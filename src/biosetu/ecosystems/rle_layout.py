"""Assessments in the layout in which the Red List of Ecosystems publishes its database."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from biosetu.ecosystems.assessment import CRITERIA, Assessed

LAYOUT = (
    "eco_id", "eco_name", "efg_code", "countries", "level", "assigned_by", "asm_id", "assessment_date",
    "overall_risk_category", "risk_category_bounds", "supporting_criteria", "assessment_protocol_code",
    "risk_category_code", "ref_code", "description", "scope", "collapse_definition", "reviewers", "confidence",
    "national_type",
)  # fmt: skip


def rle_table(found: Sequence[Assessed]) -> pa.Table:
    """Return one row per assessment: the published columns (github red-list-ecosystem/assessments-map), then criteria.

    `countries` is a set in braces, `risk_category_bounds` is empty without uncertainty, as published.
    """
    rows = [_row(each) for each in found]
    names = [*LAYOUT, *(f"category_{criterion}" for criterion in CRITERIA)]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _row(each: Assessed) -> dict[str, str]:
    about = each.about
    area = about["area"]
    return {
        "eco_id": about["ecosystem"],
        "eco_name": about["name"] or about["ecosystem"],
        "efg_code": about["functional_group"],
        "countries": f"{{{area}}}" if area else "",
        "level": "3" if about["functional_group"] else "",
        "assigned_by": about["assessors"],
        "asm_id": f"{about['ecosystem']}:{about['date']}",
        "assessment_date": about["date"],
        "overall_risk_category": each.category,
        "risk_category_bounds": "" if each.low == each.high == each.category else f"{each.low}-{each.high}",
        "supporting_criteria": each.criteria,
        "assessment_protocol_code": f"IUCN RLE v{each.version}",
        "risk_category_code": "IUCN RLE",
        "ref_code": about["citation"],
        "description": about["evidence"],
        "scope": about["scope"],
        "collapse_definition": about["collapse"],
        "reviewers": about["reviewers"],
        "confidence": about["confidence"],
        "national_type": about["national_type"],
        **{f"category_{finding.criterion}": finding.category for finding in each.findings},
    }
