"""Sources outside the repository, where they are present."""

import csv
import json
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of sources named by BIOSETU_SHARED."""
    folder = os.environ.get("BIOSETU_SHARED", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("BIOSETU_SHARED does not name the folder of sources")
    return Path(folder)


@pytest.fixture(scope="session")
def official(shared):
    """The goals and targets as the source holds them, by code."""
    source = json.loads((shared / "reference/framework.json").read_text(encoding="utf-8"))
    return {record["code"]: record for record in (*source["goals"], *source["targets"])}


@pytest.fixture(scope="session")
def decision(shared):
    """The indicators and questions as the source holds them."""
    return json.loads((shared / "reference/indicators.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def m49(shared):
    """The UN M49 table by ISO3."""
    with (shared / "data/un_m49_country_codes/country-codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["ISO3166-1-Alpha-3"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def party_list(shared):
    """The list of Parties by ISO3."""
    with (shared / "reference/parties.csv").open(encoding="utf-8", newline="") as file:
        return {row["iso3"]: row for row in csv.DictReader(file)}
