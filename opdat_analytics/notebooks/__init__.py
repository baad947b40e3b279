"""Notebooks: their parameters, running them headless, the page each becomes, and what they show things with."""

from opdat_analytics.notebooks.choose import (
    first_row,
    fullest,
    in_countries,
    latest,
    moved,
    nearly_full_year,
    of_places,
)
from opdat_analytics.notebooks.display import (
    Table,
    across,
    counted,
    in_words,
    issues_by_file,
    listed,
    say,
    setup,
    table,
)
from opdat_analytics.notebooks.explore import explore_activities, explore_figures
from opdat_analytics.notebooks.gaps import Gap, attempt
from opdat_analytics.notebooks.parameters import Parameter, check_parameters, parameters
from opdat_analytics.notebooks.run import NotebookRun, notebook_names, run_notebooks

__all__ = [
    "Gap",
    "NotebookRun",
    "Parameter",
    "Table",
    "across",
    "attempt",
    "check_parameters",
    "counted",
    "explore_activities",
    "explore_figures",
    "first_row",
    "fullest",
    "in_countries",
    "in_words",
    "issues_by_file",
    "latest",
    "listed",
    "moved",
    "nearly_full_year",
    "notebook_names",
    "of_places",
    "parameters",
    "run_notebooks",
    "say",
    "setup",
    "table",
]
