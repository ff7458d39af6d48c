"""Batches as Scale's clients know them."""
