"""Benchmarks against the budgets."""
