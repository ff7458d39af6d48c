"""The words that rows are written in; the tables themselves are in `migrations/`."""
