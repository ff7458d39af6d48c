"""Truth from several people, of all sorts but classes: ours beside the best single labeler and the majority's merge."""
