"""Answers made elsewhere, and the check of what comes back for tasks of this door."""
