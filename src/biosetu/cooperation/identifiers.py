"""Identifiers of people and institutions, checked by their own check digits before they are believed."""

from __future__ import annotations

import re

_ORCID = re.compile(r"^(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$")
_ROR = re.compile(r"^(?:https?://ror\.org/)?(0[0-9a-hj-km-np-tv-z]{6}\d{2})$")
_CROCKFORD = {character: value for value, character in enumerate("0123456789abcdefghjkmnpqrstvwxyz")}


def orcid(text: str) -> str | None:
    """Return the ORCID in its sixteen-digit form, or None where the text is none.

    The last character is the check of ISO/IEC 7064, MOD 11-2 (support.orcid.org, "Structure of the ORCID Identifier").
    """
    found = _ORCID.match(text.strip())
    if not found:
        return None
    digits = found.group(1).replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return found.group(1) if digits[-1] == ("X" if check == 10 else str(check)) else None


def ror(text: str) -> str | None:
    """Return the nine characters of a ROR id, or None where the text is none.

    A leading 0, six characters of Crockford's base 32, and two check digits of ISO/IEC 7064, MOD 97-10
    (ror.readme.io, "ROR identifier pattern").
    """
    found = _ROR.match(text.strip().lower())
    if not found:
        return None
    name = found.group(1)
    number = 0
    for character in name[:-2]:
        number = number * 32 + _CROCKFORD[character]
    return name if 98 - (number * 100) % 97 == int(name[-2:]) else None
