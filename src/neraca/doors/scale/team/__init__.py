"""A client's people, as Scale calls them."""
