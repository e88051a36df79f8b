"""Human decisions about single claims, one YAML file per occasion, and the model that reads them.

Belongs here: which claim, what was decided, why and by whom. Does not belong here: applying a decision
(`dbt_project`, rule 6 of choosing). A decision never edits a claim: it is a row beside it.

Each file is a list of entries:

    - id: c-2026-001                  # unique over all files
      claim_id: 0123456789abcdef
      url: http://...                 # the page on which the claim stands
      action: choose                  # choose | exclude | correct
      corrected_value: null           # for `correct`: the value in base units
      reason: one sentence
      decided_by: who
      decided_on: 2026-11-22
      expect: {raw_span: 570.8万}     # what the source must still say for the decision to hold
      status: active                  # active | withdrawn
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parent


class CorrectionError(Exception):
    """An entry that is malformed or no longer fits its source; the message names file, entry and mend."""


class Expectation(BaseModel):
    """What the claim must still look like. Values that are not given are not compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    raw_span: str | None = None
    obs_value: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Expectation:
        if self.raw_span is None and self.obs_value is None:
            raise ValueError("expect needs raw_span or obs_value")
        return self


class Correction(BaseModel):
    """One decision about one claim."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    claim_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    url: str
    action: Literal["choose", "exclude", "correct"]
    corrected_value: float | None = None
    reason: str = Field(min_length=10)
    decided_by: str
    decided_on: date
    expect: Expectation
    status: Literal["active", "withdrawn"] = "active"

    @model_validator(mode="after")
    def _value_belongs_to_correct(self) -> Correction:
        if (self.action == "correct") != (self.corrected_value is not None):
            raise ValueError("corrected_value is given for the action correct, and only for it")
        return self


def load_corrections(folder: Path | None = None) -> list[Correction]:
    """All entries in order of their ids. Raises CorrectionError naming the file, the entry and what is wrong."""
    found: dict[str, Correction] = {}
    for file in sorted((folder or FOLDER).glob("*.yml")):
        for correction in _read(file):
            if correction.id in found:
                raise CorrectionError(f"{file}: the id {correction.id} is used twice")
            found[correction.id] = correction
    return [found[key] for key in sorted(found)]


def _read(file: Path) -> Iterator[Correction]:
    try:
        entries = yaml.safe_load(file.read_text("utf-8")) or []
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CorrectionError(f"{file} cannot be read as YAML: {error}") from error
    if not isinstance(entries, list):
        raise CorrectionError(f"{file}: expected a list of entries")
    for number, entry in enumerate(entries, start=1):
        try:
            yield Correction.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise CorrectionError(f"{file}, entry {number}, {place}: {first['msg']}") from error


def check_guard(correction: Correction, stated: dict[str, object] | None) -> None:
    """Compare an active entry with the claim as the source states it now (None: the page no longer states it).

    Raises CorrectionError where the guard no longer matches, saying what was expected and what is there.
    """
    if stated is None:
        raise CorrectionError(
            f"correction {correction.id}: {correction.url} is read but no longer states claim {correction.claim_id}: "
            "withdraw the entry or name the new claim"
        )
    for name, wanted in correction.expect.model_dump(exclude_none=True).items():
        if stated[name] != wanted:
            raise CorrectionError(
                f"correction {correction.id}: {name} of claim {correction.claim_id} is {stated[name]!r}, "
                f"the entry expects {wanted!r}: look at {correction.url} again, then change or withdraw the entry"
            )
