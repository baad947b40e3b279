"""Charts: a result frame in, an Exhibit out."""

from opdat_analytics.charts.activities import activities
from opdat_analytics.charts.change import change
from opdat_analytics.charts.composition import composition
from opdat_analytics.charts.grid import grid
from opdat_analytics.charts.ranked import ranked
from opdat_analytics.charts.revisions import revisions
from opdat_analytics.charts.sparkline_table import sparkline_table
from opdat_analytics.charts.targets import targets
from opdat_analytics.charts.tile_map import tile_map
from opdat_analytics.charts.timeline import timeline
from opdat_analytics.charts.to_date import to_date
from opdat_analytics.charts.trend import small_multiples, stages, trend
from opdat_analytics.charts.words import message

__all__ = [
    "activities",
    "change",
    "composition",
    "grid",
    "message",
    "ranked",
    "revisions",
    "small_multiples",
    "sparkline_table",
    "stages",
    "targets",
    "tile_map",
    "timeline",
    "to_date",
    "trend",
]
