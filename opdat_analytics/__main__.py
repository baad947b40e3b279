"""``python -m opdat_analytics`` is the command ``opdat``."""

from opdat_analytics.cli import main

main()
