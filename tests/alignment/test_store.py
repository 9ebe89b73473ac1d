from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import pytest

from biosetu.alignment import Decision, Declared, Degree, NationalTarget, PromiseFolder, Promises

_spec = importlib.util.spec_from_file_location("store_contract", Path(__file__).with_name("store_contract.py"))
_contract = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_contract)


def test_folder_keeps_the_contract(tmp_path: Path) -> None:
    _contract.check_store(PromiseFolder(tmp_path / "alignment"))


def test_folder_refuses_what_is_no_party(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no Party"):
        PromiseFolder(tmp_path).load("../x")


def test_decisions_stand_beside_the_declaration() -> None:
    target = NationalTarget(
        id="1", party="NPL", declared=(Declared(target="3", degree=Degree.HIGH), Declared(target="8"))
    )
    day = date(2026, 11, 23)
    decisions = (
        Decision(national_target="1", target="8", verdict="rejected", by="Ministry", on=day),
        Decision(national_target="1", target="2", verdict="confirmed", degree=Degree.LOW, by="Ministry", on=day),
    )
    promises = Promises(party="NPL", targets=(target,), decisions=decisions)
    assert [(d.target, d.degree) for d in promises.aligned()["1"]] == [("3", "high"), ("2", "low")]
    assert [d.target for d in promises.targets[0].declared] == ["3", "8"]
