"""Answers to whoever sent a workbook: what was taken from it, what was not and why, and how to send it better."""
