"""Charts: a result frame in, an Exhibit out."""

from opdat_analytics.charts.activities import activities
from opdat_analytics.charts.grid import grid
from opdat_analytics.charts.ranked import ranked
from opdat_analytics.charts.to_date import to_date
from opdat_analytics.charts.trend import stages, trend
from opdat_analytics.charts.words import message

__all__ = ["activities", "grid", "message", "ranked", "stages", "to_date", "trend"]
