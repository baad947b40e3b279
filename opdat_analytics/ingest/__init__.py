"""From spreadsheets as received to observations: declared layouts, readings, checks. Nothing here is guessed."""
