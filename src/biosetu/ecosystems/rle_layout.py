"""Assessments in the layout in which the Red List of Ecosystems publishes its databases."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from biosetu.ecosystems.assessment import CRITERIA, Assessed, year_of
from biosetu.ecosystems.thresholds import guidelines
from biosetu.framework import find_party
from biosetu.problems import UsageError

PUBLISHED = (
    "eco_id", "eco_name", "eco_name_orig", "eco_name_lang", "countries", "level", "membership", "assigned_by", "asm_id",
    "assessment_date", "overall_risk_category", "risk_category_bounds", "ref_code", "assessment_protocol_code",
    "risk_category_code", "name", "description",
)  # fmt: skip
OURS = (
    "efg_code", "national_type", "area", "supporting_criteria", "guidelines_version", "scope", "collapse_definition",
    "reviewers", "confidence",
)  # fmt: skip
LAYOUT = (*PUBLISHED, *OURS)


def rle_table(found: Sequence[Assessed]) -> pa.Table:
    """Return one row per assessment: the published columns, those of ours beside them, the sub-criteria.

    The columns are those of github red-list-ecosystem/assessments-map (2021) and of its mangroves, jrfep/MFT1.2. As
    published there, `countries` is a set of ISO 3166-1 alpha-2 codes in braces, `asm_id` names the set of assessments
    and `eco_id` the type in it, `assessment_date` is a day (the first of the year or month where no more is known),
    `risk_category_bounds` is empty without uncertainty, and the protocol is the version of the Criteria, which is not
    that of the guidelines. What nobody said (language of the name, level, membership) stays empty.
    """
    rows = [_row(each) for each in found]
    names = [*LAYOUT, *(f"category_{criterion}" for criterion in CRITERIA)]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _row(each: Assessed) -> dict[str, str]:
    about = each.about
    name, countries = about["name"] or about["ecosystem"], _countries(about["area"])
    whole = _set_of(each, countries)
    return {
        "eco_id": f"{whole}:{about['ecosystem']}",
        "eco_name": name,
        "eco_name_orig": about["original_name"] or name,
        "eco_name_lang": about["original_language"],
        "countries": f"{{{','.join(countries)}}}" if countries else "",
        "level": about["level"],
        "membership": about["membership"],
        "assigned_by": about["assessors"],
        "asm_id": whole,
        "assessment_date": _day(about["date"]),
        "overall_risk_category": each.category,
        "risk_category_bounds": "" if each.low == each.high == each.category else f"{each.low}-{each.high}",
        "ref_code": about["citation"],
        "assessment_protocol_code": f"IUCN RLE v{guidelines(each.version).criteria_version}",
        "risk_category_code": "IUCN RLE",
        "name": f"Red List assessment of {name}",
        "description": about["evidence"],
        "efg_code": about["functional_group"],
        "national_type": about["national_type"],
        "area": about["area"],
        "supporting_criteria": each.criteria,
        "guidelines_version": each.version,
        "scope": about["scope"],
        "collapse_definition": about["collapse"],
        "reviewers": about["reviewers"],
        "confidence": about["confidence"],
        **{f"category_{finding.criterion}": finding.category for finding in each.findings},
    }


def _countries(area: str) -> list[str]:
    """Return the codes of the countries that an area names, separated by commas or semicolons; a province has none."""
    found = []
    for part in filter(None, (each.strip() for each in re.split(r"[,;]", area.strip("{} ")))):
        try:
            found.append(find_party(part).iso2)
        except UsageError:
            return []
    return found


def _set_of(each: Assessed, countries: Sequence[str]) -> str:
    """Return the name of the set that an assessment belongs to, as published ones are named: who, RLE, where, when."""
    about = each.about
    who = re.split(r"[,;&]| and ", about["assessors"])[0]
    parts = (who, "RLE", "".join(countries) or about["area"], year_of(about["date"]))
    return "_".join(filter(None, (re.sub(r"\W+", "", part) for part in parts)))


def _day(date: str) -> str:
    """Return a date as a day, 2020 as 2020-01-01; what is no ISO date as it is."""
    found = re.fullmatch(r"(\d{4})(?:\.\d+)?(-\d{2})?(-\d{2})?", date)
    return f"{found[1]}{found[2] or '-01'}{found[3] or '-01'}" if found else date
