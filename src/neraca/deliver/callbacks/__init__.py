"""Signed calls to the clients' own servers, at least once and in order per task."""
