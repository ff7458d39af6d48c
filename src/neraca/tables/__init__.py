"""The words that rows are written in; the tables themselves are in `migrations/`."""

CONTROL = "neraca_control"  # the database of the control plane
