"""Watching over unattended refreshes: how things stand, what changed, what happened when, and how to schedule them."""
