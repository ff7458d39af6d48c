"""Projects as Scale's clients know them, with the history of their parameters."""
