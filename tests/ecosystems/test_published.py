"""Published figures, carried as tables with their source, and what they give here."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pyarrow as pa
import pytest

from biosetu.ecosystems.assessment import assess
from biosetu.ecosystems.change import change
from biosetu.ecosystems.redlist_index import index_table, read_history
from biosetu.ecosystems.thresholds import worst
from biosetu.ecosystems.typology import functional_groups
from biosetu.engine.tables import write_table
from biosetu.jobs.ecosystems_assess import IndexRequest, index_file

DATA = Path(__file__).parent / "data"


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", rows(DATA / "mangrove_extent.csv"), ids=lambda row: row["unit"])
def test_decline_of_mangroves_between_published_areas(row: dict[str, str]) -> None:
    found = change(float(row["area_km2_1996"]), float(row["area_km2_2016"]), 20)
    assert found.decline_50y_high_percent == pytest.approx(float(row["linear_50y_percent"]), abs=1e-4)
    assert found.decline_50y_percent == pytest.approx(float(row["geometric_50y_percent"]), abs=1e-4)
    (assessed,) = assess([{"ecosystem": row["unit"], "A2b_decline_percent": f"{found.decline_50y_percent}"}])
    assert assessed.category == row["category"]


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize(
    "row", rows(DATA / "published_assessments.csv"), ids=lambda row: f"{row['ecosystem']} {row['criterion']}"
)
def test_published_values_give_the_published_category(row: dict[str, str], version: str) -> None:
    """Values of the criteria as published; the category by criterion, overall and its code are the published ones."""
    cells = dict(cell.split("=") for cell in row["cells"].split(";"))
    (found,) = assess([{"ecosystem": row["ecosystem"], **cells}], version)
    finding = next(each for each in found.findings if each.criterion == row["criterion"])
    assert finding.category == row["criterion_category"]
    assert (found.category, found.criteria) == (row["category"], row["criteria"])


def test_index_of_the_mangroves_of_myanmar() -> None:
    """NT, EN, CR, CR: 1 - (1 + 3 + 4 + 4) ÷ 20."""
    found = index_file(DATA / "mangrove_history.csv", IndexRequest(by="country"))
    assert found.table["value"].to_pylist() == pytest.approx([0.4, 0.4])
    assert found.counts.to_pylist()[1]["CR"] == 2


def test_index_of_american_forests_is_the_one_that_its_authors_print(tmp_path: Path) -> None:
    """Criterion A, the highest of A1, A2b and A3, by forest and by forest and country."""
    history = [
        {**row, "year": "2018", "category": worst((row["A1"], row["A2b"], row["A3"]))}
        for row in rows(DATA / "american_forests.csv")
    ]
    history = [{**row, "both": f"{row['forest']}|{row['country']}"} for row in history]
    write_table(pa.Table.from_pylist(history), tmp_path / "h.csv")
    found = {}
    for by in ("forest", "both"):
        table = index_file(tmp_path / "h.csv", IndexRequest(by=by)).table
        found |= {row["group"]: row for row in table.to_pylist()}
    for printed in rows(DATA / "american_forests_index.csv"):
        name = "|".join(filter(None, (printed["forest"], printed["country"])))
        own = found[name]
        assert own["ecosystems"] == int(printed["ecosystems"]), name
        assert own["value"] == pytest.approx(1 - int(printed["weight"]) / (5 * own["ecosystems"]), rel=1e-12), name
        assert own["value"] == pytest.approx(float(printed["index"]), abs=5e-4), name


shared = pytest.mark.skipif("BIOSETU_SHARED" not in os.environ, reason="BIOSETU_SHARED names no folder of real data")


@shared
def test_published_strategic_assessments_give_the_index_by_the_formula() -> None:
    found = rows(Path(os.environ["BIOSETU_SHARED"]) / "data/rle_assessments_db/strategic_assessments.csv")
    listed = [
        {"ecosystem": row["eco_id"], "year": row["assessment_date"][:4], "category": row["overall_risk_category"]}
        for row in found
        if row["overall_risk_category"] and row["assessment_date"][:4].isdigit()
    ]
    history = read_history(listed)
    table = index_table(history, {"": [each.ecosystem for each in history]})
    weights = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "CO": 5}  # Rowland et al. 2020, doi:10.1111/conl.12680
    for row in table.to_pylist():
        known = {}
        for each in sorted(listed, key=lambda one: one["year"]):
            if int(each["year"]) <= row["year"] or each["ecosystem"] not in known:
                known[each["ecosystem"]] = each["category"]
        scores = [weights[category] for category in known.values() if category in weights]
        assert row["value"] == pytest.approx(1 - sum(scores) / (5 * len(scores)), rel=1e-12), row["year"]


@shared
def test_typology_is_the_published_one() -> None:
    published = rows(Path(os.environ["BIOSETU_SHARED"]) / "data/get_typology/get_efg_v2.1.csv")
    assert {row["code"]: row["name"] for row in published} == {g.code: g.name for g in functional_groups().values()}
