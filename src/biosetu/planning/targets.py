"""How much of each feature is wanted: absolute, relative, or by a rule from the literature."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np

from biosetu.planning.records import Floats
from biosetu.problems import UsageError
from biosetu.translation import say

KINDS = ("absolute", "relative", "species-area", "log-linear")


@cache
def _rules() -> dict[tuple[str, str], float]:
    text = (files("biosetu.planning") / "data" / "target_rules.csv").read_text(encoding="utf-8")
    return {(row["rule"], row["parameter"]): float(row["value"]) for row in csv.DictReader(text.splitlines())}


def default_share() -> float:
    """Return the share wanted of a feature for which nothing is said (`data/target_rules.csv`, rule default)."""
    return _rules()["default", "share"]


def absolute_targets(kind: str, value: Floats, total: Floats) -> Floats:
    """Return targets in the feature's own unit.

    kind: `absolute` (value is the target), `relative` (value is a share of the total, 0–1), `species-area`
    (value is the exponent z, not a number for the usual one) or `log-linear` (value unused).
    value, total: (features,); total is all there is of a feature [own unit; km² for the rules].
    Not more than the total is asked by the rules; an absolute target may be out of reach, which solving will say.
    """
    if kind == "absolute":
        return value.copy()
    if kind == "relative":
        return value * total
    if kind == "species-area":
        return species_area_share(value) * total
    if kind == "log-linear":
        return log_linear_share(total) * total
    raise UsageError(say("There is no target rule '{kind}'. Use one of {kinds}.", kind=kind, kinds=", ".join(KINDS)))


def species_area_share(z: Floats) -> Floats:
    """Return the share of an area in which the wanted share of its species is expected: share ** (1 / z).

    From S = c A^z; Desmet & Cowling (2004), eq. 3. z: (features,), not a number for the usual exponent.
    """
    exponent = np.where(np.isfinite(z) & (z > 0), z, _rules()["species-area", "z"])
    share: Floats = _rules()["species-area", "species_share"] ** (1.0 / exponent)
    return share


def log_linear_share(total_km2: Floats) -> Floats:
    """Return the share wanted of a range: all of small ones, a tenth of large ones, linear in log area between.

    Rodrigues et al. (2004), BioScience 54:1092. total_km2: (features,) [km²]; result 0.1–1, 1 where the area is 0.
    """
    rules = _rules()
    log_small, log_large = np.log10(rules["log-linear", "small_km2"]), np.log10(rules["log-linear", "large_km2"])
    logs = np.log10(np.maximum(total_km2, 1e-9))
    shares = (rules["log-linear", "small_share"], rules["log-linear", "large_share"])
    return np.interp(logs, (log_small, log_large), shares)
