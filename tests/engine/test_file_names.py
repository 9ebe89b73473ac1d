from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.engine.file_names import MOST_BYTES, file_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("NT-1.json", "NT-1.json"),
        ("q/../../../../escaped.json", "escaped.json"),
        (r"..\..\q.json", "q.json"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        (". .", "file"),
        ("a<b>&c.csv", "a_b__c.csv"),
        ("ة" * 300 + ".csv", "ة" * 88 + ".csv"),
        (".hidden", "hidden"),
        ('a"\r\nSet-Cookie: b', "a___Set-Cookie_ b"),
        ("nul\0.csv", "nul_.csv"),
        ("भूमि योजना.xlsx", "भूमि योजना.xlsx"),
        ("\u202egpj.exe", "_gpj.exe"),
        ("C:evil.json", "C_evil.json"),
    ],
)
def test_name_of_somebody_else_is_one_plain_name(name: str, kept: str) -> None:
    assert file_name(name) == kept


@given(st.text(max_size=400))
def test_name_can_be_no_path_and_no_header_and_fits_a_file_system(name: str) -> None:
    plain = file_name(name)
    assert not set(plain) & set('/\\"\0\r\n:;')
    assert not plain.startswith(".")
    assert 0 < len(plain.encode()) <= MOST_BYTES
    assert file_name(plain) == plain


def test_name_that_is_too_long_keeps_its_ending() -> None:
    plain = file_name("भूमि" * 100 + ".xlsx")
    assert plain.endswith("भूमि.xlsx")
    assert len(plain.encode()) <= MOST_BYTES
