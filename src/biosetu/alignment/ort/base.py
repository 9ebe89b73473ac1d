"""What the records of the reporting tool share: header, term, text by language, link, reference."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

OTHER = "5B6177DD-5E5E-434E-8CB7-D63D67D5EBED"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]+)?")

LString = dict[str, str]


class OrtModel(BaseModel):
    """Base: unknown fields are left out, so that nothing personal comes in by another name."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, alias_generator=to_camel)


class Term(OrtModel):
    """A term of a vocabulary; `customValue` goes with Other."""

    identifier: str
    custom_value: LString | None = None


class Header(OrtModel):
    """Identity of a record."""

    identifier: str
    record_schema: str = Field(alias="schema")
    languages: tuple[str, ...] = ("en",)
    legacy_identifier: str | None = None


class Link(OrtModel):
    """A document on the web."""

    url: str
    name: str | None = None
    tags: tuple[str, ...] | None = None
    language: str | None = None


class Reference(OrtModel):
    """A record named by another; identifier `UID` or `UID@revision`."""

    identifier: str
    version: int | None = None


def _government(term: Term) -> Term:
    return term.model_copy(update={"identifier": term.identifier.strip().lower()})


Government = Annotated[Term, AfterValidator(_government)]


class OrtRecord(OrtModel):
    """Base of the records: each has a header and a government (ISO2 in lower case; `eu` the European Union)."""

    header: Header
    government: Government
