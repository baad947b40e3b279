"""Metrics: observations in, a small pandas frame out. What would be wrong is refused, with the way to allow it."""

from opdat_analytics.metrics.activities import activity_counts
from opdat_analytics.metrics.compare import change, increments, rank
from opdat_analytics.metrics.editions import reporting_lag, revisions_size
from opdat_analytics.metrics.limits import byar, garwood, wilson
from opdat_analytics.metrics.programmes import before_after, participants
from opdat_analytics.metrics.rates import rates
from opdat_analytics.metrics.ratios import ratio
from opdat_analytics.metrics.select import LeftOut, Selection, select
from opdat_analytics.metrics.series import index, rolling
from opdat_analytics.metrics.shares import conviction_rate, shares
from opdat_analytics.metrics.targets import targets
from opdat_analytics.metrics.totals import coverage, totals

__all__ = [
    "LeftOut",
    "Selection",
    "activity_counts",
    "before_after",
    "byar",
    "change",
    "conviction_rate",
    "coverage",
    "garwood",
    "increments",
    "index",
    "participants",
    "rank",
    "rates",
    "ratio",
    "reporting_lag",
    "revisions_size",
    "rolling",
    "select",
    "shares",
    "targets",
    "totals",
    "wilson",
]
