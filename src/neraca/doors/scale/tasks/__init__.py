"""Tasks as Scale's clients know them."""
