"""What the worker does for this door: fetches media, folds counts, tells callbacks."""
