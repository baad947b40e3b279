"""Chance limits of counts and proportions, vectorised.

They say how far chance alone could move a figure if events were independent. Co-defendants are not, so they are if
anything too narrow. They are kept apart from bounds, which say what a publisher left open.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from opdat_analytics.metrics.given import confidence_of, numbers
from opdat_analytics.model import OpdatError

Floats = npt.NDArray[np.float64]

UNSTABLE_BELOW = 20
"""Events under which a rate or proportion is called unstable."""


def garwood(events: Any, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Exact Poisson limits of a count.

    Parameters
    ----------
    events
        Counts, array-like of float, at least 0; NaN stays NaN.
    confidence
        Two-sided confidence, between 0 and 1.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limits, in events, in the shape of ``events``.

    Notes
    -----
    Garwood (1936), Biometrika 28: ``chi2.ppf(a/2, 2k)/2`` (0 for no events) and ``chi2.ppf(1-a/2, 2k+2)/2``.
    """
    k = numbers(events, "events")
    tail = (1 - confidence_of(confidence)) / 2
    # Zero degrees of freedom have no quantile; the limit of no events is 0.
    lower = np.where(k == 0, 0.0, stats.chi2.ppf(tail, np.where(k == 0, 1.0, 2 * k)) / 2)
    upper = stats.chi2.ppf(1 - tail, 2 * k + 2) / 2
    return lower, upper


def byar(events: Any, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Byar's approximation of the Poisson limits of a count, good from about 10 events.

    Parameters and results are those of `garwood`.

    Notes
    -----
    Breslow and Day (1987), Statistical Methods in Cancer Research II, p. 69; used by the United Kingdom's Office for
    Health Improvement and Disparities from 10 events on, with exact limits below.
    """
    k = numbers(events, "events")
    z = stats.norm.ppf(1 - (1 - confidence_of(confidence)) / 2)
    some = np.where(k == 0, 1.0, k)
    lower = np.where(k == 0, 0.0, some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3)
    more = k + 1
    upper = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return lower, upper


def wilson(events: Any, trials: Any, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson score limits of a proportion.

    Parameters
    ----------
    events, trials
        Array-like of float, ``events`` at most ``trials``; no trials give NaN.
    confidence
        Two-sided confidence, between 0 and 1.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limits, between 0 and 1.

    Notes
    -----
    Wilson (1927), JASA 22; method 3 of Newcombe (1998), Statistics in Medicine 17.
    """
    x, n = numbers(events, "events"), numbers(trials, "trials")
    try:
        x, n = np.broadcast_arrays(x, n)
    except ValueError:
        raise OpdatError(
            f"There are {x.size} events and {n.size} trials; give as many of one as of the other."
        ) from None
    if (x > n).any():
        raise OpdatError("There are more events than trials; events are among their trials.")
    n = np.where(n > 0, n, np.nan)
    z = stats.norm.ppf(1 - (1 - confidence_of(confidence)) / 2)
    p = x / n
    middle = p + z**2 / (2 * n)
    spread = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    # Rounding must not leave 1e-17 where the limit is 0 or 1.
    lower = np.where(x == 0, 0.0, (middle - spread) / scale)
    upper = np.where(x == n, 1.0, (middle + spread) / scale)
    return np.where(np.isnan(n), np.nan, lower), upper
