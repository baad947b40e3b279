"""Proposes how a spreadsheet is to be read: a declaration with reasons, and steps that tidy a table."""
