"""How fast an ecosystem shrinks: rates between dates, trends over several, extrapolation to fifty years."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isfinite, log, nan, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

WINDOW_YEARS = 50


@dataclass(frozen=True, slots=True)
class Change:
    """Change of an area between two dates; NaN where a rate has no meaning (nothing at the start).

    Attributes:
        change_km2: later minus earlier area [km²].
        change_percent: the same as share of the earlier area [%].
        linear_km2_per_year: absolute rate, positive for growth [km² per year].
        linear_percent_per_year: the same as share of the earlier area [% per year].
        geometric_percent_per_year: constant proportional rate [% per year].
        decline_50y_percent: decline over 50 years at the geometric rate, negative for growth [%].
        decline_50y_low_percent, decline_50y_high_percent: the smaller and larger decline of the two shapes, widened
            by the intervals of the areas where these are given; between -∞ and 100 [%].
    """

    change_km2: float
    change_percent: float
    linear_km2_per_year: float
    linear_percent_per_year: float
    geometric_percent_per_year: float
    decline_50y_percent: float
    decline_50y_low_percent: float
    decline_50y_high_percent: float


def change(
    before_km2: float,
    after_km2: float,
    years: float,
    before_limits_km2: tuple[float, float] | None = None,
    after_limits_km2: tuple[float, float] | None = None,
) -> Change:
    """Return the change between two dates.

    Absolute and proportional rates of decline are those of Keith et al. 2009 as used by the Guidelines for the
    application of IUCN Red List of Ecosystems Categories and Criteria (2.0, 2024, doi:10.2305/CJDF9122, criterion A):
    the two shapes bound what is plausible between linear and geometric decline.

    Args:
        before_km2, after_km2: areas [km²].
        years: time between them, > 0 [years].
        before_limits_km2, after_limits_km2: interval of each area, for instance from a sample [km²].

    Raises:
        ValueError: no time passes.
    """
    if not years > 0:
        raise ValueError("the later date must be after the earlier one")
    if not before_km2 > 0:
        return Change(after_km2 - before_km2, nan, (after_km2 - before_km2) / years, nan, nan, nan, nan, nan)
    ratio = after_km2 / before_km2
    lows = before_limits_km2 or (before_km2, before_km2)
    highs = after_limits_km2 or (after_km2, after_km2)
    ratios = [after / before for after in highs for before in lows if before > 0]
    declines = [shape(value, years) for value in [*ratios, ratio] for shape in (linear_decline, geometric_decline)]
    return Change(
        change_km2=after_km2 - before_km2,
        change_percent=100 * (ratio - 1),
        linear_km2_per_year=(after_km2 - before_km2) / years,
        linear_percent_per_year=100 * (ratio - 1) / years,
        geometric_percent_per_year=-geometric_decline(ratio, years, 1),
        decline_50y_percent=geometric_decline(ratio, years),
        decline_50y_low_percent=min(declines),
        decline_50y_high_percent=max(declines),
    )


def linear_decline(ratio: float, years: float, window_years: float = WINDOW_YEARS) -> float:
    """Return the decline over a window if as much is lost every year, given after ÷ before; at most 100 [%]."""
    return min(100.0, 100 * (1 - ratio) * window_years / years)


def geometric_decline(ratio: float, years: float, window_years: float = WINDOW_YEARS) -> float:
    """Return the decline over a window if the same share is lost every year, given after ÷ before [%].

    -∞ for growth beyond any number.
    """
    if ratio <= 0:
        return 100.0
    logarithm = log(ratio) * window_years / years
    return 100 * (1 - exp(logarithm)) if logarithm < 700 else -inf


@dataclass(frozen=True, slots=True)
class Trend:
    """Geometric trend over several dates with its 95 % interval, and the decline over 50 years it means [%]."""

    percent_per_year: float
    low_percent_per_year: float
    high_percent_per_year: float
    decline_50y_percent: float
    decline_50y_low_percent: float
    decline_50y_high_percent: float


def trend(years: npt.ArrayLike, areas_km2: npt.ArrayLike, level: float = 0.95) -> Trend | None:
    """Fit a straight line to the logarithm of area over time by least squares.

    Args:
        years: dates, at least three different, shape (n,) [years].
        areas_km2: areas, shape (n,) [km²]; NaN is left out.
        level: probability of the interval (Student's t with n - 2 degrees of freedom).

    Returns:
        The trend; None with fewer than three dates or an area that is not positive (a logarithm needs one).
    """
    x, y = np.asarray(years, float), np.asarray(areas_km2, float)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(np.unique(x)) < 3 or not (y > 0).all():
        return None
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * np.log(y)).sum() / spread)
    residual = np.log(y) - np.log(y).mean() - slope * (x - x.mean())
    error = sqrt(float(residual @ residual) / (len(x) - 2) / spread)
    reach = float(stdtrit(len(x) - 2, 0.5 + level / 2)) * error
    rates = [100 * (_exp(value) - 1) for value in (slope, slope - reach, slope + reach)]
    declines = [100 * (1 - _exp(WINDOW_YEARS * value)) for value in (slope, slope + reach, slope - reach)]
    return Trend(rates[0], rates[1], rates[2], declines[0], declines[1], declines[2])


def _exp(value: float) -> float:
    return exp(min(value, 700.0))


def puyravaud_percent_per_year(before_km2: float, after_km2: float, years: float) -> float:
    """Return the annual rate of change ln(after ÷ before) ÷ years (Puyravaud 2003, doi:10.1016/S0378-1127(02)00335-3).

    NaN where either area is 0 [% per year].
    """
    if not (before_km2 > 0 and after_km2 > 0 and isfinite(years) and years > 0):
        return nan
    return 100 * log(after_km2 / before_km2) / years
