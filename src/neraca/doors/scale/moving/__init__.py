"""Open tasks without an editor go to the kind of their type once it has landed."""
