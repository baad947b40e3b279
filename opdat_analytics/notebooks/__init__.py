"""Notebooks: their parameters, running them headless, the page each becomes, and what they show things with."""

from opdat_analytics.notebooks.display import Table, across, in_words, say, setup, table
from opdat_analytics.notebooks.parameters import Parameter, check_parameters, parameters
from opdat_analytics.notebooks.run import NotebookRun, notebook_names, run_notebooks

__all__ = [
    "NotebookRun",
    "Parameter",
    "Table",
    "across",
    "check_parameters",
    "in_words",
    "notebook_names",
    "parameters",
    "run_notebooks",
    "say",
    "setup",
    "table",
]
