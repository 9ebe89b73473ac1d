"""Areas known without our code."""

import numpy as np


def strip_km2(west, south, east, north):
    """The area between meridians and parallels by the closed formula (Snyder 1987, eq. 3-12), nothing of ours."""
    a, f = 6378137.0, 1 / 298.257223563
    e = np.sqrt(f * (2 - f))

    def under(latitude):
        s = np.sin(np.radians(latitude))
        return (1 - e**2) * (s / (1 - (e * s) ** 2) + np.arctanh(e * s) / e)

    return a**2 / 2 * np.radians(east - west) * (under(north) - under(south)) / 1e6
