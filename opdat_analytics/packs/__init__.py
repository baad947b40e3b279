"""Packs: which charts a manager receives, what changed since the last time, and a record of what was made."""
