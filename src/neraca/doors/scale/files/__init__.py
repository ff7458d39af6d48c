"""Files of a client of this door: uploaded or fetched, named in tasks as `scaledata://`."""
